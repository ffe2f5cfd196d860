"""A task for tests of jobs: it answers the label whose name the text holds, as slowly and as badly as it is told to."""

from pathlib import Path

from pydantic import Field

from bigmodel.core.task import Medium, Params, Task


class ToyParams(Params):
    steps: int = Field(default=5, ge=1, le=1_000_000)
    step_s: float = Field(default=0.0, ge=0, le=60)
    checkpoint_every: int = Field(default=0, ge=0)
    checkpoint_mb: float = Field(default=0.0, ge=0)
    epochs: int = Field(default=0, ge=0)  # of ten steps each; 0: as many steps as `steps` says
    nan_at: int = Field(default=0, ge=0)
    crash_at: int = Field(default=0, ge=0)  # in the first attempt only
    stumble_at: int = Field(default=0, ge=0)
    instant_s: float = Field(default=0.0, ge=0, le=60)  # without looking whether to stop
    skill: float = Field(default=0.9, ge=0, le=1)  # of the tuned model; the instant one has 0.7


TASK = Task(
    name="toy_copy",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=ToyParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.0,
    engine="bigmodel.tasks.toy_copy.engine",
)
