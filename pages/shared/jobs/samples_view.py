"""What a training makes while it runs, beside its curves: escaped HTML; nothing is made here."""

from collections.abc import Sequence
from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.services.jobs.samples import Sample


def samples(found: Sequence[Sample], job_id: str, say: Say) -> str:
    """Return samples with the steps they were made at, the newest first."""
    if not found:
        return ""
    figures = "".join(
        f"<figure>{_sample(one, f'bm/sample/{job_id}/{one.name}')}"
        f"<figcaption>{escape(say('pages.jobs.sample_step', step=one.step))}</figcaption></figure>"
        for one in found
    )
    title = escape(say("pages.jobs.samples"))
    return f'<h3>{title}</h3><div class="bm-samples" data-testid="samples">{figures}</div>'


def _sample(one: Sample, address: str) -> str:
    if (text := one.text) is not None:
        return f"<blockquote>{escape(text)}</blockquote>"
    name = escape(one.path.name)
    if one.path.suffix == ".flac":
        return f'<audio controls preload="none" src="{escape(address)}" title="{name}"></audio>'
    return f'<img loading="lazy" src="{escape(address)}" alt="{name}">'
