"""The contracts between the house and a task: what a task declares, and what its engine must do.

A task is one folder below `bigmodel/tasks/`. `spec.py` holds `TASK = Task(...)` and never imports
torch; `engine.py` holds `ENGINE`, an object that fulfils `Engine`, and is loaded by name in workers only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Summary, TaskData
from bigmodel.core.job import Wish
from bigmodel.core.message import Arg, Level
from bigmodel.core.metric import Metric

Preset = Literal["fast", "balanced", "thorough"]
PRESETS: tuple[Preset, ...] = ("fast", "balanced", "thorough")
INSTANT = "instant"  # the base of a baseline: it stands in seconds


class Medium(StrEnum):
    """What a task reads."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"


class Params(BaseModel):
    """People's settings of one training. A task extends it; the form is drawn from the fields.

    Each field has bounds here and words at `params.<field>.title` and `params.<field>.help`.
    `json_schema_extra={"group": ...}` names the group it stands in on the form.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = Field(default=INSTANT, json_schema_extra={"group": "hidden"})
    seed: int = Field(default=0, ge=0, le=2**31 - 1, json_schema_extra={"group": "data"})
    budget_s: int = Field(default=0, ge=0, le=7 * 86_400, json_schema_extra={"group": "time"})


@dataclass(frozen=True)
class Task:
    """What a task is, said once, without torch.

    `primary` is the metric that chooses between models, on validation rows. `folder` is where
    `models.toml`, `words/` and `sample/` lie.
    """

    name: str
    medium: Medium
    answer: str  # the name of its answer type: label, number, transcript, or its own
    target: str  # the name of its target kind: label, number, text
    params: type[Params]
    primary: str
    folder: Path
    fit: Callable[[Summary], float]  # how well a dataset suits this task, 0 (not at all) to 1
    engine: str  # dotted name of the module that holds ENGINE
    metrics: tuple[Metric, ...] = ()  # of its own, beside those of its answer type and of the house
    inputs: tuple[str, ...] = (
        "text",
    )  # what it reads of a row, in order: one column each (`core/datasets/inputs`)
    has_turns: bool = False  # reads any number of columns: each further one is what is said next
    demo: str = "text"  # the demo tab that tries its models: text, image or voice
    fewest_to_tune: int = 50  # usable rows below which only the instant model is trained
    must_gain: bool = False  # a tuned model is kept only where it is better by more than chance
    must_reach: float = 0.0  # of its primary metric, for a tuned model to be kept; 0: no bar
    guesses_first: bool = False  # its instant model looks at nothing: it shows what can be guessed
    has_onnx: bool = False  # its trained networks can leave torch: its engine is `Portable`
    asks_consent: bool = (
        False  # it makes a voice of a person: nobody trains before that person agreed
    )
    rows_for_scratch: int = (
        0  # from which a model that starts from nothing is worth a try; 0: as usual of its medium
    )


class StopRequested(Exception):
    """Raised by a reporter inside a training when somebody cancelled or paused the job."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish)
        self.wish = wish


@dataclass(frozen=True)
class Checkpoint:
    """Where a training may go on from: the folder of a complete checkpoint and its optimiser step."""

    folder: Path
    step: int


class Reporter(Protocol):
    """How an engine speaks to the outside. Every call is cheap; `step` is called at every optimiser step."""

    def step(
        self,
        *,
        phase: str,
        step: int,
        steps: int,
        epoch: float = 0.0,
        epochs: int = 0,
        examples_per_s: float = 0.0,
        left_s: float | None = None,
    ) -> None:
        """Say how far the training is.

        Raises:
            StopRequested: somebody cancelled or paused the job, or a newer attempt took over.
        """

    def points(self, step: int, values: Mapping[str, float]) -> None:
        """Add points of curves, for example `{"train/loss": 0.61}`. Steps never go backwards."""

    def sample(self, step: int, name: str, content: bytes) -> None:
        """Show beside the curves what the model makes of something by now: a small `<name>.png`, `.jpg`, `.flac` or `.txt`.

        Raises:
            ValueError: the name is of none of these, or the content is too large.
        """

    def note(self, key: str, level: Level = "info", **args: Arg) -> None:
        """Add a sentence to the log, by its key in the words."""

    def is_checkpoint_due(self) -> bool:
        """Tell whether it is time to save; asked before every step."""

    def checkpoint_folder(self, step: int) -> Path:
        """Return a fresh folder beside the final place, for `checkpoint` to make final."""

    def checkpoint(self, step: int) -> None:
        """Make the checkpoint of this step final (hashed, synced, renamed) and announce it."""

    @property
    def spent_s(self) -> float:
        """Seconds since this attempt began: a time limit counts what came before the training as well."""

    @property
    def measured_s(self) -> float:
        """Seconds that measuring the baseline took, 0 where none was: a time limit keeps as much back for the model."""

    @property
    def resume(self) -> Checkpoint | None:
        """The checkpoint to go on from, if this attempt continues an earlier one."""


