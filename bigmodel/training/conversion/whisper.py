"""Whisper (Radford et al. 2022) from CTranslate2's file of 16-bit weights, whole or in parts, with its tokenizer."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from transformers import WhisperConfig, WhisperForConditionalGeneration

from bigmodel.training.conversion.safe_folder import (
    require_same,
    tensor,
    write_json,
    write_model,
)

HALF = 4  # CTranslate2's number for floats of 16 bits
HEAD_WIDTH = 64
MELS, MOST_TOKENS = 80, 448
ENGLISH_WORDS = 51_864  # tokens of those that know English alone
END, START = "<|endoftext|>", "<|startoftranscript|>"
HEARING = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "processor_class": "WhisperProcessor",
    "sampling_rate": 16_000,
    "feature_size": MELS,
    "hop_length": 160,
    "n_fft": 400,
    "chunk_length": 30,
    "n_samples": 480_000,
    "nb_max_frames": 3_000,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
}


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a folder of Transformers' Whisper."""
    content = b"".join(files[name] for name in sorted(files) if name.startswith("model.bin"))
    source = _read(content)
    tokens = json.loads(files["tokenizer.json"])
    marks = {entry["content"]: entry["id"] for entry in tokens["added_tokens"]}
    weights = _rename(source)
    config = _config(weights, marks)
    require_same(WhisperForConditionalGeneration(config), weights, tied="proj_out.weight")
    about = {k: v for k, v in config.to_diff_dict().items() if not k.endswith("suppress_tokens")}
    about = {**about, "architectures": ["WhisperForConditionalGeneration"]}
    write_model(folder, about, weights, half=True)
    (folder / "tokenizer.json").write_bytes(files["tokenizer.json"])
    settings = {"tokenizer_class": "WhisperTokenizer", "model_max_length": 1024}
    ends = {f"{name}_token": END for name in ("bos", "eos", "unk", "pad")}
    write_json(folder / "tokenizer_config.json", {**settings, **ends})
    write_json(folder / "preprocessor_config.json", HEARING)
    is_multilingual = config.vocab_size > ENGLISH_WORDS
    writing = _generation(json.loads(files["config.json"]), marks, is_multilingual)
    write_json(folder / "generation_config.json", writing)


