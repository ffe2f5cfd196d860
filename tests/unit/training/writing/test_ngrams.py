"""N-grams of characters: shares that add up, counts that beat frequencies, and letters that were never seen."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.inputs import SEPARATOR
from bigmodel.training.writing.letters import ANSWER, END, UNKNOWN, count_letters
from bigmodel.training.writing.ngram_model import NgramModel, load_ngram_model
from bigmodel.training.writing.ngrams import ROOM, Runs, count_runs, longest_order

TEXTS = ["the cat sat on the mat", "the dog sat on the cat", "a cat and a dog sat", "on the mat sat a dog"] * 5  # fmt: skip


def model_of(texts: list[str], order: int = 4, *, is_chat: bool = False) -> NgramModel:
    letters = count_letters(texts)
    runs = count_runs([letters.read(text).symbols for text in texts], letters.size, order)
    return NgramModel(letters, Runs(runs, letters.size), is_chat=is_chat)


@pytest.mark.parametrize("before", ["", "t", "the ca", "zzz", "dog sat"])
def test_shares_of_what_follows_add_up_to_one(before: str) -> None:
    model = model_of(TEXTS)
    assert model.runs.following(model.letters.symbols(before)).sum() == pytest.approx(1.0)


def test_both_ways_to_ask_say_the_same() -> None:
    model = model_of(TEXTS)
    text = np.array(model.letters.symbols("the dot"), np.int64)
    one_by_one = [
        model.runs.following(text[:at].tolist())[symbol] for at, symbol in enumerate(text)
    ]
    assert model.runs.shares(text) == pytest.approx(one_by_one)


def test_counts_beat_frequencies_and_gibberish_is_dear() -> None:
    model = model_of(TEXTS)
    known, strange = (
        model.letters.read(text) for text in ("the cat sat on a dog", "tac eht nod a tas")
    )
    assert model.bits(known) < 0.5 * model.letters.plain_bits(known)
    assert model.bits(strange) > 2 * model.bits(known)


def test_unseen_letter_costs_its_spelling() -> None:
    model = model_of(TEXTS)
    plain, unseen = (model.letters.read(text) for text in ("a cat", "a c猫t"))
    assert unseen.symbols.tolist().count(UNKNOWN) == 1
    assert model.bits(unseen) > model.bits(plain) + 16


def test_only_answers_of_conversations_count() -> None:
    chat = SEPARATOR.join(["how far?", "ten miles", "and back?", "the same"])
    read = count_letters([chat]).read(chat)
    assert int(read.counts.sum()) == len("ten miles") + len("the same") + 2
    assert read.symbols.tolist().count(ANSWER) == read.symbols.tolist().count(END) == 2
    assert "?" in count_letters([chat]).letters


def test_same_seed_writes_the_same_and_cold_takes_the_likeliest(tmp_path: Path) -> None:
    model = model_of(TEXTS)
    model.save(tmp_path)
    again = load_ngram_model(tmp_path)

    def write(of: NgramModel, temperature: float, seed: int) -> str:
        return "".join(of.write("the ", temperature=temperature, length=40, seed=seed))

    assert write(again, 0.9, 1) == write(model, 0.9, 1)
    assert write(model, 0.9, 1) != write(model, 0.9, 2)
    assert write(model, 0.0, 1) == write(model, 0.0, 2)
    assert len(write(model, 0.9, 1)) <= 40


def test_answer_ends_by_itself() -> None:
    chats = [SEPARATOR.join(["how far is it?", "ten miles."])] * 20
    model = model_of(chats, 6, is_chat=True)
    assert "".join(model.write("how far is it?", temperature=0, length=99, seed=0)) == "ten miles."


def test_runs_stay_numbers_in_large_alphabets() -> None:
    assert longest_order(70, 7) == 7
    order = longest_order(6_000, 7)
    assert 6_000 ** (order + 1) >= ROOM > 6_000**order
