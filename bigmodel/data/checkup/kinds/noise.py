"""What does not belong to a text: HTML, broken encodings, characters nobody sees, links; each a step of cleaning."""

from collections.abc import Iterator

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows
from bigmodel.data.cleaning import clean_text

HARMS = {"encoding": 58, "html": 54, "unicode": 32, "links": 28, "mentions": 22, "repeats": 18}
FEWEST = {"links": 0.02, "mentions": 0.02, "repeats": 0.05, "unicode": 0.002}  # share of the rows


def _find(rows: CheckedRows) -> Iterator[Finding]:
    for number, (step, harm) in enumerate(HARMS.items()):
        rows.tell(number / len(HARMS))
        changed: list[int] = []
        for at, text in enumerate(rows.inputs):
            if text and clean_text(text, (step,)) != text:
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


KIND = Kind(("text",), _find)
