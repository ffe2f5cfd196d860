"""Cards of samples that are ready to try, as one piece of a page: a component for each of their parts would cost a first visit most of its time."""

from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

import gradio as gr

from bigmodel.services.datasets.samples import Sample

KINDS = ("text", "image", "voice", "mixed")  # of samples, in this order
ACROSS = 3  # samples side by side
SCRIPT = """element.addEventListener('click', event => {
  const button = event.target.closest('button[data-sample]');
  if (!button || element.querySelector('[aria-busy]')) return;
  button.setAttribute('aria-busy', 'true');
  trigger('click', {sample: button.dataset.sample});
});"""
# After an answer, whatever it was: the button may be pressed again.
REST = "() => document.querySelectorAll('[data-sample][aria-busy]').forEach(node => node.removeAttribute('aria-busy'))"
Text = Callable[[str], str]  # a key's text, in each language


def sample_cards(t: Text, samples: Sequence[Sample], elem_id: str, title: str = "") -> gr.HTML:
    """Build the cards; a press is its `click`, whose event names the `sample`."""
    return gr.HTML(title + drawn(t, samples), js_on_load=SCRIPT, elem_id=elem_id, padding=False)


def drawn(t: Text, samples: Sequence[Sample]) -> str:
    """Return the samples by what they hold; of many of a kind the first alone are in sight."""
    parts = []
    for kind, found in groupby(sorted(samples, key=_kind), key=_kind):
        name, every = KINDS[kind], list(found)
        shown = ACROSS if len(every) > ACROSS + 1 else len(every)
        icon = f'<i class="bm-icon" style="--icon: var(--icon-{name}-demo)"></i>'
        parts += [f'<h3 class="bm-kind">{icon}{t(f"pages.home.kind.{name}")}</h3>']
        parts += [_row(t, every[:shown])]
        if more := every[shown:]:
            summary = f"<summary>{t(f'pages.home.more.{name}')}</summary>"
            parts += [f'<details class="bm-fold">{summary}{_row(t, more)}</details>']
    return "".join(parts)


def face(sample: Sample) -> str:
    """Return what a sample holds, to be seen before it is chosen."""
    if sample.face:
        return f'<img class="bm-shows" src="{sample.face}" alt="">'
    example, answer = (escape(text) for text in sample.shows)
    return f'<p class="bm-shows"><q>{example}</q> <span class="bm-badge">{answer}</span></p>'


def _kind(sample: Sample) -> int:
    return KINDS.index(sample.demo)


def _row(t: Text, samples: Sequence[Sample]) -> str:
    return f'<div class="bm-sample-cards">{"".join(_card(t, sample) for sample in samples)}</div>'


def _card(t: Text, sample: Sample) -> str:
    name = sample.name
    return (
        f'<div class="bm-sample">{face(sample)}<b>{t(f"samples.{name}.title")}</b>'
        f"<p>{t(f'samples.{name}.about')}</p>"
        f'<button type="button" class="bm-press" id="home-sample-{name}" data-sample="{name}">'
        f"{t('pages.home.try')}</button></div>"
    )
