"""Compares the sizes that a configuration names with the shapes of the weights; no tensor is loaded.

What differs would be trained from random values, or make room for any amount of memory: both are refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bigmodel.base_models.header import Tensor

ACTIVATIONS = frozenset(
    [
        "gelu",
        "gelu_10",
        "gelu_fast",
        "gelu_new",
        "gelu_python",
        "gelu_pytorch_tanh",
        "quick_gelu",
        "relu",
        "relu2",
        "silu",
        "swish",
        "mish",
        "tanh",
        "sigmoid",
        "leaky_relu",
        "linear",
        "elu",
        "selu",
        "laplace",
    ]
)
_LAYER = re.compile(r"(?:^|\.)(encoder|decoder|transformer|model)?\.?(?:layer|layers)\.(\d+)\.")
# The table whose rows a size of the configuration counts, by the end of the tensor's name.
_TABLES = {
    "vocab_size": (
        "word_embeddings.weight",
        "tok_embeddings.weight",
        "decoder.embed_tokens.weight",
    ),
    "type_vocab_size": ("token_type_embeddings.weight",),
    "max_position_embeddings": (".position_embeddings.weight",),
    "max_source_positions": ("encoder.embed_positions.weight",),
    "max_target_positions": ("decoder.embed_positions.weight",),
}
_COUNTS = {
    "num_hidden_layers": None,
    "n_layers": None,
    "encoder_layers": "encoder",
    "decoder_layers": "decoder",
}
_HEADS = (
    "num_attention_heads",
    "n_heads",
    "encoder_attention_heads",
    "decoder_attention_heads",
)
_ACTIVATIONS = ("hidden_act", "activation", "hidden_activation", "activation_function")


def find_difference(config: Mapping[str, Any], tensors: Sequence[Tensor]) -> str | None:
    """Return the first setting of a configuration that its weights contradict, or None."""
    return next(_differences(config, tensors), None)


def _differences(config: Mapping[str, Any], tensors: Sequence[Tensor]) -> Iterator[str]:
    width = next((config[k] for k in ("hidden_size", "dim", "d_model") if k in config), None)
    for name in _HEADS:
        heads = config.get(name)
        if heads is not None and (not _is_size(heads) or (width and width % heads)):
            yield name
    for name in _ACTIVATIONS:
        if name in config and str(config[name]) not in ACTIVATIONS:
            yield name
    for name, ends in _TABLES.items():
        size = config.get(name)
        shapes = [each.shape for each in tensors if each.name.endswith(ends)]
        if size and any(len(shape) != 2 or shape[0] != size for shape in shapes):
            yield name
    yield from _wrong_layers(config, tensors)
    yield from _wrong_widths(config, tensors, width)


def _wrong_layers(config: Mapping[str, Any], tensors: Sequence[Tensor]) -> Iterator[str]:
    """Yield settings that name another number of layers than the weights have."""
    last: dict[str, int] = {}
    for tensor in tensors:
        found = _LAYER.search(tensor.name)
        if found:
            stack = found[1] or ""
            last[stack] = max(last.get(stack, -1), int(found[2]))
    if not last or "num_hidden_groups" in config:  # ALBERT stores one layer of each group
        return
    for name, stack in _COUNTS.items():
        named = config.get(name)
        stored = max(last.values()) if stack is None else last.get(stack, -1)
        if stack is None and "decoder_layers" in config:
            continue  # families with two halves count each
        if named is not None and stored >= 0 and (not _is_size(named) or named != stored + 1):
            yield name


def _wrong_widths(
    config: Mapping[str, Any], tensors: Sequence[Tensor], width: int | None
) -> Iterator[str]:
    """Yield the setting of the width where no layer norm of the body has it."""
    norms = [
        t.shape for t in tensors if re.search(r"(?i)(layer_?norm|norm\d?)\.(weight|gamma)$", t.name)
    ]
    if width and norms and (width,) not in norms:
        yield "hidden_size"
    if config.get("num_groups", 1) != 1:  # ConvBERT's grouped layers have three axes
        return
    inner = config.get("intermediate_size", config.get("hidden_dim"))
    matrices = {size for tensor in tensors if len(tensor.shape) == 2 for size in tensor.shape}
    doubled = isinstance(inner, int) and 2 * inner in matrices  # gated layers store both halves
    if inner is not None and norms and not (inner in matrices or doubled):
        yield "intermediate_size"


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
