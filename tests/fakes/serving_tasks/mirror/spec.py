"""A task for tests of serving: its engine needs nothing heavy and misbehaves on request."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=Params,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror.engine",
)
