"""A task of tests that turns a file into a sound, which grows as it is made."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_tune",
    medium=Medium.IMAGE,
    answer="tune",
    target="none",
    params=Params,
    primary="beats",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror_tune.engine",
    demo="image",
)
