"""Classes with a single row, and one class that drowns the others."""

from collections.abc import Iterator

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.tables.label import shown

FEWEST_CLASSES = 3  # of which one may be left out
LOPSIDED, TIMES = 0.8, 20  # share of the largest class, or how much larger it is than the smallest


def _find(rows: CheckedRows) -> Iterator[Finding]:
    counted = rows.labels.most_common()
    single = [label for label, count in counted if count == 1]
    if single:
        places = [rows.targets.index(label) for label in single[:EXAMPLES]]
        dropped = {at for at, label in enumerate(rows.targets) if label in set(single)}
        can_drop = len(counted) - len(single) >= FEWEST_CLASSES - 1
        yield Finding(
            "single",
            42,
            len(single),
            rows.examples(places),
            repair=Repair.DROP if can_drop else Repair.NONE,
            rows=tuple(sorted(dropped)) if can_drop else (),
        )
    usual = [(label, count) for label, count in counted if count > 1]
    if len(usual) < 2:
        return
    (top, most), (least, fewest) = usual[0], usual[-1]
    total = sum(count for _, count in counted)
    if most < LOPSIDED * total and most < TIMES * fewest:
        return
    args: dict[str, Arg] = {
        "label": shown(top),
        "percent": round(100 * most / total),
        "least": shown(least),
        "fewest": fewest,
    }
    examples = tuple(
        Example(shown(label), f"{count:,}") for label, count in (usual[0], *usual[:0:-1][:2])
    )
    yield Finding("lopsided", 35, most, examples, args)


KIND = Kind(("text", "image", "audio"), _find)
