"""Optimisers from settings; weight decay never touches biases, norms and word vectors."""

import torch
from torch import nn
from transformers import PreTrainedModel

from bigmodel.training.loop.recipe import TunedParams

MOMENTUM = 0.9


def make_optimizer(model: nn.Module, params: TunedParams) -> torch.optim.Optimizer:
    """Return fused AdamW (Loshchilov and Hutter 2019), or SGD with Nesterov momentum."""
    kept_apart = {p for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    trained = [p for p in model.parameters() if p.requires_grad]
    decayed = [p for p in trained if p.dim() > 1 and p not in kept_apart]
    others = [p for p in trained if p.dim() <= 1 or p in kept_apart]
    groups = [
        {"params": decayed, "weight_decay": params.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    rate = params.learning_rate
    if params.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=True)
    return torch.optim.AdamW(groups, lr=rate, fused=True)


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
