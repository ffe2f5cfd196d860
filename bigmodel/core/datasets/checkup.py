"""What a check-up of a dataset found: findings sorted by harm, each with examples and at most one repair; values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bigmodel.core.message import Arg, Message

EXAMPLES = 3


class Repair(StrEnum):
    """What a press of a finding's button does; each makes a next version."""

    NONE = ""
    DROP = "drop"  # leave `rows` out
    RELABEL = "relabel"  # give classes the names of `relabel`
    ANSWER = "answer"  # read labels as they came as `relabel` says, "" for no answer
    SPLIT = "split"  # split anew so that rows of one of `groups` stay in one part
    CLEAN = "clean"  # clean the texts by `steps` too


@dataclass(frozen=True)
class Example:
    """One place where it shows: a text, or a file with its name; `note` is what stands beside it."""

    text: str
    note: str = ""
    file: str = ""


@dataclass(frozen=True)
class Finding:
    """One line of the report. Its sentences are `checkup.kinds.<kind>.what`, `.why` and `.button`.

    `rows` are places in the version's table, counted from 0. `groups` has a number for each of `rows`.
    """

    kind: str
    harm: int  # 0 to 100
    count: int
    examples: tuple[Example, ...] = ()
    args: Mapping[str, Arg] = field(default_factory=dict)
    repair: Repair = Repair.NONE
    rows: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    relabel: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Finding":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["examples"] = tuple(Example(**each) for each in known.get("examples", ()))
        known["repair"] = Repair(known.get("repair", ""))
        for name in ("rows", "groups", "steps"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


@dataclass(frozen=True)
class Report:
    """All findings of one version, the most harmful first, and how many kinds were looked for."""

    findings: tuple[Finding, ...] = ()
    rows: int = 0
    kinds: int = 0
    seconds: float = 0.0

    def find(self, kind: str) -> Finding | None:
        """Return the finding of a kind."""
        return next((found for found in self.findings if found.kind == kind), None)

    def to_json(self) -> dict[str, Any]:
        return {"v": 1, **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Report":
        findings = tuple(Finding.from_json(each) for each in value["findings"])
        return cls(findings, value["rows"], value["kinds"], value["seconds"])


@dataclass(frozen=True)
class Checkup:
    """Where the check-up of a dataset's newest version stands: a report, a share that is done, or what went wrong.

    `undo` is the kind of the repair that made this version, "" where none did.
    """

    report: Report | None = None
    share: float | None = None
    error: Message | None = None
    undo: str = ""


@dataclass(frozen=True)
class FileChange:
    """A picture or recording before and after: names below `media/`, or what was made of it as ending and bytes."""

    name: str
    before: str
    after: tuple[tuple[str, bytes], ...]
    sizes: tuple[str, str]  # of both, as people read it: "640 × 480", "3.2 s"


@dataclass(frozen=True)
class RepairPreview:
    """What a repair would change: rows that go or change, how many stay, and rows before and after."""

    finding: Finding
    rows: int
    changed: int
    before_after: tuple[tuple[str, str], ...] = ()
    files: tuple[FileChange, ...] = ()


# How empty cells of a column are dealt with.
DROP = "drop"  # rows are left out
VALUE = "value"  # a word or number that somebody gives
USUAL = "usual"  # the commonest cell of the training rows
MEDIAN = "median"  # their middle number
LEAVE = "leave"  # nothing is filled in any more
WAYS = (DROP, VALUE, USUAL, MEDIAN, LEAVE)
INPUT, TARGET, OTHER = "input", "target", "other"  # what a model does with a column


@dataclass(frozen=True)
class EmptyColumn:
    """A column with empty cells: how many of how many rows, what may be done, and what each way would fill in.

    `filled` is what stands in for an empty cell already, "" for nothing.
    """

    name: str
    empty: int
    rows: int
    role: str
    ways: tuple[str, ...] = (DROP,)
    values: Mapping[str, str] = field(default_factory=dict)
    filled: str = ""
