"""Weights of other layouts become folders that the app loads: same numbers, nothing missing, nothing run."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer, WhisperForConditionalGeneration

from bigmodel.base_models.check import check_folder
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.training.conversion import e5_small, efficientnet_lite0, ge2e, smollm2, whisper
from bigmodel.training.images.pretrained import load_base
from bigmodel.training.pretrained import quiet
from tests.fakes.wheels import e5_file, gguf_file, pickled, whisper_files


def test_blocks_of_four_bits_become_an_encoder(tmp_path: Path) -> None:
    e5_small.convert({"e5.bin": e5_file()}, tmp_path)
    assert check_folder(tmp_path).medium == Medium.TEXT
    weights = load_file(tmp_path / "model.safetensors")
    wanted = np.random.default_rng(0).normal(0, 0.1, (40, 32))
    found = weights["embeddings.word_embeddings.weight"].float().numpy()
    np.testing.assert_allclose(found, wanted, atol=0.03)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer("ab")["input_ids"] == [0, 4, 5, 6, 2]
    with quiet():
        assert AutoModel.from_pretrained(tmp_path).config.hidden_size == 32


def test_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="buffer"):
        e5_small.convert({"e5.bin": e5_file()[:-500]}, tmp_path)


def test_parts_of_a_whisper_are_joined(tmp_path: Path) -> None:
    files = whisper_files()
    whole = files.pop("model.bin")
    parts = {"model.bin.part1": whole[:5_000], "model.bin.part2": whole[5_000:]}
    whisper.convert({**parts, **files}, tmp_path)
    checked = check_folder(tmp_path)
    assert (checked.family, checked.writes) == ("whisper", True)
    with quiet():
        _, report = WhisperForConditionalGeneration.from_pretrained(
            tmp_path, output_loading_info=True
        )
    assert set(report["missing_keys"]) <= {"proj_out.weight"}
    writing = json.loads((tmp_path / "generation_config.json").read_text("utf-8"))
    assert writing["is_multilingual"] is False
    assert writing["suppress_tokens"] == [1]


def test_lite0_loads_under_a_new_head(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = timm.create_model("tf_efficientnet_lite0", pretrained=False).state_dict()
    renamed = {f"other_{number}": value for number, value in enumerate(state.values())}
    efficientnet_lite0.convert({"a.pth": pickled(renamed)}, tmp_path)
    model, side = load_base(BaseFiles("lite0", "wheel", tmp_path), 3, 64)
    assert torch.equal(model.net.conv_stem.weight, state["conv_stem.weight"])
    assert model(torch.zeros(1, 3, side, side)).logits.shape == (1, 3)


def test_state_of_another_network_is_refused(tmp_path: Path) -> None:
    other = timm.create_model("test_resnet", pretrained=False).state_dict()
    with pytest.raises(ValueError, match="zip"):
        efficientnet_lite0.convert({"a.pth": pickled(other)}, tmp_path)
    assert not any(tmp_path.iterdir())


def test_speaker_encoder_leaves_its_training_behind(tmp_path: Path) -> None:
    state = {**ge2e.SpeakerEncoder().state_dict(), "similarity_weight": torch.ones(1)}
    ge2e.convert({"a.pt": pickled({"model_state": state, "step": 3})}, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    assert set(weights) == set(ge2e.SpeakerEncoder().state_dict())


def test_blocks_of_gguf_become_a_model_that_writes(tmp_path: Path) -> None:
    smollm2.convert({"a.gguf": gguf_file()}, tmp_path)
    checked = check_folder(tmp_path, is_ours=True)
    assert (checked.family, checked.medium, checked.writes) == ("llama", Medium.TEXT, True)
    weights = load_file(tmp_path / "model.safetensors")
    random = np.random.default_rng(0)
    embedding = random.normal(0, 0.1, (288, 64))
    found = weights["model.embed_tokens.weight"].float().numpy()
    np.testing.assert_allclose(found, embedding, atol=0.003)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.tokenize("<|im_start|>abb") == ["<|im_start|>", "ab", "b"]


def test_pairs_of_rotated_numbers_become_halves() -> None:
    rows = torch.arange(8.0).reshape(8, 1)
    name, value = smollm2._named("blk.0.attn_q.weight", rows, {"attn_q": 2})
    assert name == "model.layers.0.self_attn.q_proj.weight"
    assert value.flatten().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch ran",)


def test_pickle_that_would_run_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    evil = pickled({"model_state": Evil()})
    with pytest.raises(Exception, match=r"Unsupported|Weights only"):
        ge2e.convert({"a.pt": evil}, tmp_path)
    assert not (tmp_path / "ran").exists()
