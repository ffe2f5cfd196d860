"""Dropout that draws eight times fewer random words on a processor; it must never be used on a GPU.

On a processor, `torch.bernoulli_` draws one 64-bit word of one serial generator for each number: a sixth of
a training step of a small Transformer. Here each word serves eight numbers, a byte each, so the share that is
dropped is rounded to 1/256 and the rest scaled by exactly what is kept. Same generator, same exact resume.
"""

import torch
from torch import Tensor, nn


class ByteDropout(nn.Dropout):
    """Dropout (Srivastava et al. 2014) with a share in steps of 1/256."""

    def forward(self, x: Tensor) -> Tensor:
        dropped = min(255, round(self.p * 256))  # of 256 byte values
        if not self.training or dropped == 0:
            return x
        words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64)
        words.random_(-(2**63), None)  # all 64 bits
        kept = words.view(torch.uint8)[: x.numel()].view(x.shape) >= dropped
        return x * kept.to(x.dtype).mul_(256 / (256 - dropped))


def use_byte_dropout(model: nn.Module) -> None:
    """Replace the dropout modules of a model that trains on a processor."""
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout):
                setattr(module, name, ByteDropout(child.p).train(child.training))
