"""From a text file to a model that is measured, writes letter by letter, is stopped, and taken along."""

import itertools
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.services.panels import answer_html, draw
from bigmodel.words import load_words
from tests.fakes.instant_attempt import Made, instant_attempt
from tests.fakes.workshop import OWNER

WORDS = load_words()
WINDS, WORKS = (
    ("north", "west", "land"),
    ("lit the lamp", "read a letter", "rang the bell", "mended the roof"),
)


def write_diary(path: Path, first: int, days: int) -> Path:
    entries = [
        f"Day {day}. The wind came from the {WINDS[day % 3]}.\nI {WORKS[day % 4]} and went to bed early.\n"
        for day in range(first, first + days)
    ]
    path.write_text("\n".join(entries), "utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """An instant writer of an imported diary."""
    place = tmp_path_factory.mktemp("written")
    with instant_attempt(place, write_diary(place / "diary.txt", 0, 500)) as found:
        yield found


def test_writer_is_measured_on_passages_it_never_saw(made: Made) -> None:
    found = made.results.results(OWNER, made.job)
    per_unit = ["bits_per_character", "perplexity", "byte_perplexity"]
    assert list(found.measures) == [*per_unit, "repetition", "copied"]
    plain = found.beside["letters"]["bits_per_character"].value
    assert found.measures["bits_per_character"].value < 0.5 * plain
    for panel in found.panels:
        assert draw(panel, lambda key, **args: WORDS.text("en", key, **args))


def test_writer_is_measured_on_an_own_file(made: Made) -> None:
    test = write_diary(made.folder / "later.txt", 900, 90)
    found = made.results.evaluate_file(OWNER, made.job, test)
    assert found.rows > 10
    assert found.measures["bits_per_character"].value < 2


def test_text_comes_letter_by_letter_by_the_dials(made: Made) -> None:
    def written(**dials: float) -> list[str]:
        return [
            one.answer.text for one in made.demo.grow(OWNER, made.job, "Day 7. The wind", dials)
        ]

    parts = written(temperature=0.8, length=60, seed=3)
    assert [len(part) for part in parts[:3]] == [1, 2, 3]
    assert 20 < len(parts[-1]) <= 60
    assert written(temperature=0.8, length=60, seed=3)[-1] == parts[-1]
    assert written(temperature=0.8, length=60, seed=4)[-1] != parts[-1]
    assert len(written(length=5)[-1]) == 20, "a dial ends where it ends"


def test_questions_of_a_table_are_answered_not_their_longer_answers(made: Made) -> None:
    table = made.folder / "asked.csv"
    rows = [f"How was day {at}?,{'The wind came from the north. ' * 3}" for at in range(9)]
    table.write_text("\n".join(["question,answer", *rows]), "utf-8")
    found = made.demo.predict_file(OWNER, made.job, table, made.folder / "out.csv", str)
    assert (found.guessed, found.tally.rows) == ("question", 9)


def test_who_leaves_ends_the_writing(made: Made) -> None:
    growing = made.demo.grow(OWNER, made.job, "Day 7. The wind", {"length": 1_000})
    assert len(list(itertools.islice(growing, 2))) == 2
    growing.close()  # type: ignore[attr-defined] # it is a generator
    [found] = made.demo.look_texts(OWNER, made.job, ["Day 8."])  # the same child answers on
    assert found.answer.text
    said = answer_html(found.view, lambda key, **args: WORDS.text("en", key, **args))
    assert 'data-testid="answer"' in said


def test_examples_are_beginnings(made: Made) -> None:
    examples = made.demo.examples(OWNER, made.job)
    assert examples
    assert all(0 < len(text) <= 60 for text in examples)


def test_downloaded_writer_writes_the_same(made: Made, tmp_path: Path) -> None:
    model = made.demo.resolve(OWNER, made.job)
    with zipfile.ZipFile(made.results.download(OWNER, model.id)) as file:
        file.extractall(tmp_path)
    assert not (tmp_path / "copied.safetensors").exists()
    command = [sys.executable, "predict.py", "--length", "120", "Day 7. The wind"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    [found] = made.demo.look_texts(OWNER, made.job, ["Day 7. The wind"])
    assert said.stdout.rstrip("\n") == found.answer.text.rstrip("\n")
