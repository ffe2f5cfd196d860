"""Classes with a single row, one that drowns the others, and words for no answer, with the other way to read them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.tables.label import no_answers, shown

FEWEST_CLASSES = 3  # of which one may be left out
LOPSIDED, TIMES = 0.8, 20  # share of the largest class, or how much larger it is than the smallest


def _find(rows: CheckedRows) -> Iterator[Finding]:
    yield from _no_answers(rows)
    yield from _counts(rows)


def _counts(rows: CheckedRows) -> Iterator[Finding]:
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


def _no_answers(rows: CheckedRows) -> Iterator[Finding]:
    relabel, target = rows.recipe.relabel, rows.recipe.target
    if rows.medium != "text" or not rows.labels or target not in rows.columns:
        return
    came = Counter(text.strip() for text in rows.original(target))
    _, maybe = no_answers(rows.labels)
    maybe = [label for label in maybe if came[label] and label not in relabel]
    if maybe and len(rows.labels) - len(maybe) > 1:
        yield _reading("no_answer_kept", 35, maybe, came, is_class=False)
    none = [label for label, name in relabel.items() if not name and came[label]]
    if none:
        yield _reading("no_answer_read", 25, none, came, is_class=True)


def _reading(
    kind: str, harm: int, labels: Sequence[str], came: Counter[str], *, is_class: bool
) -> Finding:
    return Finding(
        kind,
        harm,
        sum(came[label] for label in labels),
        tuple(Example(shown(label), f"{came[label]:,}") for label in labels[:EXAMPLES]),
        args={"labels": " / ".join(map(shown, labels[:EXAMPLES]))},
        repair=Repair.ANSWER,
        relabel={label: label if is_class else "" for label in labels},
    )


KIND = Kind(("text", "image", "audio"), _find)
