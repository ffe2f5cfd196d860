"""Optimisers from settings; weight decay never touches biases, norms and word vectors.

A model that says so learns with discriminative rates: the lower a layer, the less it moves (Howard and Ruder 2018).
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from torch import nn
from transformers import PreTrainedModel

from bigmodel.training.loop.recipe import TunedParams

MOMENTUM = 0.9


@runtime_checkable
class Layered(Protocol):
    """A model whose layers learn at rates of their own, and not all from the start."""

    def rate_scales(self) -> Mapping[nn.Parameter, float]:
        """Return what the learning rate of each parameter is multiplied with."""

    def thaw(self, progress: float) -> None:
        """Let learn what is to learn at a share of the training, 0 to 1."""


def make_optimizer(model: nn.Module, params: TunedParams) -> torch.optim.Optimizer:
    """Return fused AdamW (Loshchilov and Hutter 2019), or SGD with Nesterov momentum."""
    kept_apart = {p for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    trained = [p for p in model.parameters() if p.requires_grad]
    scales = model.rate_scales() if isinstance(model, Layered) else {}
    found: dict[tuple[float, bool], list[nn.Parameter]] = defaultdict(list)
    found.update({(1.0, True): [], (1.0, False): []})
    for is_decayed in (True, False):
        for p in trained:
            if is_decayed == (p.dim() > 1 and p not in kept_apart):
                found[scales.get(p, 1.0), is_decayed].append(p)
    groups = [
        {"params": some, "weight_decay": params.weight_decay * is_decayed, "scale": scale}
        for (scale, is_decayed), some in found.items()
    ]
    rate = params.learning_rate
    if params.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=True)
    betas = getattr(
        model, "betas", (0.9, 0.999)
    )  # a model whose parts work against each other says so
    return torch.optim.AdamW(groups, lr=rate, betas=betas, fused=True)


def freeze(model: PreTrainedModel, layers: int) -> None:
    """Keep the word vectors and the first layers as they are."""
    if layers == 0:
        return
    body = getattr(model, model.base_model_prefix, model)
    for name, parameter in body.named_parameters():
        if "embeddings" in name or name.startswith(("wte", "wpe", "embed_tokens")):
            parameter.requires_grad_(False)
    stacks = [m for m in body.modules() if isinstance(m, nn.ModuleList) and len(m) > 0]
    if stacks:
        for layer in max(stacks, key=len)[:layers]:
            layer.requires_grad_(False)
