"""Models of recordings learn, answer, know strangers, and go on after a pause bit for bit."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.job import Wish
from bigmodel.core.task import BaseFiles, Checkpoint, Explainer, StopRequested
from bigmodel.training.audio import baseline, finetune
from bigmodel.training.audio.recipe import AudioParams
from tests.fakes.reporter import FakeReporter
from tests.fakes.sounds import LABELS, sound_data, write_sound
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec
from tests.patience import PATIENCE_S

PARAMS = AudioParams(epochs=3, batch_size=8, learning_rate=3e-3, warmup_share=0.0)  # 12 steps
SCRATCH = BaseFiles("scratch", "scratch")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return sound_data(tmp_path_factory.mktemp("sounds"))


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseFiles]:
    places = {name: tmp_path_factory.mktemp(name) for name in ("wav2vec2", "hubert")}
    made = {
        name: BaseFiles(name, "folder", write_tiny_wav2vec(place, name))
        for name, place in places.items()
    }
    return {"scratch": SCRATCH, **made}


@pytest.fixture(scope="module")
def trained(
    data: TaskData, bases: dict[str, BaseFiles], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, FakeReporter]]:
    return {
        name: train(data, bases[name], tmp_path_factory.mktemp("straight"))
        for name in ("scratch", "wav2vec2")
    }


def train(
    data: TaskData, base: BaseFiles, folder: Path, **how: object
) -> tuple[Path, FakeReporter]:
    report = FakeReporter(folder / "checkpoints", **how)  # type: ignore[arg-type]
    model = folder / "model"
    model.mkdir(exist_ok=True)
    finetune.train(data, PARAMS, base, model, report)
    return model, report


def digest(model: Path) -> str:
    return hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("stop", [1, 4, 5, 8, 11])
@pytest.mark.parametrize("name", ["scratch", "wav2vec2"])
def test_resumed_training_ends_with_same_weights(
    name: str,
    stop: int,
    data: TaskData,
    bases: dict[str, BaseFiles],
    trained: dict[str, tuple[Path, FakeReporter]],
    tmp_path: Path,
) -> None:
    with pytest.raises(StopRequested):
        train(data, bases[name], tmp_path, stop_at=stop)
    point = Checkpoint(tmp_path / "checkpoints" / str(stop), stop)
    model, resumed = train(data, bases[name], tmp_path, resume=point)
    straight, whole = trained[name]
    assert digest(model) == digest(straight)
    assert resumed.curves["validation/loss"][-1] == whole.curves["validation/loss"][-1]


def test_few_steps_lower_the_loss(trained: dict[str, tuple[Path, FakeReporter]]) -> None:
    losses = [loss for _, loss in trained["scratch"][1].curves["train/loss"]]
    assert np.mean(losses[-3:]) < 0.8 * losses[0]


@pytest.mark.parametrize("name", ["scratch", "wav2vec2"])
def test_loaded_model_answers_the_same_alone_and_together(
    name: str, data: TaskData, trained: dict[str, tuple[Path, FakeReporter]]
) -> None:
    one, two = (finetune.load_model(trained[name][0]) for _ in range(2))
    together = one.predict(data.test.inputs)
    assert together == two.predict(data.test.inputs)
    np.testing.assert_allclose(together[0], one.predict(data.test.inputs[:1])[0], atol=1e-5)
    np.testing.assert_allclose(np.sum(together, axis=1), 1.0)
    assert one.predict([]) == []


def test_hubert_trains_with_its_convolutions_frozen(
    data: TaskData, bases: dict[str, BaseFiles], tmp_path: Path
) -> None:
    model, _ = train(data, bases["hubert"], tmp_path)
    before = load_file(bases["hubert"].folder / "model.safetensors")  # type: ignore[operator]
    after = load_file(model / "model.safetensors")
    convolutions = [name for name in before if name.startswith("feature_extractor.")]
    assert convolutions
    for name in convolutions:
        np.testing.assert_array_equal(before[name], after[f"hubert.{name}"])


def test_instant_model_tells_sounds_apart_without_torch(data: TaskData, tmp_path: Path) -> None:
    baseline.train_instant(data, AudioParams(), tmp_path, FakeReporter(tmp_path / "c"))
    code = (
        "import sys, json, pathlib\n"
        "from bigmodel.training.audio.baseline import load_baseline\n"
        "model = load_baseline(pathlib.Path(sys.argv[1]))\n"
        "print(json.dumps([model.predict(sys.argv[2:]), 'torch' in sys.modules]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path), *data.test.inputs]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    answers, has_torch = json.loads(found.stdout)
    assert [LABELS[int(np.argmax(row))] for row in answers] == list(data.test.targets)
    assert not has_torch
    assert answers == baseline.load_baseline(tmp_path).predict(data.test.inputs)


@pytest.fixture(scope="module")
def instant(data: TaskData, tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    folder = tmp_path_factory.mktemp("instant")
    baseline.train_instant(data, AudioParams(), folder, FakeReporter(folder / "c"))
    return baseline.load_baseline(folder)


def test_stranger_is_stranger_than_any_known_sound(
    instant: Explainer, data: TaskData, tmp_path: Path
) -> None:
    stranger = write_sound(tmp_path / "bell.wav", "bell", seed=99)
    known = instant.explain(data.test.inputs)
    strange = instant.explain([str(stranger)])[0]
    assert strange.ood_score is not None
    assert strange.ood_score > 1
    assert strange.ood_score > max(one.ood_score or 0 for one in known)


def test_nearest_recordings_are_of_the_same_sound(instant: Explainer, data: TaskData) -> None:
    target_of = dict(zip(data.train.ids, data.train.targets, strict=True))
    for truth, one in zip(data.test.targets, instant.explain(data.test.inputs), strict=True):
        assert len(one.nearest) == 3
        assert target_of[one.nearest[0][0]] == truth
        assert one.nearest[0][1] <= one.nearest[1][1]


def test_long_recording_has_a_course_and_a_short_one_none(
    instant: Explainer, trained: dict[str, tuple[Path, FakeReporter]], tmp_path: Path
) -> None:
    long, short = (
        str(write_sound(tmp_path / f"{s}.wav", "buzz", seconds=s, seed=5)) for s in (3.0, 0.3)
    )
    for model in (instant, finetune.load_model(trained["scratch"][0])):
        course = model.explain([long])[0].course
        assert course[0][0] == 0
        assert 2.3 < course[-1][1] < 3.7
        assert all(len(scores) == len(LABELS) for _, _, scores in course)
        assert model.explain([short])[0].course == ()


def test_unreadable_recordings_are_left_out_and_said(data: TaskData, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    inputs = [str(broken), *data.train.inputs[1:]]
    rows = type(data.train)(data.train.ids, inputs, data.train.targets)
    report = FakeReporter(tmp_path / "c")
    damaged = TaskData(rows, data.validation, data.test, data.labels)
    baseline.train_instant(damaged, AudioParams(), tmp_path, report)
    assert report.notes == ["training.note.clips_left_out"]


def test_stops_while_recordings_are_read(data: TaskData, tmp_path: Path) -> None:
    report = FakeReporter(tmp_path / "c", stop_at=0, wish=Wish.CANCEL)
    with pytest.raises(StopRequested):
        finetune.train(data, PARAMS, SCRATCH, tmp_path, report)
