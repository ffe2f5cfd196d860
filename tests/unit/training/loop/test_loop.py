"""What the loop does for every medium: averaged weights, batches that a GPU has no room for, training further."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.text import finetune
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert

DATA = text_data("label")
PARAMS = TextParams(epochs=2, batch_size=8, learning_rate=1e-3)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny"))


def train(base: BaseFiles, folder: Path, params: TextParams, **how: Any) -> FakeReporter:
    report = FakeReporter(folder / "checkpoints", **how)
    model = folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    finetune.train_classifier(DATA, params, base, model, report)
    return report


def weights(folder: Path) -> bytes:
    return (folder / "model" / "model.safetensors").read_bytes()


def test_averaged_training_goes_on_bit_for_bit(base: BaseFiles, tmp_path: Path) -> None:
    params = PARAMS.model_copy(update={"averaging": 0.9})
    whole = train(base, tmp_path / "whole", params)
    with pytest.raises(StopRequested):
        train(base, tmp_path / "stopped", params, stop_at=5)
    paused = FakeReporter(tmp_path / "paused", stop_at=5)
    with pytest.raises(StopRequested):
        finetune.train_classifier(DATA, params, base, tmp_path, paused)
    resumed = train(base, tmp_path / "resumed", params, resume=paused.checkpoints[0])
    assert weights(tmp_path / "resumed") == weights(tmp_path / "whole")
    points = paused.curves["train/loss"] + resumed.curves["train/loss"]
    assert points == whole.curves["train/loss"]


def test_average_is_what_is_measured_and_kept(base: BaseFiles, tmp_path: Path) -> None:
    plain = train(base, tmp_path / "plain", PARAMS)
    averaged = train(base, tmp_path / "averaged", PARAMS.model_copy(update={"averaging": 0.9}))
    assert averaged.curves["train/loss"] == plain.curves["train/loss"]  # the steps are the same
    assert averaged.curves["validation/loss"] != plain.curves["validation/loss"]


def test_batch_without_room_is_cut_and_the_curve_goes_on(
    base: BaseFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Training._learn
    sizes: list[int] = []

    def with_little_room(training: Training, rows: Sequence[int], share: float) -> float:
        if len(rows) > 2:
            raise torch.OutOfMemoryError("no room")
        sizes.append(len(rows))
        return learn(training, rows, share)

    whole = train(base, tmp_path / "whole", PARAMS)
    monkeypatch.setattr(Training, "_learn", with_little_room)
    report = train(base, tmp_path / "cut", PARAMS)
    assert report.notes.count("training.note.batch_cut") == 2  # 8 rows to 4, then to 2
    assert max(sizes) == 2
    steps = [step for step, _ in report.curves["train/loss"]]
    assert steps == [step for step, _ in whole.curves["train/loss"]]


def test_row_without_room_is_an_error_of_the_gpu(
    base: BaseFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_room(_training: Training, _rows: Sequence[int], _share: float) -> float:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(Training, "_learn", without_room)
    with pytest.raises(TrainingError) as raised:
        train(base, tmp_path, PARAMS)
    assert raised.value.key == "gpu_memory_short"


def test_held_out_rows_without_room_leave_the_training_batch_alone(
    base: BaseFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Training._look
    seen: list[int] = []

    def with_little_room(training: Training, rows: Sequence[int]) -> Any:
        if len(rows) > 3:
            raise torch.OutOfMemoryError("no room")
        seen.append(len(rows))
        return look(training, rows)

    whole = train(base, tmp_path / "whole", PARAMS)
    monkeypatch.setattr(Training, "_look", with_little_room)
    report = train(base, tmp_path / "cut", PARAMS)
    assert sum(seen) == PARAMS.epochs * len(DATA.validation)
    assert "training.note.batch_cut" not in report.notes
    assert report.curves["train/loss"] == whole.curves["train/loss"]


def test_finished_training_goes_further_from_its_last_state(
    base: BaseFiles, tmp_path: Path
) -> None:
    first = train(base, tmp_path / "first", PARAMS)
    last = first.checkpoints[-1]
    more = PARAMS.model_copy(update={"epochs": 3})
    further = train(base, tmp_path / "further", more, resume=last)
    steps = [step for step, _ in further.curves["train/loss"]]
    assert steps[0] == last.step + 1
    assert steps[-1] == last.step * 3 // 2
