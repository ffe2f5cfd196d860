"""The mirror as a task whose models are tried in the image demo."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_picture",
    medium=Medium.IMAGE,
    answer="label",
    target="label",
    params=Params,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror.engine",
    demo="image",
)
