"""From a table of two languages to a translator that is measured, asked, and taken along."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.commands import predict
from bigmodel.services.inference.summary import counted
from bigmodel.services.panels import answer_html, draw
from bigmodel.words import load_words
from tests.fakes.instant_attempt import Made, instant_attempt
from tests.fakes.tiny_mbart import tiny_pairs
from tests.fakes.workshop import OWNER

WORDS = load_words()


def write_pairs(path: Path, seed: int, rows: int = 150) -> Path:
    part = tiny_pairs(rows, seed).train
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "en", "zh"])
        for number, pair in enumerate(zip(part.inputs, part.targets, strict=True)):
            source, target = pair
            out.writerow(
                [
                    number,
                    f"{source[:-1]} {number % 30}{source[-1]}",
                    f"{target[:-1]}{number % 30}{target[-1]}",
                ]
            )
    return path  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """An instant translator of an imported table."""
    place = tmp_path_factory.mktemp("translated")
    with instant_attempt(place, write_pairs(place / "pairs.csv", 0)) as found:
        yield found


def test_table_of_two_languages_is_read_as_such(made: Made) -> None:
    recipe = made.dataset.version.recipe
    assert (recipe.input, recipe.target, recipe.kind) == ("en", "zh", "text")
    keys = {problem.key.rpartition(".")[2] for problem in made.dataset.version.summary.problems}
    assert "pairs_found" in keys
    assert not keys & {"texts_fast", "duplicates_conflict"}
    turned = made.datasets.choose_columns(OWNER, made.dataset.id, text="zh", label="en")
    assert (turned.version.recipe.kind, turned.version.recipe.target) == ("text", "en")


def test_translator_is_measured_on_rows_it_never_saw(made: Made) -> None:
    found = made.results.results(OWNER, made.job)
    assert list(found.measures) == ["chrf", "bleu", "exact", "untranslated"]
    assert found.measures["chrf"].value > found.beside["majority"]["chrf"].value
    for language in ("en", "zh"):
        said = WORDS.say(language, found.sentence)  # type: ignore[arg-type]
        assert f"{found.measures['chrf'].value:.4g}"[:3] in said
        for panel in found.panels:
            assert draw(panel, lambda key, **args: WORDS.text("en", key, **args))


def test_translator_is_measured_on_an_own_file(made: Made) -> None:
    found = made.results.evaluate_file(
        OWNER, made.job, write_pairs(made.folder / "test.csv", 5, 60)
    )
    assert found.rows == 48
    assert found.measures["bleu"].value > 20
    renamed = made.folder / "renamed.csv"
    _, *rows = (made.folder / "test.csv").read_text("utf-8").splitlines()
    renamed.write_text("\n".join(["n,English,Chinese", *rows]), "utf-8")
    again = made.results.evaluate_file(OWNER, made.job, renamed)
    assert again.measures == found.measures
    assert "columns_taken" in [one.key.rpartition(".")[2] for one in again.remarks]


def test_differences_from_the_reference_are_marked(made: Made) -> None:
    rows, count = made.results.wrong(OWNER, made.job, limit=3)
    assert count
    assert rows[0].edits


def test_demo_shows_alternatives_untranslated_words_and_the_nearest_pair(made: Made) -> None:
    [found] = made.demo.look_texts(OWNER, made.job, ["The soup Zurich is hot 7."])
    assert "汤" in found.answer.text
    assert found.answer.untranslated == ("Zurich",)
    said = answer_html(found.view, lambda key, **args: WORDS.text("en", key, **args))
    assert 'data-testid="untranslated"' in said
    assert 'data-testid="alternatives"' in said
    near = made.demo.near_texts(OWNER, made.job, found)
    assert near[0].text.startswith("The soup")


def test_table_comes_back_with_a_column_of_translations(made: Made) -> None:
    out = made.folder / "out.csv"
    given = write_pairs(made.folder / "given.csv", 9, 20)
    made.demo.predict_file(OWNER, made.job, given, out, lambda m: WORDS.say("en", m))
    head, *rows = csv.reader(out.read_text("utf-8-sig").splitlines())
    assert head == ["id", "en", "zh", "translation", "certainty"]
    assert len(rows) == 16
    assert sum(row[2] == row[3] for row in rows) > 8


def test_document_comes_back_translated_in_its_shape(made: Made) -> None:
    given = made.folder / "letter.txt"
    given.write_text("The tea is cold 3.\n\n  42\n  Is the rice hot 4?", "utf-8")
    out = made.folder / "brief.txt"
    told = made.demo.predict_file(OWNER, made.job, given, out, lambda m: WORDS.say("en", m))
    lines = out.read_text("utf-8").split("\n")
    assert [lines[0], *lines[1:3]] == ["茶是冷的3。", "", "  42"]
    assert lines[3].startswith("  饭是热的")
    assert (told.tally.rows, told.tally.empty) == (4, 2)
    said = counted(told.tally, lambda m: WORDS.say("en", m))
    assert said.startswith("4 passages: 2 translated")
    table = made.demo.predict_file(
        OWNER, made.job, given, made.folder / "rows.csv", lambda m: WORDS.say("en", m)
    )
    assert "The tea is cold 3." in table.path.read_text("utf-8-sig")


def test_texts_are_read_from_standard_input(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("The tea is cold 3.\n\nIs the rice hot 4?\n"))
    told: list[dict[str, Any]] = []
    services: Any = SimpleNamespace(inference=made.demo)
    terminal: Any = SimpleNamespace(
        bar=lambda *_: nullcontext(),
        text=lambda key, **_: key,
        record=told.append,
        said_table=lambda *_: None,
        words=WORDS,
        language="en",
    )
    args: Any = SimpleNamespace(
        job=made.job, text=["-"], file=None, out=None, srt=False, vtt=False, dial=[], base=False
    )
    assert predict.run(args, services, terminal) == 0
    first, second = told[0]["predictions"]
    assert (first["text"], first["translated"]) == ("The tea is cold 3.", "茶是冷的3。")
    assert second["translated"].startswith("饭是热的")
    assert first["alternatives"]


def test_downloaded_program_translates_the_same(made: Made) -> None:
    model = made.demo.resolve(OWNER, made.job)
    folder = made.folder / "package"
    with zipfile.ZipFile(made.results.download(OWNER, model.id)) as package:
        package.extractall(folder)
    assert not [path.name for path in folder.iterdir() if path.name.startswith("neighbours")]
    texts = ["The soup Zurich is hot 7.", "Is the rice cold 4? The tea is good 5."]
    command = [sys.executable, "predict.py", "--json", *texts]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    given = [json.loads(line)["translations"][0]["text"] for line in done.stdout.splitlines()]
    assert given == [one.text for one in made.demo.answers(OWNER, made.job, texts)]
