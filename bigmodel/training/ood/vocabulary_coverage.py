"""Measures how much of a person's text a fixed vocabulary does not know; it must never load weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer

WHOLE, PLAIN = "tokenizer.json", "vocab.txt"
UNKNOWN = ("[UNK]", "<unk>", "<|unk|>")


@dataclass(frozen=True)
class Coverage:
    """How a vocabulary reads texts: the share of unknown tokens, 0 to 1, and in how many pieces it cuts a word.

    A vocabulary cuts words of its own language into about 1.2 pieces, those of others with the same letters
    into 1.4 (Vietnamese) to 2 (Indonesian), and those of other scripts into single letters.
    """

    unknown: float = 0.0
    pieces_a_word: float = 0.0


def unknown_share(folder: Path, texts: Sequence[str]) -> float:
    """Return the share of unknown tokens among all tokens of the texts, 0 to 1."""
    return coverage(folder, texts).unknown


def coverage(folder: Path, texts: Sequence[str]) -> Coverage:
    """Return how the vocabulary of a folder reads texts."""
    tokenizer = _read(folder)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    unknown = {tokenizer.token_to_id(name) for name in UNKNOWN} - {None}
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    ids = [token for encoding in encodings for token in encoding.ids]
    words = sum(len(set(encoding.word_ids)) for encoding in encodings)
    if not ids:
        return Coverage()
    return Coverage(sum(token in unknown for token in ids) / len(ids), len(ids) / max(1, words))


def is_there(folder: Path) -> bool:
    """Tell whether a folder holds a vocabulary: an encoder of pictures or sounds has none."""
    return any((folder / name).is_file() for name in (WHOLE, PLAIN))


def _read(folder: Path) -> Tokenizer:
    whole = folder / WHOLE
    if whole.is_file():
        return Tokenizer.from_file(str(whole))
    plain: Tokenizer = BertWordPieceTokenizer(str(folder / PLAIN))._tokenizer
    return plain
