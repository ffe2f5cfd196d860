"""A task on pictures that opens each one, for tests of files that have spoilt."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="toy_ill_picture",
    medium=Medium.IMAGE,
    answer="label",
    target="label",
    params=Params,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.toy_ill_picture.engine",
    demo="image",
)
