"""Rows whose text is missing, or has not one letter or digit."""

import re
from collections.abc import Iterator

from bigmodel.core.datasets.checkup import Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows

LETTER = re.compile(r"[^\W_]")


def _find(rows: CheckedRows) -> Iterator[Finding]:
    hollow = [at for at, text in enumerate(rows.inputs) if not LETTER.search(text)]
    if hollow:
        examples = tuple(Example(rows.inputs[at], rows.targets[at]) for at in hollow[:3])
        yield Finding("empty", 60, len(hollow), examples, repair=Repair.DROP, rows=tuple(hollow))


KIND = Kind(("text",), _find)
