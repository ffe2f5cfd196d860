"""The mirror as a task whose models are tried in the voice demo."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_sound",
    medium=Medium.AUDIO,
    answer="label",
    target="label",
    params=Params,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror.engine",
    demo="voice",
)
