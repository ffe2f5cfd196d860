"""A tiny Whisper learns to write, goes on bit for bit, hears what its package hears, and refuses what cannot work."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file
from transformers import WhisperFeatureExtractor

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.training.loop.examples import NOT_COMPARED, fingerprint
from bigmodel.training.speech import ctc, whisper
from bigmodel.training.speech.as_it_is import LISTENED, ReadyPredictor
from bigmodel.training.speech.decoding import LEAST_REPEATS
from bigmodel.training.speech.features import read_samples
from bigmodel.training.speech.recipe import SpeechParams
from bigmodel.training.speech.seq2seq_head import SpeechFrontend, language_of
from tests.fakes.reporter import FakeReporter
from tests.fakes.spoken import spoken_data
from tests.fakes.tiny_whisper import write_tiny_whisper
from tests.unit.training.speech.test_package import program

PARAMS = SpeechParams(
    base="tiny", epochs=40, batch_size=6, learning_rate=8e-3, vary_speed=0.0, vary_noise=0.2
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return spoken_data(tmp_path_factory.mktemp("spoken"), ("ab", "不"), rows=24, each=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_whisper(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def trained(
    data: TaskData, base: BaseFiles, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, FakeReporter]:
    folder = tmp_path_factory.mktemp("model")
    report = FakeReporter(tmp_path_factory.mktemp("checkpoints"))
    whisper.train(data, PARAMS, base, folder, report)
    return folder, report


def test_tiny_whisper_learns_to_write(trained: tuple[Path, FakeReporter], data: TaskData) -> None:
    folder, report = trained
    losses = [value for _, value in report.curves["train/loss"]]
    assert losses[-1] < 0.3 * losses[0]
    heard = whisper.load_model(folder).answer(data.train.inputs)
    right = [one.text == text for one, text in zip(heard, data.train.targets, strict=True)]
    assert np.mean(right) > 0.9
    assert all(0 <= one.certainty <= 1 for one in heard)
    assert all(" ".join(word for word, _ in one.words) == one.text for one in heard)


def test_window_is_cut_to_the_recordings(trained: tuple[Path, FakeReporter]) -> None:
    places = load_file(trained[0] / "model.safetensors")["model.encoder.embed_positions.weight"]
    assert 20 < len(places) < 100


def test_resumed_whisper_ends_with_same_weights(
    trained: tuple[Path, FakeReporter], data: TaskData, base: BaseFiles, tmp_path: Path
) -> None:
    paused = FakeReporter(tmp_path / "checkpoints", stop_at=7)
    with pytest.raises(StopRequested):
        whisper.train(data, PARAMS, base, tmp_path, paused)
    again = FakeReporter(tmp_path / "more", resume=paused.checkpoints[-1])
    whisper.train(data, PARAMS, base, tmp_path, again)
    weights = [(folder / "model.safetensors").read_bytes() for folder in (trained[0], tmp_path)]
    assert weights[0] == weights[1]


def test_package_of_whisper_hears_alike(trained: tuple[Path, FakeReporter], data: TaskData) -> None:
    expected = whisper.load_model(trained[0]).answer(data.test.inputs)
    heard = program("writer").Model(trained[0]).transcribe(data.test.inputs)
    assert heard == [one.text for one in expected]


def test_ear_hears_as_the_makers_do() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    theirs = WhisperFeatureExtractor(feature_size=80, chunk_length=2)(
        sound, sampling_rate=16_000, return_tensors="pt"
    ).input_features[0]
    ours = SpeechFrontend(80, 2.0).listen(torch.from_numpy(sound))
    torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=0)


def test_language_is_told_by_the_script() -> None:
    texts = [["打开电视 tv"], ["turn on"], ["テレビ"], ["привет"], []]
    assert [language_of(each) for each in texts] == ["zh", "en", "ja", "ru", "en"]


def test_texts_without_words_are_refused(data: TaskData, base: BaseFiles, tmp_path: Path) -> None:
    empty = Rows(data.train.ids, data.train.inputs, [" "] * len(data.train))
    report = FakeReporter(tmp_path / "checkpoints")
    with pytest.raises(TrainingError, match="transcripts_are_empty"):
        whisper.train(TaskData(empty, data.validation, data.test), PARAMS, base, tmp_path, report)


def test_tokenizer_of_another_model_is_refused(data: TaskData, tmp_path: Path) -> None:
    folder = write_tiny_whisper(tmp_path / "tiny")
    path = folder / "tokenizer.json"
    path.write_text(path.read_text("utf-8").replace("<|startoftranscript|>", "<|other|>"), "utf-8")
    report = FakeReporter(tmp_path / "checkpoints")
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        whisper.train(data, PARAMS, BaseFiles("tiny", "folder", folder), tmp_path, report)


def test_ready_model_is_used_without_a_step(
    data: TaskData, base: BaseFiles, tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path / "checkpoints")
    params = PARAMS.model_copy(update={"as_it_is": True})
    whisper.train(data, params, base, tmp_path, report)
    assert not report.curves
    assert base.folder
    before, after = (load_file(folder / "model.safetensors") for folder in (base.folder, tmp_path))
    assert all(before[name].equal(after[name]) for name in after)
    record = json.loads((tmp_path / "writer.json").read_text("utf-8"))
    assert record["repeats"] == LEAST_REPEATS
    assert record["least_window_s"] > 0
    heard = whisper.load_model(tmp_path).answer(data.test.inputs)
    assert program("writer").Model(tmp_path).transcribe(data.test.inputs) == [
        one.text for one in heard
    ]


def test_only_models_that_know_speech_are_used_as_they_are(data: TaskData, tmp_path: Path) -> None:
    params = SpeechParams(as_it_is=True)
    with pytest.raises(TrainingError, match="base_needs_training"):
        ctc.train(data, params, BaseFiles("scratch", "scratch"), tmp_path, FakeReporter(tmp_path))


def test_fine_tuning_that_makes_it_worse_leaves_the_model_as_it_was(
    data: TaskData, base: BaseFiles, tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path / "checkpoints")
    wild = PARAMS.model_copy(update={"learning_rate": 1.0, "epochs": 1, "clip_norm": 0.0})
    whisper.train(data, wild, base, tmp_path, report)
    assert report.curves["validation/wer"][0][0] == 0
    assert base.folder
    name = "model.decoder.embed_tokens.weight"
    before, after = (
        load_file(folder / "model.safetensors")[name] for folder in (base.folder, tmp_path)
    )
    assert before.equal(after)


def test_silence_gives_no_text(trained: tuple[Path, FakeReporter], tmp_path: Path) -> None:
    quiet = np.random.default_rng(0).normal(0, 1e-4, 16_000).astype(np.float32)
    path = tmp_path / "quiet.wav"
    soundfile.write(path, quiet, 16_000)
    [heard] = whisper.load_model(trained[0]).answer([str(path)])
    assert (heard.text, heard.words, heard.segments) == ("", (), ())
    assert program("writer").Model(trained[0]).transcribe([str(path)]) == [""]


def test_long_recording_is_heard_in_timed_pieces(
    trained: tuple[Path, FakeReporter], data: TaskData, tmp_path: Path
) -> None:
    parts = [read_samples(path) for path in data.train.inputs[:4]]
    pause = np.zeros(16_000, np.int16)
    whole = np.concatenate([part for one in parts for part in (one, pause)])
    path = tmp_path / "long.wav"
    soundfile.write(path, whole, 16_000)
    model = whisper.load_model(trained[0])
    [heard] = model.answer([str(path)])
    assert [text for _, _, text in heard.segments] == list(data.train.targets[:4])
    starts = np.cumsum([0, *(len(part) + 16_000 for part in parts[:-1])]) / 16_000
    assert np.allclose([start for start, _, _ in heard.segments], starts, atol=0.3)
    segments = program("writer").Model(trained[0]).segments(str(path))
    assert segments == [(a, b, text) for a, b, text in heard.segments]


def test_settings_of_later_releases_leave_old_checkpoints_usable(
    data: TaskData, base: BaseFiles
) -> None:
    plain = fingerprint(PARAMS, base, data)
    assert plain != fingerprint(PARAMS.model_copy(update={"numbers": "words"}), base, data)
    before = PARAMS.model_dump(exclude={*NOT_COMPARED, "as_it_is", "language", "numbers"})
    said = [before, base.name, data.labels, list(data.train.ids), list(data.train.targets)]
    assert plain == hashlib.sha256(json.dumps(said).encode()).hexdigest()


def test_base_without_any_training_hears_the_language_once_a_recording(
    data: TaskData, base: BaseFiles, tmp_path: Path
) -> None:
    assert base.folder
    folder = tmp_path / "ready"
    shutil.copytree(base.folder, folder)
    (folder / "model.json").write_text("{}", "utf-8")
    ready = whisper.load_model(folder)
    assert isinstance(ready, ReadyPredictor)
    first = ready.answer(data.train.inputs[:2])
    assert [len(one.segments) <= 1 for one in first] == [True, True]
    language = ready.text.language
    assert language in ("en", "zh")
    shares = ready._heard[2].clone()
    ready.answer(data.train.inputs[:LISTENED])
    ready.answer(data.train.inputs[:LISTENED])
    assert ready._heard[1] == LISTENED
    assert float(ready._heard[2].sum()) == pytest.approx(LISTENED, abs=0.01)
    assert float(shares.sum()) == pytest.approx(2, abs=0.01)
    (folder / "model.json").write_text('{"language": "zh"}', "utf-8")
    told = whisper.load_model(folder)
    told.answer(data.train.inputs[:1])
    assert told.text.language == "zh"
    assert told.text.write("這個國家") == "这个国家"


def test_layers_that_are_kept_do_not_learn(data: TaskData, base: BaseFiles, tmp_path: Path) -> None:
    settings = PARAMS.model_copy(update={"epochs": 2, "frozen_layers": 1})
    held = TaskData(
        data.train, Rows(), Rows()
    )  # no look at rows could bring the first weights back
    whisper.train(held, settings, base, tmp_path, FakeReporter(tmp_path / "checkpoints"))
    assert base.folder is not None
    before, after = (load_file(f / "model.safetensors") for f in (base.folder, tmp_path))
    part = "model.{}.layers.0.fc1.weight".format
    assert before[part("encoder")].float().equal(after[part("encoder")].float())
    assert not before[part("decoder")].float().equal(after[part("decoder")].float())
