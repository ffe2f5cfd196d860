"""Transformers that read texts, and their tokenizers; it is written into programs, and never asks the network."""

from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.networks.torch_body import TorchBody


class Reading(nn.Module):
    """A Transformer that takes tokens and which of them are filled, both (rows, tokens), and answers one tensor."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        said = self.model(input_ids=ids, attention_mask=mask)
        ends = "start_logits" in said
        found: Tensor = said.start_logits if ends else said.logits
        return torch.stack([found, said.end_logits], dim=-1) if ends else found


class Body(TorchBody):
    """A fine-tuned Transformer with a head of a kind."""

    def __init__(self, folder: Path, head: str) -> None:
        transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        auto: Any = getattr(transformers, f"AutoModelFor{head}")
        model = auto.from_pretrained(folder, **SAFELY, dtype="float32")
        self.net = Reading(model).eval()


def tokenizer_of(folder: Path) -> Any:
    """Return the tokenizer of a folder."""
    return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
