"""Loads a tokenizer once, in a process of its own, to see that it works and ends; it must never see a secret.

A tokenizer's patterns can be written so that matching takes for ever: the parent gives this process
a few seconds of the processor and no environment.
"""

import sys
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer

TEXTS = [
    "A plain sentence, with 3 numbers.",
    "一句普通的话。",
    "a" * 5_000 + "!",
    " " * 5_000 + "x",
]


def main() -> int:
    """Encode a few texts with the tokenizer of the folder named on the command line."""
    folder = Path(sys.argv[1])
    whole = folder / "tokenizer.json"
    if whole.is_file():
        tokenizer = Tokenizer.from_file(str(whole))
    else:
        tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"))
    return 0 if all(tokenizer.encode(text).ids for text in TEXTS[:2]) and _ends(tokenizer) else 1


def _ends(tokenizer: Tokenizer | BertWordPieceTokenizer) -> bool:
    return all(tokenizer.encode(text) is not None for text in TEXTS)


if __name__ == "__main__":
    sys.exit(main())
