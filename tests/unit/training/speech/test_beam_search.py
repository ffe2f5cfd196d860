"""The beam finds what the sum over all alignments finds, and the letter model leans it to usual spellings."""

import itertools
import math
import random

import numpy as np
import pytest

from bigmodel.training.speech.beam_search import Beam, greedy, search
from bigmodel.training.speech.char_lm import END, CharLM, fit_char_lm
from bigmodel.training.speech.charset import Charset, make_charset, normalise
from bigmodel.training.speech.ctc import character_confidences


def log_shares(rows: list[list[float]]) -> np.ndarray:
    table = np.array(rows, dtype=np.float64)
    shares: np.ndarray = np.log(table / table.sum(axis=1, keepdims=True))
    return shares


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n, _ in itertools.groupby(path) if n != 0)


def likeliest(shares: np.ndarray) -> tuple[int, ...]:
    """Return the text whose alignments sum to the largest chance, by trying every one of them."""
    totals: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(shares.shape[1]), repeat=len(shares)):
        chance = math.exp(sum(shares[step, n] for step, n in enumerate(path)))
        totals[collapsed(path)] = totals.get(collapsed(path), 0.0) + chance
    return max(totals, key=totals.__getitem__)


def test_wide_beam_agrees_with_every_alignment() -> None:
    rng = np.random.default_rng(0)
    for _ in range(25):
        shares = log_shares(rng.random((5, 3)).tolist())
        assert tuple(search(shares, Beam(200))) == likeliest(shares)


def test_beam_beats_greedy_where_alignments_add_up() -> None:
    shares = log_shares([[0.6, 0.4], [0.6, 0.4]])  # blank blank 0.36, but "a" in three ways 0.64
    assert greedy(shares) == []
    assert search(shares, Beam(8)) == [1]


def test_repeated_letter_needs_a_blank_between() -> None:
    sure = 0.98
    with_blank = [[0.01, sure], [sure, 0.01], [0.01, sure]]
    assert greedy(log_shares(with_blank)) == search(log_shares(with_blank), Beam(4)) == [1, 1]
    assert greedy(log_shares([[0.01, sure]] * 3)) == search(log_shares([[0.01, sure]] * 3), Beam(4))


def test_letter_model_leans_to_what_was_written() -> None:
    alphabet = make_charset(["zero", "zero", "five"], "lower")
    letters = fit_char_lm([alphabet.encode(text) for text in ("zero", "zero", "five")], 9)
    unsure = np.full((4, alphabet.outputs), 1e-3)
    for step, options in enumerate([("z",), ("e",), ("o", "r"), ("o",)]):
        for place, letter in enumerate(options):
            unsure[step, alphabet.encode(letter)[0]] = 0.5 - 0.05 * place
    shares = np.log(unsure / unsure.sum(axis=1, keepdims=True))
    alone = alphabet.decode(search(shares, Beam(8)))
    leaning = alphabet.decode(search(shares, Beam(8, weight=0.5), letters))
    assert (alone, leaning) == ("zeo", "zero")


def test_letter_shares_sum_to_one() -> None:
    rng = random.Random(0)  # noqa: S311  (no secret)
    texts = [[rng.randint(1, 4) for _ in range(rng.randint(1, 6))] for _ in range(20)]
    letters = fit_char_lm(texts, 5)
    again = CharLM.from_json(letters.to_json(), 5)
    for before in ((), (1,), (2, 3), (4, 4, 4)):
        shares = [math.exp(letters.log_share(before, n)) for n in (END, 1, 2, 3, 4)]
        assert sum(shares) == pytest.approx(1.0, abs=1e-3)
        assert [math.exp(again.log_share(before, n)) for n in (END, 1, 2, 3, 4)] == shares


def test_doubled_letters_have_certainties_of_their_own() -> None:
    shares = log_shares([[0.09, 0.9, 0.01], [0.79, 0.2, 0.01], [0.29, 0.7, 0.01]])
    assert character_confidences(shares, [1, 1]) == pytest.approx([0.9, 0.7])


def test_certainty_stands_where_the_letter_is_written() -> None:
    shares = log_shares([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.2, 0.2, 0.6]])
    assert character_confidences(shares, [1, 2]) == pytest.approx([0.8, 0.6])
    assert character_confidences(shares, []) == []


def test_texts_come_back_from_their_numbers() -> None:
    alphabet = make_charset(["\uff28ello  World", "打开 灯", "打开"], "lower")
    assert alphabet.decode(alphabet.encode("HELLO world")) == "hello world"
    assert alphabet.decode(alphabet.encode("打开灯")) == "打开灯"
    assert alphabet.encode("Q") == []
    assert Charset(("a",), "keep").encode("A") == []
    assert normalise("  \uff21\tb\u3000c\u200b", "keep") == "A b c"
