"""Pre-trained features: each file is seen once, the head's penalty fits held-out rows, and models answer, explain and stop as others do."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.job import Wish
from bigmodel.core.task import BaseFiles, Explainer, Medium, StopRequested
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.training.frozen import cache as kept
from bigmodel.training.frozen.head import LabelledVectors, fit_classifier, fit_regressor
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.sounds import sound_data
from tests.fakes.tiny_vision import write_tiny_timm, write_tiny_vit
from tests.fakes.tiny_whisper import write_tiny_whisper

TASKS = {task.medium: task for task in find_tasks().values() if task.answer == "label"}
WRITE = {Medium.IMAGE: write_tiny_timm, Medium.AUDIO: write_tiny_whisper}
DATA = {
    Medium.IMAGE: picture_data,
    Medium.AUDIO: lambda folder, rows: sound_data(folder, rows=rows),
}
both = pytest.mark.parametrize("medium", [Medium.IMAGE, Medium.AUDIO])


def params(medium: Medium, **values: object):  # type: ignore[no-untyped-def]
    small = {"pixels": 32} if medium == Medium.IMAGE else {}
    return TASKS[medium].params.model_validate(small | values)


def in_dataset(medium: Medium, folder: Path) -> TaskData:
    """Return rows whose files lie as those of a dataset do, named by their place."""
    made = DATA[medium](folder / "raw", 40) if (folder / "raw").mkdir() is None else None
    assert made
    media = folder / "datasets" / "d1" / "media" / "ab"
    media.mkdir(parents=True)
    parts = []
    for name, rows in (("a", made.train), ("b", made.validation), ("c", made.test)):
        inputs = []
        for place, path in enumerate(rows.inputs):
            target = media / f"{name}{place}{Path(path).suffix}"
            shutil.copyfile(path, target)
            inputs.append(str(target))
        parts.append(Rows(rows.ids, inputs, rows.targets))
    return TaskData(*parts, labels=made.labels)


def train(medium: Medium, data: TaskData, folder: Path, report: FakeReporter | None = None) -> None:
    base = folder / "base"
    files = BaseFiles("tiny", "features", base if base.exists() else WRITE[medium](base))
    (folder / "model").mkdir(exist_ok=True)
    load_engine(TASKS[medium]).train(
        data, params(medium), files, folder / "model", report or FakeReporter(folder / "c")
    )


@both
def test_files_are_seen_once(
    medium: Medium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = in_dataset(medium, tmp_path)
    train(medium, data, tmp_path)
    first = load_engine(TASKS[medium]).load(tmp_path / "model").answer(data.test.inputs)

    def refuse(*_: object) -> dict[int, object]:
        raise AssertionError("a file was seen again")

    module = __import__(f"bigmodel.training.{_room(medium)}.frozen", fromlist=["readable"])
    monkeypatch.setattr(module, "readable", refuse)
    train(medium, data, tmp_path)
    assert load_engine(TASKS[medium]).load(tmp_path / "model").answer(data.test.inputs) == first


@both
def test_kept_vectors_answer_as_fresh_ones(medium: Medium, tmp_path: Path) -> None:
    data = in_dataset(medium, tmp_path)
    train(medium, data, tmp_path)
    model = load_engine(TASKS[medium]).load(tmp_path / "model")
    known = np.array([answer.scores for answer in model.answer(data.test.inputs)])
    shutil.rmtree(tmp_path / "datasets" / "d1" / kept.FOLDER)
    fresh = np.array([answer.scores for answer in model.answer(data.test.inputs)])
    np.testing.assert_allclose(known, fresh, atol=0.02)


@both
def test_a_model_of_features_explains_itself(medium: Medium, tmp_path: Path) -> None:
    data = in_dataset(medium, tmp_path)
    train(medium, data, tmp_path)
    model = load_engine(TASKS[medium]).load(tmp_path / "model")
    assert isinstance(model, Explainer)
    [told] = model.explain(data.train.inputs[:1])
    assert told.nearest[0][0] in data.train.ids
    assert told.nearest[0][1] < 1e-3
    assert told.ood_score is not None


@both
def test_stops_while_files_are_seen_and_keeps_what_it_saw(medium: Medium, tmp_path: Path) -> None:
    data = in_dataset(medium, tmp_path)
    report = FakeReporter(tmp_path / "c", stop_at=1, wish=Wish.CANCEL)
    with pytest.raises(StopRequested):
        train(medium, data, tmp_path, report)
    assert list((tmp_path / "datasets" / "d1" / kept.FOLDER).glob("*.safetensors"))


def test_a_base_whose_head_is_no_linear_one_is_refused(tmp_path: Path) -> None:
    data = picture_data(tmp_path, 40)
    base = BaseFiles("vit", "features", write_tiny_vit(tmp_path / "base"))
    engine = load_engine(TASKS[Medium.IMAGE])
    with pytest.raises(ModelError):
        engine.train(data, params(Medium.IMAGE), base, tmp_path, FakeReporter(tmp_path / "c"))


def test_half_written_vectors_are_computed_anew(tmp_path: Path) -> None:
    picture = tmp_path / "media" / "ab" / "one.jpg"
    place = tmp_path / kept.FOLDER / "key.safetensors"
    place.parent.mkdir()
    place.write_bytes(b"\x10\x00")
    cache = kept.FeatureCache("key", [str(picture)])
    assert cache.get(str(picture)) is None
    cache.put(str(picture), np.ones(3, np.float32))
    cache.save()
    assert kept.FeatureCache("key", [str(picture)]).get(str(picture)) is not None


def test_files_of_no_dataset_are_not_noted(tmp_path: Path) -> None:
    cache = kept.FeatureCache("key", [str(tmp_path / "photo.jpg")])
    cache.put(str(tmp_path / "photo.jpg"), np.ones(3, np.float32))
    cache.save()
    assert list(tmp_path.iterdir()) == []


def test_head_of_noise_is_held_back() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((260, 60)).astype(np.float32)
    classes = (vectors[:, 0] + random.standard_normal(260) > 0).astype(np.int64)
    rows = LabelledVectors(vectors, classes)
    head = fit_classifier(rows.take(np.arange(130)), rows.take(np.arange(130, 260)), 3)
    raw = head.raw(vectors[130:])
    assert (raw.argmax(axis=1) == classes[130:]).mean() > 0.6
    assert raw[:, 2].max() < raw[:, :2].min()  # a class without rows has no say


def test_numbers_are_answered_in_their_own_unit() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((200, 5)).astype(np.float32)
    values = 1000 + 50 * vectors[:, 1].astype(np.float64)
    head = fit_regressor(vectors, values)
    assert np.abs(head.raw(vectors)[:, 0] - values).mean() < 10


def _room(medium: Medium) -> str:
    return {Medium.IMAGE: "images", Medium.AUDIO: "audio"}[medium]
