"""A task of tests that paints squares of a class, which get brighter as they are made."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_paint",
    medium=Medium.IMAGE,
    answer="made",
    target="condition",
    params=Params,
    primary="frechet_distance",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror_paint.engine",
    demo="image",
)