class Predictor(Protocol):
    """A loaded model. `labels` are what it chooses between, if it does. Inputs are texts, or paths of media files."""

    labels: tuple[str, ...]

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        """Return the answer to each input, a value of the task's answer type."""


@dataclass(frozen=True)
class Explanation:
    """What a demo shows of one answer beside it; everything is optional.

    `nearest` are (row id of a training row, distance), nearest first. `strangeness` is how unlike the
    training rows the input is, over the threshold found on validation rows: above 1 it looks like none
    of the classes. `unreadable` says why a model reads next to nothing of it: a key below
    `strangers.unreadable`. `course` are (from second, to second, scores) along a recording.
    """

    nearest: tuple[tuple[str, float], ...] = ()
    ood_score: float | None = None
    course: tuple[tuple[float, float, tuple[float, ...]], ...] = ()
    unreadable: str = ""


@runtime_checkable
class Explainer(Protocol):
    """A predictor that can say more about an answer than the answer."""

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return what else is to be said of each input."""


@runtime_checkable
class Looker(Explainer, Protocol):
    """An explainer that answers and explains in one go, for the cost of one answer."""

    def look(self, inputs: Sequence[str]) -> tuple[list[Answer], list[Explanation]]:
        """Return what `answer` and `explain` return."""


@runtime_checkable
class Streamer(Protocol):
    """A predictor whose answer grows, by a token or a diffusion step."""

    def stream(self, text: str) -> Iterator[Answer]:
        """Yield the answer to one input as far as it has come; the last one is whole."""


@runtime_checkable
class Adjustable(Protocol):
    """A streamer that takes what its answer type has dials for."""

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Answer]:
        """Yield as `stream` does, by the dials: those that are not given stand where they start."""


@runtime_checkable
class Enroller(Protocol):
    """A predictor that gets to know people after its training, by recordings alone, and forgets them.

    Every process that holds the model knows of it at the next answer.
    """

    def people(self) -> list[Mapping[str, Any]]:
        """Return who is known: `name`, and `came` of those who were not trained on."""

    def weigh(self, takes: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return of each take its `seconds` of speech, whose voice it is `like`, and whether it `is_apart` from the others."""

    def enrol(self, name: str, takes: Sequence[str]) -> list[Mapping[str, Any]]:
        """Get to know a person, and return how the takes are.

        Raises:
            ModelError: `voice_known`.
        """

    def forget(self, name: str) -> bool:
        """Delete a person's profile; False where the weights learned from that person, for they forget nothing.

        Raises:
            ModelError: `voice_unknown`, `voice_last`.
        """


class Engine(Protocol):
    """The heavy half of a task. A training writes a complete model into `folder`, which exists and is empty."""

    def train(
        self, data: TaskData, params: Params, base: "BaseFiles", folder: Path, report: Reporter
    ) -> None:
        """Fine-tune `base` and leave the best weights of the validation rows in `folder`."""

    def load(self, folder: Path) -> Predictor:
        """Load a model that either training wrote."""


@runtime_checkable
class HasBaseline(Engine, Protocol):
    """An engine that also trains a baseline: the model that stands in seconds and that others must beat."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        """Train the model that stands in seconds."""


@runtime_checkable
class Portable(Engine, Protocol):
    """An engine whose trained networks can be written as ONNX."""

    def write_onnx(self, model: Path, folder: Path) -> float:
        """Write the network of a model that `train` left into `folder` as `model.onnx`, once it answers as torch does.

        Returns:
            How far its answers differ at most, as a share of the largest number.

        Raises:
            ModelError: `onnx_not_written`, `onnx_differs`.
        """


@dataclass(frozen=True)
class BaseFiles:
    """A base as a worker gets it: its kind, and the checked local folder of its files, if it has any."""

    name: str
    kind: str
    folder: Path | None = None
