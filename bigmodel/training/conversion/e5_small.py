"""Multilingual E5 small (Wang et al. 2024) from one file of 4-bit blocks: a header, the word pieces, a table of tensors."""

import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)
from torch import Tensor
from transformers import BertConfig, BertModel

from bigmodel.training.conversion.safe_folder import (
    require_same,
    tensor,
    write_json,
    write_model,
)

SIZES = (
    "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size",
    "max_position_embeddings", "type_vocab_size",
)  # fmt: skip
BLOCK, BLOCK_BYTES = 32, 18  # numbers of a block; its bytes: a scale in 16 bits, then 4 bits each
MARK = "\u2581"  # stands for the space before a word
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class _File:
    """The bytes of the file, read from the front."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, kinds: str) -> list[Any]:
        values = struct.unpack_from(f"<{kinds}", self._content, self._at)
        self._at += struct.calcsize(f"<{kinds}")
        return list(values)

    def numbers(self, kind: str, count: int) -> "np.ndarray[Any, Any]":
        found = np.frombuffer(self._content, kind, count, self._at)
        self._at += found.nbytes
        return found

    def raw(self, size: int) -> bytes:
        self._at += size
        return self._content[self._at - size : self._at]


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a folder of a BERT encoder with a Unigram tokenizer."""
    (content,) = files.values()
    file = _File(content)
    file.raw(4)
    file.take("I")
    sizes = dict(zip(SIZES, file.take("7i"), strict=True))
    epsilon, _ = file.take("fi")
    pieces, marks = _read_pieces(file)
    config = BertConfig(**sizes, layer_norm_eps=round(epsilon, 14), pad_token_id=marks["pad"])
    weights = _read_weights(file, content, sizes)
    model = BertModel(config, add_pooling_layer=False)
    require_same(model, weights)
    write_model(
        folder, {**config.to_diff_dict(), "architectures": ["BertModel"]}, weights, half=True
    )
    _write_tokenizer(folder, pieces, marks)


def _read_pieces(file: _File) -> tuple[list[tuple[str, float]], dict[str, int]]:
    """Return the word pieces with their scores, and the ids of the marks."""
    count, *ids = file.take("5i")
    (length,) = file.take("Q")
    ends = file.numbers("<u4", count + 1)
    scores = file.numbers("<f4", count)
    text = file.raw(length)
    pieces = [
        (text[start:end].decode("utf-8", "replace"), float(score))
        for start, end, score in zip(ends, ends[1:], scores, strict=False)
    ]
    _, skipped = file.take("iI")  # the rules of its normalizer: those of NFKC, made again below
    file.raw(skipped)
    return pieces, dict(zip(("bos", "eos", "pad", "unk"), ids, strict=True))


def _read_weights(file: _File, content: bytes, sizes: Mapping[str, int]) -> dict[str, Tensor]:
    (count,) = file.take("i")
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (length,) = file.take("H")
        name = file.raw(length).decode()
        _, _, start, size = file.take("BIQQ")
        places[name] = (start, size)
    return {
        target: tensor(_numbers(content, *places[source], shape).reshape(shape))
        for source, target, shape in _wanted(sizes)
    }


def _wanted(sizes: Mapping[str, int]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return each tensor's name in the file, its name in BERT, and its shape."""
    wide, inner = sizes["hidden_size"], sizes["intermediate_size"]
    rows = {"word": "vocab_size", "pos": "max_position_embeddings", "type": "type_vocab_size"}
    names = {"word": "word", "pos": "position", "type": "token_type"}
    found: list[tuple[str, str, tuple[int, ...]]] = [
        (f"emb.{short}", f"embeddings.{names[short]}_embeddings.weight", (sizes[size], wide))
        for short, size in rows.items()
    ]
    for end, kind in (("w", "weight"), ("b", "bias")):
        found.append((f"emb.ln.{end}", f"embeddings.LayerNorm.{kind}", (wide,)))
        for layer in range(sizes["num_hidden_layers"]):
            for short, long in LAYER.items():
                out, into = (inner if short == "fi" else wide, inner if short == "fo" else wide)
                shape = (out,) if end == "b" or short.endswith("ln") else (out, into)
                found.append(
                    (f"l{layer}.{short}.{end}", f"encoder.layer.{layer}.{long}.{kind}", shape)
                )
    return found


def _numbers(
    content: bytes, start: int, size: int, shape: tuple[int, ...]
) -> "np.ndarray[Any, Any]":
    count = math.prod(shape)
    if size == 4 * count:
        return np.frombuffer(content, "<f4", count, start)
    blocks = np.frombuffer(content, np.uint8, size, start).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    whole = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.int8) - 8
    found: np.ndarray[Any, Any] = (whole * scale).astype(np.float32).reshape(-1)
    if len(found) < count or len(found) - count >= BLOCK:
        raise ValueError(f"{len(found)} numbers for a tensor of {count}")
    return found[:count]


def _write_tokenizer(
    folder: Path, pieces: list[tuple[str, float]], marks: Mapping[str, int]
) -> None:
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=marks["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=MARK, prepend_scheme="always")
    begin, end = pieces[marks["bos"]][0], pieces[marks["eos"]][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, marks["bos"]), (end, marks["eos"])],
    )
    special = {name: pieces[number][0] for name, number in marks.items()}
    tokenizer.add_special_tokens(list(dict.fromkeys(special.values())))
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "cls_token": begin,
        "sep_token": end,
        **{f"{name}_token": text for name, text in special.items()},
    }
    write_json(folder / "tokenizer_config.json", settings)
