"""A training that goes on for more epochs, and one that does not fit the memory of a graphics card; no card is needed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.loop.schedule import learning_rate
from bigmodel.training.text import finetune
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data

DATA = text_data("label")
PARAMS = TextParams(epochs=2, batch_size=16, learning_rate=1e-3, max_tokens=16)  # 4 steps an epoch
BASE = BaseFiles("scratch", "scratch")
Learn = Callable[[Training, Sequence[int], float], float]


def train(folder: Path, params: TextParams = PARAMS, **how: object) -> FakeReporter:
    report = FakeReporter(folder / "checkpoints", **how)  # type: ignore[arg-type]
    (folder / "model").mkdir(parents=True)
    finetune.train_classifier(DATA, params, BASE, folder / "model", report)
    return report


def test_more_epochs_go_on_from_the_end_of_a_finished_training(tmp_path: Path) -> None:
    first = train(tmp_path / "first")
    assert first.checkpoints[-1].step == 8
    longer = PARAMS.model_copy(update={"epochs": 3})
    more = train(tmp_path / "more", longer, resume=first.checkpoints[-1])
    assert [step for step, _ in more.curves["train/loss"]] == [9, 10, 11, 12]
    rates = [learning_rate(longer, step / 12) for step in (8, 9, 10, 11)]
    assert [rate for _, rate in more.curves["train/learning_rate"]] == pytest.approx(rates)


def test_early_stopping_counts_anew_in_more_epochs(tmp_path: Path) -> None:
    impatient = PARAMS.model_copy(update={"epochs": 20, "patience": 1, "learning_rate": 0.5})
    first = train(tmp_path / "first", impatient)
    stopped = first.checkpoints[-1]
    assert stopped.step < 80
    longer = impatient.model_copy(update={"epochs": 21})
    more = train(tmp_path / "more", longer, resume=stopped)
    assert len(more.curves["train/loss"]) >= 1


def fits(most: int, learn: Learn) -> Learn:
    """Return a step of a card that has room for so many rows at once."""

    def run(self: Training, rows: Sequence[int], share: float) -> float:
        loss = learn(self, rows, share)  # the gradient is there when the memory is not
        if len(rows) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return loss

    return run


def test_a16_batch_that_does_not_fit_is_cut_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(tmp_path / "whole")
    monkeypatch.setattr(Training, "_learn", fits(4, Training._learn))
    cut = train(tmp_path / "cut")
    assert cut.notes.count("training.note.batch_cut") == 2  # 16 rows, 8 rows, and then 4
    steps = [step for step, _ in whole.curves["train/loss"]]
    assert [step for step, _ in cut.curves["train/loss"]] == steps == list(range(1, 9))
    rates = [curves["train/learning_rate"] for curves in (whole.curves, cut.curves)]
    assert rates[0] == rates[1]
    shapes = [
        {name: tensor.shape for name, tensor in load_file(place / "model.safetensors").items()}
        for place in (tmp_path / "whole" / "model", tmp_path / "cut" / "model")
    ]
    assert shapes[0] == shapes[1]


def test_a16_single_row_that_does_not_fit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Training, "_learn", fits(0, Training._learn))
    with pytest.raises(TrainingError, match="gpu_memory_short"):
        train(tmp_path / "none")


def test_a17_look_that_does_not_fit_leaves_the_batch_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(tmp_path / "whole")
    look = Training._look

    def small(self: Training, rows: Sequence[int]) -> object:
        if len(rows) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return look(self, rows)

    monkeypatch.setattr(Training, "_look", small)
    cut = train(tmp_path / "cut")
    assert cut.notes == whole.notes
    assert cut.curves["train/loss"] == whole.curves["train/loss"]
    found, wanted = (
        [value for _, value in report.curves["validation/loss"]] for report in (cut, whole)
    )
    assert found == pytest.approx(wanted)
