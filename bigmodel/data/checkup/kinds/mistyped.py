"""Classes and words of English texts that are another one mistyped; each is shown, and changed only when asked."""

from collections.abc import Iterator

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.checkup.spelling import WORD, mistyped_labels, suggestions
from bigmodel.data.cleaning import spell_step
from bigmodel.data.language import language_of
from bigmodel.data.tables.label import shown
from bigmodel.data.versions.split import TRAIN

LANGUAGE_SAMPLE = 2_000


def _find(rows: CheckedRows) -> Iterator[Finding]:
    yield from _labels(rows)
    if rows.medium == "text":
        yield from _words(rows)


def _labels(rows: CheckedRows) -> Iterator[Finding]:
    found = mistyped_labels(rows.labels)
    if not found or len(rows.labels) - len(found) < 2:
        return
    examples = tuple(
        Example(
            f"{shown(label)} ({rows.labels[label]:,})", f"{shown(meant)} ({rows.labels[meant]:,})"
        )
        for label, meant in list(found.items())[:EXAMPLES]
    )
    yield Finding(
        "labels_mistyped",
        55,
        sum(rows.labels[label] for label in found),
        examples,
        args={"classes": len(found)},
        repair=Repair.RELABEL,
        relabel=found,
    )


def _words(rows: CheckedRows) -> Iterator[Finding]:
    learned = [text for text, part in zip(rows.inputs, rows.parts, strict=True) if part == TRAIN]
    if language_of(learned[:LANGUAGE_SAMPLE]) != "en":
        return
    found = suggestions(learned)
    if not found:
        return
    changed = sum(
        any(word.casefold() in found for word in WORD.findall(text)) for text in rows.inputs
    )
    examples = tuple(Example(word, meant) for word, meant in list(found.items())[:EXAMPLES])
    steps = (spell_step(found),)
    yield Finding(
        "mistyped", 20, changed, examples, {"words": len(found)}, Repair.CLEAN, steps=steps
    )


KIND = Kind(("text", "image", "audio"), _find)
