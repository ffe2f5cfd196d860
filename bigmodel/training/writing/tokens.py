"""Rows as tokens of a Transformer that writes; it needs a tokenizer alone and goes along with a downloaded model."""

from collections.abc import Sequence
from typing import Any

from bigmodel.core.datasets.turns import turns_of

PERSON_MARK, ANSWER_MARK = "<|person|>", "<|answer|>"
Tokenizer = Any  # of Transformers


def is_chatty(tokenizer: Tokenizer) -> bool:
    """Tell whether a tokenizer is of a model that answers what is said."""
    return bool(tokenizer.chat_template)


def banned_tokens(tokenizer: Tokenizer) -> list[int]:
    """Return the tokens that no text holds: all special ones but the end."""
    end = tokenizer.eos_token_id
    return [token for token in tokenizer.all_special_ids if token != end]


def row_tokens(tokenizer: Tokenizer, row: str) -> tuple[list[int], list[bool]]:
    """Return a whole row as tokens, and which of them count: all but the first, of a conversation those of answers."""
    turns = turns_of(row)
    if not is_chatty(tokenizer):
        tokens = _plain(tokenizer, "\n".join(turns or (row,)))
        return [*tokens, tokenizer.eos_token_id], [False, *[True] * len(tokens)]
    tokens, counts = [], []
    for place, turn in enumerate(turns or (row,)):
        is_asked = place % 2 == 0
        part = _turn(tokenizer, turn, is_asked=is_asked)
        tokens += part
        counts += [False, *[not is_asked] * (len(part) - 1)]
    return tokens, counts


def prompt_tokens(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Return what stands before what is to be written."""
    turns = turns_of(prompt) or (prompt,)
    if not is_chatty(tokenizer):
        return _plain(tokenizer, "\n".join(turns))
    tokens: list[int] = []
    for place, turn in enumerate(turns):
        tokens += _turn(tokenizer, turn, is_asked=place % 2 == 0)
    return [*tokens, tokenizer.convert_tokens_to_ids(ANSWER_MARK)]


def text_of(tokenizer: Tokenizer, tokens: Sequence[int]) -> str:
    """Return tokens as a text; half a letter at its end is left out until the rest of it has come."""
    lines = "".join(
        tokenizer.decode(part, skip_special_tokens=True) + "\n"
        for part in _parted(tokens, tokenizer.eos_token_id)
    )
    return lines.removesuffix("\n").rstrip("\ufffd")


def _parted(tokens: Sequence[int], end: int) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    for token in tokens:
        if token == end:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _plain(tokenizer: Tokenizer, text: str) -> list[int]:
    return [tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]


def _turn(tokenizer: Tokenizer, text: str, *, is_asked: bool) -> list[int]:
    mark = tokenizer.convert_tokens_to_ids(PERSON_MARK if is_asked else ANSWER_MARK)
    end = [] if is_asked else [tokenizer.eos_token_id]
    return [mark, *tokenizer(text, add_special_tokens=False)["input_ids"], *end]
