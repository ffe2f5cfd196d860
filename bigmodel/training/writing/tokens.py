"""Rows as tokens of a Transformer that writes; it needs a tokenizer alone and goes along with a downloaded model."""

from collections.abc import Sequence
from typing import Any

from bigmodel.core.datasets.turns import turns_of
from bigmodel.training.writing.bases.manners import MARKS, manner_of

Tokenizer = Any  # of Transformers


def is_chatty(tokenizer: Tokenizer) -> bool:
    """Tell whether a tokenizer is of a model that answers what is said."""
    return bool(tokenizer.chat_template)


def banned_tokens(tokenizer: Tokenizer, outputs: int = 0) -> list[int]:
    """Return the tokens that no text holds: all special ones but the end, and `outputs` of a model beyond the tokenizer.

    Tables of words are often rounded up (Qwen): what stands there was never learned and means nothing.
    """
    marks = {token for token, mark in tokenizer.added_tokens_decoder.items() if mark.special}
    beyond = range(len(tokenizer), outputs)
    return sorted({*marks, *tokenizer.all_special_ids, *beyond} - {tokenizer.eos_token_id})


def row_tokens(tokenizer: Tokenizer, row: str) -> tuple[list[int], list[bool]]:
    """Return a whole row as tokens, and which of them count: all but the first, of a conversation those of answers."""
    turns = turns_of(row)
    if not is_chatty(tokenizer):
        tokens = _plain(tokenizer, "\n".join(turns or (row,)))
        return [*tokens, tokenizer.eos_token_id], [False, *[True] * len(tokens)]
    tokens, counts = [], []
    for text, is_said in _parts(tokenizer, turns or (row,)):
        part = _encoded(tokenizer, text)
        tokens += part
        counts += [is_said] * len(part)
    return tokens, counts


def prompt_tokens(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Return what stands before what is to be written."""
    turns = turns_of(prompt) or (prompt,)
    if not is_chatty(tokenizer):
        return _plain(tokenizer, "\n".join(turns))
    said = [text for text, _ in _parts(tokenizer, turns)]
    return [
        token
        for text in (*said, manner_of(tokenizer).answer)
        for token in _encoded(tokenizer, text)
    ]


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
    return [_begin(tokenizer), *_encoded(tokenizer, text)]


def _begin(tokenizer: Tokenizer) -> int:
    """Return the token that texts begin with: a mark of its own, else the end of another text."""
    begin = tokenizer.bos_token
    is_own = begin is not None and begin not in MARKS
    return int(tokenizer.bos_token_id if is_own else tokenizer.eos_token_id)


def _parts(tokenizer: Tokenizer, turns: Sequence[str]) -> list[tuple[str, bool]]:
    """Return what a conversation is made of, and which parts of it a model is to say."""
    manner = manner_of(tokenizer)
    parts: list[tuple[str, bool]] = []
    for place, turn in enumerate(turns):
        if place % 2 == 0:
            parts.append((manner.person + turn, False))
        else:
            parts += [(manner.answer, False), (turn, True), (manner.end, True)]
            parts += [(manner.after, False)] * bool(manner.after)
    return parts


def _encoded(tokenizer: Tokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    return found
