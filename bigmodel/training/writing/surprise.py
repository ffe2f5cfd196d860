"""How surprised a Transformer is by rows; every token is seen after as much of its row as the context holds."""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from bigmodel.training.writing.sampling import context_of

Row = tuple[Sequence[int], Sequence[bool]]  # tokens, and which of them count
MOST_LOGITS = 60_000_000  # of one batch


def nats_of(model: Any, rows: Sequence[Row]) -> list[float]:
    """Return the sum of what the counting tokens of each row cost, in nats."""
    context = context_of(model)
    windows = [
        (place, *window) for place, row in enumerate(rows) for window in _windows(row, context)
    ]
    windows.sort(key=lambda window: -len(window[1]))
    found = [0.0] * len(rows)
    while windows:
        size = max(1, MOST_LOGITS // (len(windows[0][1]) * int(model.config.vocab_size)))
        part, windows = windows[:size], windows[size:]
        for (place, _, _), nats in zip(part, _costs(model, part), strict=True):
            found[place] += nats
    return found


def _windows(row: Row, context: int) -> list[tuple[list[int], list[bool]]]:
    """Return a row in overlapping windows, in each of which only what is new counts."""
    tokens, counts = list(row[0]), list(row[1])
    found = [(tokens[:context], counts[:context])]
    at = context
    while at < len(tokens):
        start = at - context // 2
        seen = [False] * (at - start)
        found.append((tokens[start : start + context], [*seen, *counts[at : start + context]]))
        at = start + context
    return [window for window in found if any(window[1][1:])]


def _costs(model: Any, part: Sequence[tuple[int, list[int], list[bool]]]) -> list[float]:
    width = max(len(tokens) for _, tokens, _ in part)
    ids = torch.tensor([tokens + [0] * (width - len(tokens)) for _, tokens, _ in part])
    counts = torch.tensor([[*c, *[False] * (width - len(c))] for _, _, c in part])
    ids, counts = ids.to(model.device), counts.to(model.device)
    with torch.inference_mode():  # what fills up stands after what counts, and is not seen
        logits = model(input_ids=ids).logits[:, :-1].float()
        costs = functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    sums: list[float] = (costs * counts[:, 1:]).double().sum(dim=1).tolist()
    return sums
