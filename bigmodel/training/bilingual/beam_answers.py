"""Translations by a Transformer's own beam search; it needs torch and transformers alone and goes along with a downloaded model."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from bigmodel.training.bilingual.document import Rendering, combined, sentences_of
from bigmodel.training.bilingual.tokens import is_word, tokenize

RENDERINGS = 3
LONGER, MORE_TOKENS = 1.8, 8  # a translation has at most so many tokens, by those of its source


def beam_answers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], device: str
) -> list[list[Rendering]]:
    """Return the best different translations of each text; its sentences are translated for themselves."""
    parts = [sentences_of(text) for text in texts]
    made = iter(_rendered(model, tokenizer, [one for each, _ in parts for one in each], device))
    found = []
    for text, (sentences, ends) in zip(texts, parts, strict=True):
        rows = [next(made) for _ in sentences]
        found.append([_with_left(one, text) for one in combined(rows, ends, RENDERINGS)])
    return found


def _with_left(rendering: Rendering, source: str) -> Rendering:
    """Return a translation with the words of its source that stand in it as they were."""
    made = set(tokenize(rendering.text))
    left = [word for word in tokenize(source) if is_word(word) and word in made]
    return Rendering(rendering.text, rendering.certainty, tuple(dict.fromkeys(left)))


def _rendered(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], device: str
) -> list[list[Rendering]]:
    if not texts:
        return []
    end, filler = int(model.config.eos_token_id), int(model.config.pad_token_id)
    most = int(tokenizer.model_max_length)
    ids = [
        [*row[: most - 1], end]
        for row in tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    ]
    width = max(map(len, ids))
    given = torch.tensor([row + [filler] * (width - len(row)) for row in ids], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=device)
    how: Any = model.generation_config
    generate: Any = model.generate
    beams = max(RENDERINGS, how.num_beams or 1)
    said = generate(
        input_ids=given,
        attention_mask=mask,
        num_beams=beams,
        num_return_sequences=RENDERINGS,
        max_new_tokens=int(LONGER * width) + MORE_TOKENS,
        do_sample=False,
        length_penalty=1.0,
        return_dict_in_generate=True,
        output_scores=True,
    )
    shown = tokenizer.batch_decode(said.sequences, skip_special_tokens=True)
    sure = said.sequences_scores.float().exp().clamp(max=1.0).tolist()
    rows = [Rendering(_plain(text), certainty) for text, certainty in zip(shown, sure, strict=True)]
    return [_unlike(rows[start : start + RENDERINGS]) for start in range(0, len(rows), RENDERINGS)]


def _unlike(rows: Sequence[Rendering]) -> list[Rendering]:
    """Return what is not the same text twice, the surest of each."""
    return list({one.text: one for one in reversed(rows)}.values())[::-1]


def _plain(text: str) -> str:
    """Return a decoded text without the spaces that decoding leaves between characters."""
    return " ".join(text.split())
