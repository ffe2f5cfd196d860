"""What does not belong to a text: HTML, broken encodings, characters nobody sees, links, slips; each a step of cleaning."""

from collections.abc import Iterator

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows
from bigmodel.data.checkup.spelling import WORD, suggestions
from bigmodel.data.cleaning import STEPS, clean_text, spell_step
from bigmodel.data.language import language_of
from bigmodel.data.versions.split import TRAIN

LANGUAGE_SAMPLE = 2_000
HARMS = {"encoding": 58, "html": 54, "unicode": 32, "links": 28, "mentions": 22, "repeats": 18}
FEWEST = {"links": 0.02, "mentions": 0.02, "repeats": 0.05, "unicode": 0.002}  # share of the rows


def _find(rows: CheckedRows) -> Iterator[Finding]:
    for number, (step, harm) in enumerate(HARMS.items()):
        rows.tell(number / len(HARMS))
        changed, change = list[int](), STEPS[step]
        for at, text in enumerate(rows.inputs):
            if text and change(text, "").strip() != text:
                changed.append(at)
        if len(changed) <= FEWEST.get(step, 0) * len(rows):
            continue
        shown = [
            Example(rows.inputs[at][:SHOWN], clean_text(rows.inputs[at][:SHOWN], (step,)))
            for at in changed[:EXAMPLES]
        ]
        yield Finding(
            f"noise_{step}", harm, len(changed), tuple(shown), repair=Repair.CLEAN, steps=(step,)
        )

    yield from _mistyped(rows)


def _mistyped(rows: CheckedRows) -> Iterator[Finding]:
    learned = [text for text, part in zip(rows.inputs, rows.parts, strict=True) if part == TRAIN]
    if language_of(learned[:LANGUAGE_SAMPLE]) != "en":
        return
    found = suggestions(learned)
    if not found:
        return
    changed = sum(
        not found.keys().isdisjoint(map(str.casefold, WORD.findall(text))) for text in rows.inputs
    )
    examples = tuple(Example(word, meant) for word, meant in list(found.items())[:EXAMPLES])
    steps = (spell_step(found),)
    yield Finding(
        "mistyped", 20, changed, examples, {"words": len(found)}, Repair.CLEAN, steps=steps
    )


KIND = Kind(("text",), _find)
