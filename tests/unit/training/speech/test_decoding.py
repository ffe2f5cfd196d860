"""Which token comes next: no end at the beginning, no loops, nothing where nothing was said."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from bigmodel.training.speech.decoding import DecodingConfig, longest_run, write

END, SPACE, A, B, MUSIC, SILENT = range(6)
PLAIN = torch.zeros(6, dtype=torch.bool)


def says(*order: Sequence[int]) -> Any:  # Any: it decodes as a model does
    """Return a model that prefers tokens in this order, place by place; the last place stays."""

    def decode(given: Tensor, cache: Any) -> tuple[Tensor, Any]:
        place = cache or 0
        logits = torch.full((len(given), given.shape[1], 6), -9.0)
        for rank, token in enumerate(order[min(place, len(order) - 1)]):
            logits[:, -1, token] = 9.0 - 3 * rank
        return logits, place + 1

    return decode


def written(model: Any, **config: Any) -> list[int]:
    whole = DecodingConfig((7, 8), 15, "keep", **config)
    [(tokens, sure)] = write(model, 1, whole, PLAIN, END)
    assert len(tokens) == len(sure)
    return tokens


def test_end_and_lone_space_are_no_beginning() -> None:
    model = says([END, SPACE, A], [END])
    assert written(model) == []
    assert written(model, barred_first=(END, SPACE)) == [A]


def test_marks_that_nobody_says_are_never_written() -> None:
    assert written(says([MUSIC, A], [MUSIC, B], [END]), barred=(MUSIC,)) == [A, B]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([[A]], [A]),
        ([[B], *([[A], [B]] * 9)], [B, A]),
        ([[A], [A], [A], [END]], [A, A, A]),
        ([[A], [A], [B], [B], [MUSIC]] * 3, [A, A, B, B, MUSIC]),  # a sentence, said over and over
        ([*([[A], [A], [B], [B], [MUSIC]] * 2), [END]], [A, A, B, B, MUSIC] * 2),
    ],
)
def test_piece_that_repeats_is_written_once(order: list[list[int]], expected: list[int]) -> None:
    assert written(says(*order), repeats=4) == expected


def test_longest_run_counts_pieces_of_any_size() -> None:
    assert longest_run([[1, 2, 3]]) == 1
    assert longest_run([[1, 1, 1], [2, 3]]) == 3
    assert longest_run([[1, 2, 1, 2, 1, 2]]) == 3


def test_unsure_text_of_a_silent_recording_is_dropped() -> None:
    def decode(given: Tensor, cache: Any) -> tuple[Tensor, Any]:
        logits = torch.zeros(len(given), given.shape[1], 6)  # it is sure of nothing
        logits[:, 0, SILENT] = 9.0 * is_silent
        return logits, cache

    for is_silent in (0, 1):
        tokens = written(decode, barred_first=(END,), barred=(SILENT,), no_speech=SILENT)
        assert bool(tokens) != bool(is_silent)
