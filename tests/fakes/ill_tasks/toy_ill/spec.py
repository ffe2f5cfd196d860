"""A task for tests of failures: it learns nothing, and falls ill in the way it is told to, for real where that is possible."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bigmodel.core.task import Medium, Params, Task


class IllParams(Params):
    ill: Literal[
        "", "gpu", "host", "kill", "exit", "full", "nan", "bug", "disk", "refused", "new"
    ] = ""
    batch_size: int = Field(default=16, ge=1, le=1024)
    accumulation: int = Field(default=1, ge=1, le=256)
    learning_rate: float = Field(default=0.01, gt=0, le=1)


TASK = Task(
    name="toy_ill",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=IllParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.toy_ill.engine",
)
