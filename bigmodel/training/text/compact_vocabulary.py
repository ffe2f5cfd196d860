"""Train only the word vectors that occur: the same weights come out, for a fraction of memory and time.

A row of the embedding that no text names gets no gradient, and (without weight decay on it) AdamW and SGD
leave it as it is. So a training may hold just the rows that its texts name, and put them back at the end.
MiniLM spends half of its 22.7 million parameters on words, a multilingual model up to nine tenths.
"""

from collections.abc import Iterable
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel

MOST_PAD = 4096  # a padding id beyond this would keep too many rows in place


class CompactVocabulary:
    """The rows of an embedding that some texts name, in their old order, and the way back."""

    def __init__(
        self, model: PreTrainedModel, texts: Iterable[NDArray[np.int64]], padding: int
    ) -> None:
        """Shrink the model's embedding. `padding` keeps its number, because models look for it."""
        full = _embedding(model)
        self._full: Tensor = full.weight.detach()
        used = np.zeros(len(self._full), dtype=bool)
        used[: padding + 1] = True
        for text in texts:
            used[text] = True
        self.kept = torch.from_numpy(np.flatnonzero(used))
        self.number: NDArray[np.int64] = np.cumsum(used) - 1  # old id -> new id
        small = nn.Embedding(len(self.kept), full.embedding_dim, padding_idx=full.padding_idx)
        small.weight.data.copy_(self._full[self.kept])
        small.weight.requires_grad_(full.weight.requires_grad)
        model.set_input_embeddings(small)

    def restore(self, model: PreTrainedModel) -> None:
        """Put the trained rows back among the others, and the whole embedding into the model."""
        small = _embedding(model)
        weight = self._full.clone()
        weight[self.kept] = small.weight.detach().to("cpu", weight.dtype)
        rows, width = weight.shape
        whole = nn.Embedding(rows, width, padding_idx=small.padding_idx, _weight=weight)
        model.set_input_embeddings(whole)


def can_compact(model: PreTrainedModel, padding: int | None) -> bool:
    """Tell whether the word vectors stand alone: a plain embedding, shared with no other layer."""
    layer = _embedding(model)
    if type(layer) is not nn.Embedding or padding is None or not 0 <= padding <= MOST_PAD:
        return False
    sharing = [m for m in model.modules() if getattr(m, "weight", None) is layer.weight]
    return len(sharing) == 1


def _embedding(model: PreTrainedModel) -> nn.Embedding:
    return cast("nn.Embedding", model.get_input_embeddings())
