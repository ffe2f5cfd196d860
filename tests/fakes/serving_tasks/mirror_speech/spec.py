"""The mirror as a task whose models are tried in the voice demo."""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="mirror_speech",
    medium=Medium.AUDIO,
    answer="transcript",
    target="text",
    params=Params,
    primary="wer",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.mirror.engine",
    demo="voice",
)
