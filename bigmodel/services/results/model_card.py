"""The model card inside a downloaded model, in every language, in numbers and what a person said of the data: no rows, no names, no paths."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.card import DatasetCard
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.model import Base, TrainedModel
from bigmodel.core.results.panel import Panel, Table, literal
from bigmodel.core.results.results import Results
from bigmodel.services.datasets.card import said_lines
from bigmodel.services.panels import draw, measure_table, title
from bigmodel.services.results.adapter import Alone
from bigmodel.services.results.agreed import consent_lines
from bigmodel.words import Words

MOST_LABELS = 50
KINDS = {
    "instant": "kind_instant",
    "scratch": "kind_scratch",
    "folder": "kind_own",
    "features": "kind_features",
}
BASED = frozenset(
    {"embedded", "hub", "folder", "wheel", "features"}
)  # kinds whose weights hold those of a base


def write_card(
    words: Words,
    model: TrainedModel,
    *,
    results: Results,
    split_rows: Mapping[str, int],
    base: Base,
    has_program: bool,
    data: DatasetCard,
    adapts: Alone | None = None,
    differs: float | None = None,
    folder: Path | None = None,
) -> str:
    """Return the README.md of a model; of an adapter that comes without its base, `adapts` says how it is loaded.

    Args:
        differs: how far a network as ONNX answers from torch at most, where that goes along.
        folder: of the model, where a consent lies that a voice was made by.
    """
    parts = []
    for language in LANGUAGES:
        lines = _card(
            words, language, model, results, split_rows, base, data,
            has_program=has_program, adapts=adapts, differs=differs,
        )  # fmt: skip
        agreed = consent_lines(words, language, folder) if folder else ()
        parts.append("\n".join([*lines, *agreed]))
    return "\n---\n\n".join(parts)


def _card(
    words: Words,
    language: Language,
    model: TrainedModel,
    results: Results,
    split_rows: Mapping[str, int],
    base: Base,
    data: DatasetCard,
    *,
    has_program: bool,
    adapts: Alone | None,
    differs: float | None,
) -> Iterator[str]:
    def say(key: str, **args: str | int) -> str:
        shown = {
            name: f"{value:,}" if isinstance(value, int) else value for name, value in args.items()
        }
        return words.text(language, f"export.card.{key}", **shown)

    task = words.first(language, [f"tasks.{model.task}.name", "export.card.task"])
    yield f"# {say('title', task=task)}\n"
    kind = "instant" if model.kind == "instant" else base.kind
    yield say(KINDS.get(kind, "kind_tuned"), base=base.files_of) + "\n"
    if kind in BASED and base.licence:
        yield say("licence", licence=base.licence) + "\n"
    if has_program:
        yield f"## {say('use')}\n\n```\npip install -r requirements.txt"
        yield f'python predict.py "{say("some_text")}"\n```\n'
    if differs is not None:
        yield say("onnx", differs=f"{differs:.1e}") + "\n"
    if adapts:
        yield f"## {say('use')}\n\n{say(adapts.words, base=adapts.base)}\n\n{adapts.loading}"
    yield f"## {say('learned')}\n"
    rows = {name: split_rows.get(name, 0) for name in ("train", "validation", "test")}
    yield say("rows", **rows) + "\n"
    if model.labels:
        names = ", ".join(literal(label) for label in model.labels[:MOST_LABELS])
        yield say("labels", count=len(model.labels), labels=names) + "\n"
    if data:
        yield f"## {say('data')}\n"
        yield from said_lines(words, language, data)
    yield f"## {say('results')}\n"
    yield words.say(language, results.sentence) + "\n"
    raw = partial(words.text, language)
    yield measure_table(results, raw).markdown()
    for panel in _panels(results):
        yield from _panel(panel, raw, f"{language}-{panel.name}.svg")
    yield f"\n## {say('limits')}\n\n{say('limits_text')}\n"


def _panels(results: Results) -> list[Panel]:
    """Return the panels that show nothing of a person's rows."""
    return [panel for panel in results.panels if not panel.quotes]


def _panel(panel: Panel, raw: Say, figure: str) -> Iterator[str]:
    """Yield a panel as Markdown: a table, a text, or a link to its figure."""
    name, drawn = literal(title(panel, raw)), draw(panel, raw)
    yield f"\n### {name}\n"
    if isinstance(drawn, Table):
        yield drawn.markdown()
    else:
        yield f"![{name}]({figure})" if is_svg(drawn) else drawn


def figures(words: Words, results: Results) -> Iterator[tuple[str, str]]:
    """Yield the figures of a card with their names, in every language."""
    for language in LANGUAGES:
        for panel in _panels(results):
            drawn = draw(panel, partial(words.text, language))
            if isinstance(drawn, str) and is_svg(drawn):
                yield f"{language}-{panel.name}.svg", drawn


def is_svg(drawn: str) -> bool:
    """Tell whether a drawing can stand in a file of its own."""
    return drawn.startswith("<svg")
