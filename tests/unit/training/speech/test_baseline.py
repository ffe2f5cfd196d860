"""The instant speech model knows words where pauses part them, and whole recordings where they do not."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.metrics.transcription import headline
from bigmodel.training.speech import baseline
from tests.fakes.reporter import FakeReporter
from tests.fakes.spoken import spoken_data, write_spoken


def trained(data: TaskData, folder: Path) -> baseline.SpeechBaseline:
    folder.mkdir()
    baseline.train_instant(data, folder, FakeReporter(folder / "checkpoints"))
    return baseline.load_baseline(folder)


def test_words_are_known_in_any_order(tmp_path: Path) -> None:
    data = spoken_data(tmp_path / "in", rows=16)
    model = trained(data, tmp_path / "model")
    assert model.parting is not None
    new = write_spoken(tmp_path / "new.wav", "no no ab no ab", seed=99)
    heard = model.answer([str(new)])[0]
    assert heard.text == "no no ab no ab"
    assert len(heard.words) == 5
    assert 0.3 < heard.certainty <= 1


def test_unparted_sentences_are_known_as_wholes(tmp_path: Path) -> None:
    data = spoken_data(tmp_path / "in", ("是不", "不是", "是是不"), rows=24, each=1)
    longer = Rows(data.train.ids, data.train.inputs, [f"{t} {t}" for t in data.train.targets])
    model = trained(TaskData(longer, Rows(), data.test), tmp_path / "model")
    assert model.parting is None
    heard = model.answer(data.test.inputs)
    assert [one.text for one in heard] == [f"{text} {text}" for text in data.test.targets]


def test_answers_survive_storage(tmp_path: Path) -> None:
    data = spoken_data(tmp_path / "in", rows=24)
    model = trained(data, tmp_path / "model")
    first = model.answer(data.test.inputs)
    again = baseline.load_baseline(tmp_path / "model").answer(data.test.inputs)
    assert first == again
    assert headline(data.test.targets, [one.text for one in first])["wer"] == 0


def test_silence_is_answered_with_nothing_or_little(tmp_path: Path) -> None:
    model = trained(spoken_data(tmp_path / "in", rows=16), tmp_path / "model")
    quiet = write_spoken(tmp_path / "quiet.wav", "  ")
    assert len(model.answer([str(quiet)])[0].text.split()) <= 1


def test_warping_ignores_speed() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(20, 4)).astype(np.float32)
    slower = np.repeat(one, 2, axis=0)
    other = rng.normal(size=(20, 4)).astype(np.float32)
    assert baseline.warped(one, slower) < 1e-3 < baseline.warped(one, other)


def test_unreadable_recordings_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound")
    rows = Rows(["1"], [str(broken)], ["yes"])
    with pytest.raises(TrainingError, match="recordings_are_unreadable"):
        trained(TaskData(rows, Rows(), Rows()), tmp_path / "model")
