"""A text model that answers pieces, computed in bf16 where this machine is faster with it and says the same; it trains nothing.

One text is read at a time, so nothing is padded and no answer depends on its neighbours.
"""

import logging
import time
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from bigmodel.training.loop.device import has_fast_bf16, is_large

log = logging.getLogger(__name__)

TURNS = 3  # of which the first finds memory and kernels
PROBE_TOKENS = 128
AGREED = 0.05  # of the spread of the scores


class OneAtATime:
    """A model on a processor: its layers in bf16 where that is faster, sums, norms and the last layer in 32 bits.

    The layers of the model itself are changed, for weights in both would take room twice.
    """

    def __init__(self, model: PreTrainedModel, head: nn.Linear | None) -> None:
        self._model, self._head, self.is_half = model, head, False
        if head is not None and is_large(model) and has_fast_bf16():
            self._choose()

    def scores(self, ids: Tensor) -> Tensor:
        """Return (tokens, outputs) what is said of the tokens of a text."""
        return self.parts(ids[None])[0]

    def parts(self, ids: Tensor) -> Tensor:
        """Return (parts, tokens, outputs) what is said of parts of one text that are as long as each other: a sixth faster than one by one."""
        rows = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        with torch.inference_mode():
            if not self.is_half or self._head is None:
                return _outputs(self._model(**rows)).float()
            with torch.autocast("cpu", torch.bfloat16):
                states = self._model.base_model(**rows)[0]
            found: Tensor = self._head(states.float())
            return found

    def _choose(self) -> None:
        words = int(getattr(self._model.config, "vocab_size", 2))
        probe = torch.arange(PROBE_TOKENS) * 7_919 % words  # a mixture of all words
        whole, slow_s = self._timed(probe)
        layers = [m for m in self._model.base_model.modules() if isinstance(m, nn.Linear)]
        kept = [layer.state_dict() for layer in layers]
        for layer in layers:
            nn.Module.to(layer, torch.bfloat16)
        self.is_half = True
        half, fast_s = self._timed(probe)
        apart = float((half - whole).abs().mean() / whole.std().clamp(min=1e-6))
        log.info("%.3f s with bf16, %.3f s with fp32; %.4f apart", fast_s, slow_s, apart)
        if fast_s < slow_s and apart < AGREED:
            return
        self.is_half = False
        for layer, weights in zip(layers, kept, strict=True):
            nn.Module.to(layer, torch.float32)
            layer.load_state_dict(weights)

    def _timed(self, ids: Tensor) -> tuple[Tensor, float]:
        """Return scores and the least processor time they took: what else runs must not decide."""
        spent = []
        for _ in range(TURNS):
            began = time.process_time()
            found = self.scores(ids)
            spent.append(time.process_time() - began)
        return found, min(spent)


def _outputs(said: Any) -> Tensor:
    """Return (rows, tokens, outputs) what a model said, start and end of an answer being two."""
    if "start_logits" in said:
        return torch.stack([said.start_logits, said.end_logits], dim=-1)
    logits: Tensor = said.logits
    return logits
