"""Tokenizers without Transformers, which say what its fast ones say; it takes their place in programs that go along with ONNX."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer


class ReadTexts(dict[str, Any]):
    """What a tokenizer says of texts, by the names that Transformers has for it."""

    def __init__(self, parts: Sequence[tuple[int, Encoding]]) -> None:
        self._parts = [part for _, part in parts]
        super().__init__(
            input_ids=[part.ids for part in self._parts],
            offset_mapping=[part.offsets for part in self._parts],
            special_tokens_mask=[part.special_tokens_mask for part in self._parts],
            overflow_to_sample_mapping=[row for row, _ in parts],
        )

    def sequence_ids(self, row: int) -> list[int | None]:
        """Return for each token whether it is of the first text, of the second or of none."""
        found: list[int | None] = self._parts[row].sequence_ids
        return found


class PlainTokenizer:
    """The tokenizer of a folder."""

    def __init__(self, folder: Path) -> None:
        self._inner = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._inner.no_padding()
        told = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
        self.model_max_length = int(told["model_max_length"])
        padding = told.get("pad_token")
        name = padding["content"] if isinstance(padding, dict) else padding
        self.pad_token_id = self._inner.token_to_id(name) if name else 0

    def __call__(
        self,
        first: str | Sequence[str],
        second: str | None = None,
        *,
        truncation: bool | str = False,
        max_length: int = 0,
        stride: int = 0,
        add_special_tokens: bool = True,
        return_overflowing_tokens: bool = False,
        **_: object,
    ) -> Any:
        if truncation:
            way = truncation if isinstance(truncation, str) else "longest_first"
            self._inner.enable_truncation(max_length, stride=stride, strategy=way)
        else:
            self._inner.no_truncation()
        is_one = isinstance(first, str)
        given = [first if second is None else (first, second)] if is_one else list(first)
        read = self._inner.encode_batch(given, add_special_tokens=add_special_tokens)
        more = return_overflowing_tokens
        parts = [
            (row, part)
            for row, one in enumerate(read)
            for part in ([one, *one.overflowing] if more else [one])
        ]
        told = ReadTexts(parts)
        if is_one and not more:
            return {name: values[0] for name, values in told.items()}
        return told


def tokenizer_of(folder: Path) -> PlainTokenizer:
    """Return the tokenizer of a folder."""
    return PlainTokenizer(folder)
