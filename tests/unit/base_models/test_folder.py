"""A person's own model: what passes, what is refused and why, and that nothing is left behind."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bigmodel.base_models import shelf
from bigmodel.base_models.folder import import_path
from bigmodel.core.errors import ModelError
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes.tiny_bert import CONFIG, write_tiny_bert

CORPUS = Path(__file__).parents[4] / "shared/badfiles/corpus"
REFUSALS = {
    "m_auto_map.zip": "model_has_code",
    "m_pickle.zip": "model_pickle",
    "m_st_hlen.zip": "model_weights_broken",
    "m_alloc_bomb.zip": "model_too_big",
    "m_path_escape.zip": "model_path_outside",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_bert(tmp_path / "my-bert")


def zipped(folder: Path, path: Path, inside: str = "my-bert/") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def refusal(path: Path, settings: Settings) -> str:
    with pytest.raises(ModelError) as caught:
        import_path(path, settings)
    assert list(settings.bases.iterdir()) == []
    assert load_words().say("zh", caught.value.message)
    return caught.value.key


def edit(name: str, **changes: object) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / name
        value = json.loads(path.read_text("utf-8")) if path.exists() else {}
        path.write_text(json.dumps(value | changes), "utf-8")

    return apply


def test_folder_becomes_a_base(model: Path, settings: Settings) -> None:
    base = import_path(model, settings)
    assert (base.name, base.kind) == ("my-bert", "folder")
    folder = shelf.find(settings.bases, "my-bert")
    assert folder is not None
    assert (folder / "model.safetensors").read_bytes() == (model / "model.safetensors").read_bytes()
    assert shelf.read(settings.bases, "my-bert") == base


def test_zip_is_the_same_base(model: Path, settings: Settings, tmp_path: Path) -> None:
    base = import_path(zipped(model, tmp_path / "up.zip"), settings, name="梅花 bert")
    assert base.parameters_m == pytest.approx(0.03, abs=0.03)
    assert shelf.find(settings.bases, "梅花 bert") is not None


def test_second_import_gets_its_own_name(model: Path, settings: Settings) -> None:
    names = [import_path(model, settings).name for _ in range(2)]
    assert names == ["my-bert", "my-bert-2"]


def test_only_files_of_a_model_are_copied(model: Path, settings: Settings) -> None:
    for name in ("notes.txt", "pytorch_model.bin", "optimizer.pt", ".hidden"):
        (model / name).write_text("x")
    import_path(model, settings)
    folder = shelf.find(settings.bases, "my-bert")
    assert folder is not None
    names = {path.name for path in folder.iterdir()}
    assert names == {"config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"}


def test_paths_and_templates_are_taken_out(model: Path, settings: Settings) -> None:
    edit("config.json", _name_or_path="/home/somebody/run")(model)
    edit("tokenizer_config.json", special_tokens_map_file="/root/x.json", chat_template="{{")(model)
    import_path(model, settings)
    folder = shelf.find(settings.bases, "my-bert")
    assert folder is not None
    stored = (folder / "config.json").read_text() + (folder / "tokenizer_config.json").read_text()
    assert not any(word in stored for word in ("somebody", "/root", "{{"))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("model_wants_code", edit("config.json", auto_map={"AutoModel": "x.Y"})),
        ("model_wants_code", edit("config.json", inner={"trust_remote_code": True})),
        ("model_wants_code", edit("config.json", _attn_implementation_internal="a/b")),
        ("model_wants_code", edit("config.json", attn_implementation="someone/kernel")),
        ("model_wants_code", edit("tokenizer_config.json", auto_map={"AutoTokenizer": ["a.B"]})),
        ("model_path_outside", edit("tokenizer_config.json", vocab_file="../../secret")),
        ("model_path_outside", edit("adapter_config.json", base_model_name_or_path="file:///etc")),
        ("model_family_unknown", edit("config.json", model_type="t5")),
        ("model_family_unknown", edit("config.json", text_config={"model_type": "evil"})),
        ("model_too_big", edit("config.json", num_hidden_layers=1_000_000)),
        ("model_too_big", edit("config.json", num_labels=10**9)),
        ("model_sizes_differ", edit("config.json", num_hidden_layers=90, hidden_size=512)),
        ("model_sizes_differ", edit("config.json", vocab_size=CONFIG["vocab_size"] + 1)),
        ("model_too_big", edit("config.json", type_vocab_size=2_000_001)),
        ("model_sizes_differ", edit("config.json", type_vocab_size=1_999_999)),
        ("model_setting_differs", edit("config.json", type_vocab_size=3)),
        ("model_setting_differs", edit("config.json", max_position_embeddings=9)),
        (
            "model_setting_differs",
            edit("config.json", num_hidden_layers=CONFIG["num_hidden_layers"] + 1),
        ),
        ("model_setting_differs", edit("config.json", num_hidden_layers=-1)),
        ("model_setting_differs", edit("config.json", hidden_size=2 * CONFIG["hidden_size"])),
        ("model_setting_differs", edit("config.json", intermediate_size=7)),
        ("model_setting_differs", edit("config.json", num_attention_heads=0)),
        ("model_setting_differs", edit("config.json", hidden_act="evil")),
        ("model_quantized", edit("config.json", quantization_config={"bits": 4})),
        ("model_no_tokenizer", lambda folder: (folder / "vocab.txt").unlink()),
        ("model_no_weights", lambda folder: (folder / "model.safetensors").unlink()),
        ("model_no_config", lambda folder: (folder / "config.json").unlink()),
        ("model_has_code", lambda folder: (folder / "modeling.py").write_text("")),
        ("model_json_broken", lambda folder: (folder / "config.json").write_text("[" * 100_000)),
    ],
)
def test_unsafe_or_broken_model_is_refused(
    key: str, change: Callable[[Path], None], model: Path, settings: Settings
) -> None:
    change(model)
    assert refusal(model, settings) == key


def test_pickled_weights_alone_are_refused(model: Path, settings: Settings) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    assert refusal(model, settings) == "model_pickle"


def test_link_in_a_folder_is_refused(model: Path, settings: Settings, tmp_path: Path) -> None:
    (model / "vocab.txt").rename(tmp_path / "vocab.txt")
    (model / "vocab.txt").symlink_to(tmp_path / "vocab.txt")
    assert refusal(model, settings) == "model_link"


def test_pattern_that_never_ends_is_refused(
    model: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bigmodel.base_models.check.PROBE_S", 2)
    split = {
        "type": "Split",
        "pattern": {"Regex": "(([a-z])+.)+[A-Z]([a-z])+$"},
        "behavior": "Isolated",
        "invert": False,
    }
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": split,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"},
    }
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert refusal(model, settings) == "model_tokenizer_broken"


@pytest.mark.parametrize("name", ["../config.json", "/config.json", "a\\..\\config.json", "C:x"])
def test_zip_that_leaves_its_folder_is_refused(
    name: str, model: Path, settings: Settings, tmp_path: Path
) -> None:
    path = zipped(model, tmp_path / "up.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "{}")
    assert refusal(path, settings) == "model_zip_unsafe"


def test_zip_with_a_link_is_refused(model: Path, settings: Settings, tmp_path: Path) -> None:
    path = zipped(model, tmp_path / "up.zip")
    link = zipfile.ZipInfo("my-bert/tokenizer.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(path, settings) == "model_zip_unsafe"


def test_cut_zip_is_refused(model: Path, settings: Settings, tmp_path: Path) -> None:
    path = zipped(model, tmp_path / "up.zip")
    path.write_bytes(path.read_bytes()[:-40])
    assert refusal(path, settings) in ("model_zip_broken", "model_not_folder_or_zip")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of bad files is not here")
@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_corpus_model_meets_its_verdict(name: str, settings: Settings) -> None:
    assert refusal(CORPUS / name, settings) == REFUSALS[name]
