"""Classes that are one, written in several ways: case, blanks, width, letters that look alike, 1 and yes and 是, slips."""

from collections.abc import Iterator, Mapping, Sequence

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.checkup.spelling import mistyped_labels
from bigmodel.data.tables.label import look_key, same_key, shown

MEANINGS = (
    ("yes", "y", "true", "t", "1", "是", "对", "真", "有"),
    ("no", "n", "false", "f", "0", "否", "错", "假", "无", "不是"),
    ("positive", "pos", "+", "正面", "积极", "好评", "阳性"),
    ("negative", "neg", "-", "负面", "消极", "差评", "阴性"),
    ("neutral", "neu", "中性", "中立", "中评"),
)
MEANING = {word: group[0] for group in MEANINGS for word in group}


def _find(rows: CheckedRows) -> Iterator[Finding]:
    alike = _groups({label: look_key(label) for label in rows.labels})
    if alike:
        yield _finding("labels_alike", 70, alike, rows)
    words = {label: MEANING.get(same_key(label), "") for label in rows.labels}
    mixed = [same for same in _groups(words) if len({look_key(label) for label in same}) > 1]
    if mixed:
        yield _finding("labels_mixed", 68, mixed, rows)
    yield from _mistyped(rows)


def _groups(keys: Mapping[str, str]) -> list[list[str]]:
    """Return the labels that share a key, those without one aside."""
    found: dict[str, list[str]] = {}
    for label, key in keys.items():
        if key:
            found.setdefault(key, []).append(label)
    return [same for same in found.values() if len(same) > 1]


def _finding(kind: str, harm: int, groups: Sequence[Sequence[str]], rows: CheckedRows) -> Finding:
    relabel: dict[str, str] = {}
    examples: list[Example] = []
    for same in groups:
        name = max(same, key=lambda label: (label.isprintable(), rows.labels[label], label))
        relabel |= {label: name for label in same if label != name}
        written = " / ".join(f"{shown(label)} ({rows.labels[label]:,})" for label in same)
        examples.append(Example(written, shown(name)))
    return Finding(
        kind,
        harm,
        sum(rows.labels[label] for label in relabel),
        tuple(examples[:EXAMPLES]),
        args={"classes": sum(map(len, groups)), "left": len(groups)},
        repair=Repair.RELABEL,
        relabel=relabel,
    )


def _mistyped(rows: CheckedRows) -> Iterator[Finding]:
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


KIND = Kind(("text", "image", "audio"), _find)
