"""A task of tests whose answers are raw bytes, as those of a picture would be."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_bytes",
    medium=Medium.TEXT,
    answer="bytes",
    target="text",
    params=Params,
    primary="accuracy",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror_bytes.engine",
)
