"""Measures how much of a person's text a fixed vocabulary does not know; it must never load weights."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer

UNKNOWN = ("[UNK]", "<unk>", "<|unk|>")


def unknown_share(folder: Path, texts: Sequence[str]) -> float:
    """Return the share of unknown tokens among all tokens of the texts, 0 to 1."""
    tokenizer = _read(folder)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    unknown = {tokenizer.token_to_id(name) for name in UNKNOWN} - {None}
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    ids = [token for encoding in encodings for token in encoding.ids]
    return sum(token in unknown for token in ids) / len(ids) if ids else 0.0


def _read(folder: Path) -> Tokenizer:
    whole = folder / "tokenizer.json"
    if whole.is_file():
        return Tokenizer.from_file(str(whole))
    plain: Tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"))._tokenizer
    return plain
