"""Bodies for sounds: taken in like those for texts, without a tokenizer, and kept to the tasks on sounds."""

import json
from pathlib import Path

import pytest

from bigmodel.base_models import hub, shelf
from bigmodel.base_models.folder import import_path
from bigmodel.core.errors import ModelError
from bigmodel.core.task import Medium
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from tests.fakes.hub import FakeHub, serving
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec
from tests.fakes.tiny_whisper import write_tiny_whisper
from tests.patience import PATIENCE_S

NAME = "some-one/tiny-hubert"


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_body_for_sounds_needs_no_tokenizer(
    family: str, settings: Settings, tmp_path: Path
) -> None:
    base = import_path(write_tiny_wav2vec(tmp_path / family, family), settings)
    assert base.medium == Medium.AUDIO
    assert shelf.read(settings.bases, family) == base


def test_body_for_sounds_comes_from_a_hub_too(tmp_path: Path) -> None:
    model = write_tiny_wav2vec(tmp_path / "hub" / "tiny", "hubert")
    with serving(FakeHub({NAME: model})) as running:
        online = Settings(home=tmp_path / "home", hub_url=running.url, hub_s=PATIENCE_S)
        online.make_folders()
        base = hub.fetch(NAME, online)
    assert (base.medium, base.kind) == (Medium.AUDIO, "hub")
    assert shelf.find(online.bases, NAME) is not None


def test_body_for_sounds_is_offered_to_tasks_on_sounds_alone(
    settings: Settings, tmp_path: Path
) -> None:
    bases = BaseModelService(settings, ScratchStore())
    bases.import_path("local", write_tiny_wav2vec(tmp_path / "tiny"))
    for task in find_tasks().values():
        names = [base.name for base in bases.all("local", task)]
        assert ("tiny" in names) == (task.medium is Medium.AUDIO)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"conv_dim": [90_000, 90_000, 90_000]}, "model_too_big"),
        ({"num_conv_pos_embeddings": 1_000_000}, "model_sizes_differ"),
        ({"add_adapter": True, "output_hidden_size": 16_000}, "model_too_big"),
        ({"hidden_size": 0}, "model_json_broken"),
        ({"auto_map": {"AutoModel": "own.Model"}}, "model_wants_code"),
    ],
)
def test_configuration_that_lies_is_refused(
    change: dict[str, object], key: str, settings: Settings, tmp_path: Path
) -> None:
    folder = write_tiny_wav2vec(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | change), "utf-8")
    with pytest.raises(ModelError, match=key):
        import_path(folder, settings)


@pytest.mark.parametrize(("rate", "is_ours"), [(16_000, True), (8_000, False), ("16k", False)])
def test_body_that_listens_at_another_rate_is_refused(
    rate: object, is_ours: bool, settings: Settings, tmp_path: Path
) -> None:
    folder = write_tiny_wav2vec(tmp_path / "tiny")
    (folder / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": rate}), "utf-8")
    if is_ours:
        kept = import_path(folder, settings)
        assert shelf.find(settings.bases, kept.name) is not None
        return
    with pytest.raises(ModelError, match="model_rate"):
        import_path(folder, settings)


def test_model_that_writes_comes_from_a_hub_for_transcription_alone(tmp_path: Path) -> None:
    model = write_tiny_whisper(tmp_path / "hub" / "tiny")
    with serving(FakeHub({NAME: model})) as running:
        online = Settings(home=tmp_path / "home", hub_url=running.url, hub_s=PATIENCE_S)
        online.make_folders()
        bases = BaseModelService(online, ScratchStore())
        base = bases.fetch("local", NAME)
    assert (base.medium, base.writes, base.kind) == (Medium.AUDIO, True, "hub")
    for task in find_tasks().values():
        names = [one.name for one in bases.all("local", task)]
        assert (NAME in names) == bases.is_for(base, task.name) == (task.answer == "transcript")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"decoder_layers": 400}, "model_too_big"),
        ({"encoder_ffn_dim": 1_000_000}, "model_too_big"),
        ({"max_source_positions": 1_900_000}, "model_sizes_differ"),
        ({"vocab_size": 0}, "model_json_broken"),
        ({"vocab_size": 51_865}, "model_sizes_differ"),
    ],
)
def test_configuration_of_a_writing_model_that_lies_is_refused(
    change: dict[str, object], key: str, settings: Settings, tmp_path: Path
) -> None:
    folder = write_tiny_whisper(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | change), "utf-8")
    with pytest.raises(ModelError, match=key):
        import_path(folder, settings)


def test_writing_model_wants_its_tokenizer(settings: Settings, tmp_path: Path) -> None:
    folder = write_tiny_whisper(tmp_path / "tiny")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="model_no_tokenizer"):
        import_path(folder, settings)
