"""Writes a tiny BERT in the format of Transformers from a configuration: real files, made in milliseconds, no torch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "##"]
WORDS += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
WORDS += [*"0123456789.,!?", *"今天的菜太咸了服务也很差味道好下次还会再来一句普通话，。"]
CONFIG: dict[str, Any] = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 128,
    "type_vocab_size": 2,
    "vocab_size": len(dict.fromkeys(WORDS)),
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "pad_token_id": 0,
}


def write_tiny_bert(folder: Path, text: str = "", **changes: Any) -> Path:
    """Write the folder of a tiny BERT that knows the characters of `text`; `changes` go into its config.json alone."""
    words = list(dict.fromkeys([*WORDS, *"".join(text.split())]))
    config = CONFIG | {"vocab_size": len(words)} | changes
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    settings = {"do_lower_case": True, "tokenizer_class": "BertTokenizer", "model_max_length": 128}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    save_file(_tensors(len(words)), folder / "model.safetensors")
    return folder


def _tensors(vocabulary: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        name: np.ones(shape, np.float32)
        if name.endswith("LayerNorm.weight")
        else rng.normal(0, 0.02, shape).astype(np.float32)
        for name, shape in _shapes(vocabulary).items()
    }


def _shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    width, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (vocabulary, width),
        "embeddings.position_embeddings.weight": (CONFIG["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (CONFIG["type_vocab_size"], width),
    }
    linear = {"pooler.dense": (width, width)}
    norms = ["embeddings.LayerNorm"]
    for layer in range(CONFIG["num_hidden_layers"]):
        root = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            linear[f"{root}.attention.{part}"] = (width, width)
        linear[f"{root}.intermediate.dense"] = (inner, width)
        linear[f"{root}.output.dense"] = (width, inner)
        norms += [f"{root}.attention.output.LayerNorm", f"{root}.output.LayerNorm"]
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return shapes
