"""A speech training lowers the loss, goes on bit for bit from any stop, and answers the same after storage."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.training.speech import ctc
from bigmodel.training.speech.charset import make_charset
from bigmodel.training.speech.features import AugmentConfig, Recordings, read_samples
from bigmodel.training.speech.objective import CtcObjective
from bigmodel.training.speech.recipe import SpeechParams
from tests.fakes.reporter import FakeReporter
from tests.fakes.spoken import spoken_data

SCRATCH = BaseFiles("scratch", "scratch")
PARAMS = SpeechParams(base="scratch", epochs=3, batch_size=4, accumulation=2, learning_rate=5e-3)
STOPS = [1, 3, 4, 6, 8]  # of 9 steps, three an epoch


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return spoken_data(tmp_path_factory.mktemp("spoken"), rows=30)


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Make the networks of this module narrow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ctc, "WIDTH", 24)
        yield


@pytest.fixture(scope="module")
def straight(
    data: TaskData, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, FakeReporter, Path]:
    folder = tmp_path_factory.mktemp("straight")
    return (*train(data, folder), folder / "model")


def train(
    data: TaskData, folder: Path, params: SpeechParams = PARAMS, **how: object
) -> tuple[str, FakeReporter]:
    report = FakeReporter(folder / "checkpoints", **how)  # type: ignore[arg-type]
    model = folder / "model"
    model.mkdir(exist_ok=True)
    ctc.train(data, params, SCRATCH, model, report)
    return hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(), report


@pytest.mark.parametrize("stop", STOPS)
def test_resumed_training_ends_with_same_weights(
    stop: int, data: TaskData, straight: tuple[str, FakeReporter, Path], tmp_path: Path
) -> None:
    paused = FakeReporter(tmp_path / "checkpoints", stop_at=stop)
    with pytest.raises(StopRequested):
        ctc.train(data, PARAMS, SCRATCH, tmp_path, paused)
    weights, resumed = train(data, tmp_path, resume=paused.checkpoints[0])
    expected, whole, _ = straight
    assert weights == expected
    for curve, points in whole.curves.items():
        assert paused.curves.get(curve, []) + resumed.curves.get(curve, []) == points


def test_loss_falls(straight: tuple[str, FakeReporter, Path]) -> None:
    losses = [value for _, value in straight[1].curves["train/loss"]]
    assert losses[-1] < 0.5 * losses[0]


def test_stored_model_answers_the_same(
    straight: tuple[str, FakeReporter, Path], data: TaskData
) -> None:
    model = ctc.load_model(straight[2])
    first = model.answer(data.test.inputs)
    again = ctc.load_model(straight[2]).answer(data.test.inputs[:1])
    assert again[0].text == first[0].text
    assert again[0].certainty == pytest.approx(first[0].certainty, abs=1e-4)
    assert all(0 <= one.certainty <= 1 for one in first)


def test_variation_is_one_of_seed_epoch_and_row(data: TaskData) -> None:
    samples = [read_samples(path) for path in data.train.inputs[:2]]
    recordings = Recordings(samples, [[], []], seed=3, variation=AugmentConfig())
    before = torch.get_rng_state()
    first, again, later = (recordings.batch([0, 1], epoch=e)["frames"] for e in (0, 0, 1))
    alone = recordings.batch([1], epoch=0)["frames"]
    assert torch.equal(first, again)
    assert torch.equal(first[1, : alone.shape[1]], alone[0])
    assert first.shape != later.shape or not torch.equal(first, later)
    assert torch.equal(before, torch.get_rng_state())


def test_text_without_room_counts_nothing() -> None:
    objective = CtcObjective(make_charset(["abc"], "lower"))
    logits = torch.zeros(1, 2, objective.outputs, requires_grad=True)
    loss = objective.loss((logits, torch.tensor([2])), [([1, 2, 3], "abc")])
    assert float(loss.detach()) == 0
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(logits.grad).all()  # type: ignore[arg-type]


def test_stride_leaves_room_for_every_letter(data: TaskData) -> None:
    samples = [read_samples(path) for path in data.train.inputs[:4]]
    few, many = Recordings(samples, [[1, 2]] * 4), Recordings(samples, [[1, 2] * 9] * 4)
    assert [ctc.choose_size(one, 3, PARAMS).stride for one in (few, many)] == [4, 2]


def test_transcripts_without_letters_are_refused(data: TaskData, tmp_path: Path) -> None:
    empty = data.train.__class__(data.train.ids, data.train.inputs, [" "] * len(data.train))
    with pytest.raises(TrainingError, match="transcripts_are_empty"):
        train(TaskData(empty, data.validation, data.test), tmp_path)


def test_conformer_trains_as_well(data: TaskData, tmp_path: Path) -> None:
    params = PARAMS.model_copy(update={"speech_body": "conformer", "epochs": 1})
    _, report = train(data, tmp_path, params)
    assert report.curves["train/loss"]
