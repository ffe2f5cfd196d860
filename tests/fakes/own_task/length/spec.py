"""A task in one folder, as somebody else would add it: the class of a text by its length.

A record: {"input": "far too long for a headline", "target": "long"}.
"""

from pathlib import Path

from pydantic import Field

from bigmodel.core.task import Medium, Params, Task


class LengthParams(Params):
    rounds: int = Field(default=20, ge=1, le=1_000, json_schema_extra={"group": "learning"})
    rest_s: float = Field(default=0, ge=0, le=1, json_schema_extra={"group": "learning"})


TASK = Task(
    name="length",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=LengthParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.1 if summary.classes else 0.0,
    engine="bigmodel.tasks.length.engine",
)
