"""How a Transformer goes on, token by token; it needs torch and numpy alone and goes along with a downloaded model."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from bigmodel.training.writing.draw import draw

MOST_PROMPT = 0.75  # of the context, so that something can come after it
MOST_CONTEXT = 1_024  # tokens that are kept in mind, however many a model could


def tokens_after(
    model: Any,  # of Transformers
    prompts: Sequence[Sequence[int]],
    *,
    temperature: float,
    seed: int,
    banned: Sequence[int],
) -> Iterator[list[int]]:
    """Yield the next token of each prompt, for ever; each row draws for itself.

    Where the context is full, it is read anew from its newer half.
    """
    context = context_of(model)
    device = model.device
    rows = [list(prompt[-int(MOST_PROMPT * context) :]) for prompt in prompts]
    randoms = [np.random.default_rng(seed) for _ in rows]
    cache, width = None, 0
    while True:
        if cache is None or width >= context:
            rows = [row[-max(1, context // 2) :] if width >= context else row for row in rows]
            width = max(map(len, rows))
            ids = torch.tensor([[0] * (width - len(row)) + row for row in rows], device=device)
            mask = torch.tensor(
                [[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device
            )
            cache = None
        else:
            ids = torch.tensor([[row[-1]] for row in rows], device=device)
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            width += 1
        places = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        with torch.inference_mode():
            said = model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=places,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
        cache = said.past_key_values
        logits = said.logits[:, -1].double().cpu().numpy()
        logits[:, list(banned)] = -np.inf
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        found = [
            draw(row, temperature, random) for row, random in zip(shares, randoms, strict=True)
        ]
        for row, token in zip(rows, found, strict=True):
            row.append(token)
        yield found


def context_of(model: Any) -> int:
    """Return how many tokens a model keeps in mind."""
    return min(MOST_CONTEXT, int(model.config.max_position_embeddings))


def written_after(
    model: Any, prompts: Sequence[Sequence[int]], *, most: int, end: int, is_chat: bool, **how: Any
) -> list[list[int]]:
    """Return what comes after each prompt, at most so many tokens; an end at the very beginning begins another text."""
    found: list[list[int]] = [[] for _ in prompts]
    is_over = [False] * len(found)
    if not found:
        return found
    for number, tokens in enumerate(tokens_after(model, prompts, **how)):
        for place, token in enumerate(tokens):
            if is_over[place]:
                continue
            is_over[place] = token == end and (is_chat or number > 0)
            if not is_over[place]:
                found[place].append(token)
        if number + 1 >= most or all(is_over):
            return found
    return found
