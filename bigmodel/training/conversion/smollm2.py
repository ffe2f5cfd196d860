"""SmolLM2 (Allal et al. 2025), a small language model that writes, from a GGUF file of blocks with its tokenizer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from bigmodel.training.conversion.gguf import GgufFile
from bigmodel.training.conversion.safe_folder import require_same, write_json, write_model

NAMES = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTSIDE = {"token_embd": "embed_tokens", "output_norm": "norm"}
SPECIAL = 3  # the type of tokens that are marks


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a folder of Transformers' Llama with a byte-level tokenizer."""
    (content,) = files.values()
    file = GgufFile(content)
    config = _config(file.settings)
    heads = {
        part: int(file.settings[f"llama.attention.{name}"])
        for part, name in (("attn_q", "head_count"), ("attn_k", "head_count_kv"))
    }
    weights = dict(_named(name, value, heads) for name, value in file.tensors().items())
    require_same(LlamaForCausalLM(config), weights, tied="lm_head.weight")
    write_model(
        folder, {**config.to_diff_dict(), "architectures": ["LlamaForCausalLM"]}, weights, half=True
    )
    _write_tokenizer(folder, file.settings)


def _config(given: Mapping[str, Any]) -> LlamaConfig:
    def of(name: str) -> Any:  # Any: as the file says
        return given[f"llama.{name}"]

    return LlamaConfig(
        vocab_size=of("vocab_size"),
        hidden_size=of("embedding_length"),
        intermediate_size=of("feed_forward_length"),
        num_hidden_layers=of("block_count"),
        num_attention_heads=of("attention.head_count"),
        num_key_value_heads=of("attention.head_count_kv"),
        max_position_embeddings=of("context_length"),
        rms_norm_eps=round(of("attention.layer_norm_rms_epsilon"), 9),
        rope_parameters={"rope_type": "default", "rope_theta": of("rope.freq_base")},
        bos_token_id=given["tokenizer.ggml.bos_token_id"],
        eos_token_id=given["tokenizer.ggml.eos_token_id"],
        pad_token_id=given["tokenizer.ggml.padding_token_id"],
        tie_word_embeddings=True,
    )


def _named(name: str, value: Tensor, heads: Mapping[str, int]) -> tuple[str, Tensor]:
    """Return a tensor by its name in Transformers, its rotated halves in the order used there."""
    place, _, kind = name.rpartition(".")
    if not place.startswith("blk."):
        return f"model.{OUTSIDE[place]}.{kind}", value
    _, layer, part = place.split(".")
    if part in heads:  # pairs of neighbours become two halves
        count = heads[part]
        pairs = value.reshape(count, len(value) // count // 2, 2, -1)
        value = pairs.swapaxes(1, 2).reshape(value.shape)
    return f"model.layers.{layer}.{NAMES[part]}.{kind}", value


def _write_tokenizer(folder: Path, given: Mapping[str, Any]) -> None:
    tokens: list[str] = given["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ")) for pair in given["tokenizer.ggml.merges"]]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    pieces = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pieces])
    tokenizer.decoder = decoders.ByteLevel()
    types = given["tokenizer.ggml.token_type"]
    marks = [token for token, kind in zip(tokens, types, strict=True) if kind == SPECIAL]
    tokenizer.add_special_tokens([AddedToken(mark, normalized=False) for mark in marks])
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    settings = {
        f"{short}_token": tokens[given[f"tokenizer.ggml.{long}_token_id"]]
        for short, long in named.items()
    }
    about = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": given["llama.context_length"],
    }
    write_json(folder / "tokenizer_config.json", {**about, **settings})
