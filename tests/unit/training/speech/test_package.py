"""The programs that go along with a downloaded speech model hear what the model hears, without a line of this app."""

from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.tasks import find_tasks
from bigmodel.training.speech import baseline, ctc
from bigmodel.training.speech.recipe import SpeechParams
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.spoken import spoken_data
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec

FOLDER = next(t.folder for t in find_tasks().values() if t.answer == "transcript")


def program(kind: str) -> Any:
    return load_program(FOLDER / f"predict_{kind}.py")


def test_package_of_instant_model_hears_alike(tmp_path: Path) -> None:
    data = spoken_data(tmp_path / "in", rows=16)
    report = FakeReporter(tmp_path / "checkpoints")
    baseline.train_instant(data, tmp_path, report)
    expected = baseline.load_baseline(tmp_path).answer(data.test.inputs)
    heard = program("instant").Model(tmp_path).transcribe(data.test.inputs)
    assert heard == [one.text for one in expected]


@pytest.mark.parametrize("body", ["recurrent", "conformer"])
def test_package_of_network_hears_alike(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctc, "WIDTH", 24)
    data = spoken_data(tmp_path / "in", rows=16)
    values = {"speech_body": body, "epochs": 4, "batch_size": 4, "learning_rate": 1e-2}
    params = SpeechParams.model_validate(values)
    report = FakeReporter(tmp_path / "checkpoints")
    ctc.train(data, params, BaseFiles("scratch", "scratch"), tmp_path, report)
    expected = ctc.load_model(tmp_path).answer(data.test.inputs)
    heard = program("tuned").Model(tmp_path).transcribe(data.test.inputs)
    assert heard == [one.text for one in expected]


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_body_learns_letters_and_is_taken_along(family: str, tmp_path: Path) -> None:
    data = spoken_data(tmp_path / "in", rows=16)
    base = BaseFiles("tiny", "folder", write_tiny_wav2vec(tmp_path / "tiny", family))
    params = SpeechParams(base="tiny", epochs=6, batch_size=4, learning_rate=1e-2)
    for name in ("straight", "resumed"):
        (tmp_path / name).mkdir()
    whole = FakeReporter(tmp_path / "a")
    ctc.train(data, params, base, tmp_path / "straight", whole)
    paused = FakeReporter(tmp_path / "b", stop_at=4)
    with pytest.raises(StopRequested):
        ctc.train(data, params, base, tmp_path / "resumed", paused)
    again = FakeReporter(tmp_path / "c", resume=paused.checkpoints[-1])
    ctc.train(data, params, base, tmp_path / "resumed", again)
    weights = [(tmp_path / n / "model.safetensors").read_bytes() for n in ("straight", "resumed")]
    assert weights[0] == weights[1]
    losses = [value for _, value in whole.curves["train/loss"]]
    assert losses[-1] < losses[0]
    expected = ctc.load_model(tmp_path / "straight").answer(data.test.inputs)
    heard = program("tuned").Model(tmp_path / "straight").transcribe(data.test.inputs)
    assert heard == [one.text for one in expected]