def _read(content: bytes) -> dict[str, Any]:
    """Return the tensors of CTranslate2's file by name: numbers in 16 bits; its other entries are left out."""
    at = 0

    def take(kinds: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from(f"<{kinds}", content, at)
        at += struct.calcsize(f"<{kinds}")
        return values

    def text() -> str:
        nonlocal at
        (length,) = take("H")
        at += length
        return content[at - length : at - 1].decode()

    take("I")
    text()
    _, count = take("II")
    found: dict[str, Any] = {}
    for _ in range(count):
        name = text()
        (axes,) = take("B")
        shape = take(f"{axes}I")
        kind, size = take("BI")
        if kind == HALF:
            found[name] = tensor(np.frombuffer(content, "<f2", size // 2, at).reshape(shape))
        at += size
    return found


def _layers(source: Mapping[str, Tensor], side: str) -> int:
    return sum(
        name.startswith(f"{side}/layer_") and name.endswith("ffn/linear_0/weight")
        for name in source
    )


def _config(weights: Mapping[str, Tensor], marks: Mapping[str, int]) -> WhisperConfig:
    """Return the sizes that the weights have, and the marks that the tokenizer has."""
    words, width = weights["model.decoder.embed_tokens.weight"].shape
    sizes: dict[str, Any] = {}
    for side in ("encoder", "decoder"):
        layers = {int(n.split(".")[3]) for n in weights if n.startswith(f"model.{side}.layers.")}
        inner = weights[f"model.{side}.layers.0.fc1.bias"].shape[0]
        sizes |= {
            f"{side}_layers": len(layers),
            f"{side}_attention_heads": width // HEAD_WIDTH,
            f"{side}_ffn_dim": inner,
        }
    return WhisperConfig(
        vocab_size=words,
        d_model=width,
        num_mel_bins=weights["model.encoder.conv1.weight"].shape[1],
        max_source_positions=weights["model.encoder.embed_positions.weight"].shape[0],
        max_target_positions=weights["model.decoder.embed_positions.weight"].shape[0],
        bos_token_id=marks[END],
        eos_token_id=marks[END],
        pad_token_id=marks[END],
        decoder_start_token_id=marks[START],
        **sizes,
    )


def _rename(source: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return Transformers' names; projections that CTranslate2 stores as one tensor are parted."""
    found: dict[str, Tensor] = {}
    for side in ("encoder", "decoder"):
        for layer in range(_layers(source, side)):
            found |= _layer(source, f"{side}/layer_{layer}", f"model.{side}.layers.{layer}")
        found |= _norm(source, f"{side}/layer_norm", f"model.{side}.layer_norm")
        places = source[f"{side}/position_encodings/encodings"]
        found[f"model.{side}.embed_positions.weight"] = places
    for name in ("conv1", "conv2"):
        found |= _linear(source, f"encoder/{name}", f"model.encoder.{name}")
    found["model.decoder.embed_tokens.weight"] = source["decoder/embeddings/weight"]
    return found


def _layer(source: Mapping[str, Tensor], of: str, to: str) -> dict[str, Tensor]:
    found = _parted(source, f"{of}/self_attention/linear_0", f"{to}.self_attn", "qkv")
    found |= _linear(source, f"{of}/self_attention/linear_1", f"{to}.self_attn.out_proj")
    found |= _norm(source, f"{of}/self_attention/layer_norm", f"{to}.self_attn_layer_norm")
    if f"{of}/attention/linear_0/weight" in source:  # the decoder looks at what was heard
        found |= _linear(source, f"{of}/attention/linear_0", f"{to}.encoder_attn.q_proj")
        found |= _parted(source, f"{of}/attention/linear_1", f"{to}.encoder_attn", "kv")
        found |= _linear(source, f"{of}/attention/linear_2", f"{to}.encoder_attn.out_proj")
        found |= _norm(source, f"{of}/attention/layer_norm", f"{to}.encoder_attn_layer_norm")
    found |= _linear(source, f"{of}/ffn/linear_0", f"{to}.fc1")
    found |= _linear(source, f"{of}/ffn/linear_1", f"{to}.fc2")
    return found | _norm(source, f"{of}/ffn/layer_norm", f"{to}.final_layer_norm")


def _parted(source: Mapping[str, Tensor], of: str, to: str, parts: str) -> dict[str, Tensor]:
    """Return the projections of queries, keys and values; that of keys has no bias in Whisper."""
    weights = source[f"{of}/weight"].chunk(len(parts))
    biases = source[f"{of}/bias"].chunk(len(parts))
    found: dict[str, Tensor] = {}
    for part, weight, bias in zip(parts, weights, biases, strict=True):
        found[f"{to}.{part}_proj.weight"] = weight
        if part != "k":
            found[f"{to}.{part}_proj.bias"] = bias
    return found


def _linear(source: Mapping[str, Tensor], of: str, to: str) -> dict[str, Tensor]:
    return {f"{to}.{part}": source[f"{of}/{part}"] for part in ("weight", "bias")}


def _norm(source: Mapping[str, Tensor], of: str, to: str) -> dict[str, Tensor]:
    return {f"{to}.weight": source[f"{of}/gamma"], f"{to}.bias": source[f"{of}/beta"]}


def _generation(
    about: Mapping[str, Any], marks: Mapping[str, int], multilingual: bool
) -> dict[str, Any]:
    """Return how the model writes: which tokens are barred, and the marks of languages, tasks and times."""
    languages = {name: number for name, number in marks.items() if number in about["lang_ids"]}
    made: dict[str, Any] = {
        "_from_model_config": False,
        "alignment_heads": about["alignment_heads"],
        "begin_suppress_tokens": about["suppress_ids_begin"],
        "suppress_tokens": about["suppress_ids"],
        "bos_token_id": marks[END],
        "eos_token_id": marks[END],
        "pad_token_id": marks[END],
        "decoder_start_token_id": marks[START],
        "is_multilingual": multilingual,
        "max_initial_timestamp_index": 50,
        "max_length": MOST_TOKENS,
        "no_timestamps_token_id": marks["<|notimestamps|>"],
        "prev_sot_token_id": marks["<|startofprev|>"],
        "return_timestamps": False,
    }
    if multilingual:
        tasks = {name: marks[f"<|{name}|>"] for name in ("transcribe", "translate")}
        made |= {"lang_to_id": languages, "task_to_id": tasks}
    return made
