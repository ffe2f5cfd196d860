"""Ordinary tables that look a little like odd ones: none loses its text, its label or its first row to a shape it has not."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bigmodel.data.tables.guess import guess_columns, likeliest_labels
from bigmodel.data.tables.header import is_first_row
from bigmodel.data.tables.readers.books.sql import SIGNS
from bigmodel.data.tables.readers.lines.fixed import find_edges
from bigmodel.data.tables.shapes.quoting import quote_of
from bigmodel.data.tables.shapes.surplus import text_place
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.unit.data.tables.test_readers import Read, refused, write

LABELS = ("good", "bad")
ROWS = [[f"number {at} is so", LABELS[at % 2]] for at in range(60)]


# delimiters at the end of rows -------------------------------------------------------------------------


@pytest.mark.parametrize("every", [1, 3])
def test_delimiters_that_trail_move_no_label_into_the_text(tmp_path: Path, every: int) -> None:
    lines = [f"{a},{b}{',' * (at % every == 0)}" for at, (a, b) in enumerate(ROWS)]
    read = Read(write(tmp_path, "\n".join(["text,label", *lines])))
    assert [row[:2] for row in read.rows] == [tuple(row) for row in ROWS]
    assert "cells_joined" not in read.said
    assert "rows_ragged" in read.said or read.target.columns == ("text", "label", "column 3")


def test_text_with_delimiters_is_joined_where_others_trail(tmp_path: Path) -> None:
    texts = [f"number {at}{', yes' * (at % 3)}" for at in range(60)]
    lines = [f"{a},{LABELS[at % 2]}{',' * (at % 4 == 0)}" for at, a in enumerate(texts)]
    read = Read(write(tmp_path, "\n".join(["text,label", *lines])))
    assert read.rows == [(a, LABELS[at % 2]) for at, a in enumerate(texts)]


def test_last_column_that_is_often_blank_stays_one() -> None:
    rows = [[f"number {at}", LABELS[at % 2], "x" * (at % 5 == 0)] for at in range(30)]
    wide = [[f"number {at}", " yes", LABELS[at % 2], ""] for at in range(30)]
    found = text_place([["text", "label", "note"], *rows, *wide])
    assert found is not None
    assert found.joined(wide[0], ",") == ["number 0, yes", "good", ""]


# columns of parts ---------------------------------------------------------------------------------------


def parted() -> Mapping[str, Sequence[str]]:
    return {
        "text": [a for a, _ in ROWS],
        "genre": [f"genre {at % 7}" for at in range(60)],
        "split": [("train", "test")[at % 5 == 0] for at in range(60)],
    }


def test_column_of_parts_is_neither_label_nor_text_unless_named() -> None:
    sample = parted()
    guess = guess_columns(sample)
    assert (guess.text, guess.label) == ("text", "genre")
    assert likeliest_labels(sample, 3) == ["genre"]
    assert guess_columns(sample, label="split").label == "split"
    assert guess_columns({name: sample[name] for name in ("split", "genre")}).text == "genre"


# JSON ---------------------------------------------------------------------------------------------------


def test_records_with_lists_keep_their_text_and_label(tmp_path: Path) -> None:
    rows = [{"name": "Anna", "questions": ["a", "b"], "text": a, "label": b} for a, b in ROWS]
    read = Read(write(tmp_path, json.dumps(rows), "t.json"))
    assert read.target.columns == ("name", "questions", "text", "label")
    assert [row[2:] for row in read.rows] == [tuple(row) for row in ROWS]


@pytest.mark.parametrize("is_held", [False, True])
def test_intents_become_rows_and_that_is_said(tmp_path: Path, is_held: bool) -> None:
    beside = {"responses": ["yes"], "context_set": "", "id": 1}
    tags = [{"tag": b, "patterns": [f"{b} {at}" for at in range(5)], **beside} for b in LABELS]
    content: object = {"intents": tags} if is_held else tags
    read = Read(write(tmp_path, json.dumps(content), "t.json"))
    assert read.rows == [(f"{b} {at}", b) for b in LABELS for at in range(5)]
    assert read.said["json_patterns"].args["count"] == 2


def test_parts_of_intents_stay_parts(tmp_path: Path) -> None:
    tags = [{"tag": b, "patterns": [f"{b} {at}" for at in range(5)]} for b in LABELS]
    read = Read(write(tmp_path, json.dumps({"train": tags, "test": tags}), "t.json"))
    at = read.target.columns.index("split")
    assert [row[at] for row in read.rows] == ["train"] * 10 + ["test"] * 10


@pytest.mark.parametrize("is_lines", [False, True])
def test_empty_lists_are_no_rows(tmp_path: Path, is_lines: bool) -> None:
    lists: list[list[str]] = [[], ["text", "label"], *ROWS, []]
    content = "\n".join(map(json.dumps, lists)) if is_lines else json.dumps(lists)
    read = Read(write(tmp_path, content, "t.json"))
    assert read.target.columns == ("text", "label")
    assert read.rows == [tuple(row) for row in ROWS]
    assert refused(write(tmp_path, "[[],\n[]]", "none.json")) == "json_no_rows"


def test_empty_list_in_an_object_is_no_row(tmp_path: Path) -> None:
    content = json.dumps({"about": "x", "rows": [[], ["text", "label"], *ROWS]})
    assert Read(write(tmp_path, content, "t.json")).rows == [tuple(row) for row in ROWS]


# widths and first rows ------------------------------------------------------------------------------------


def test_blanks_that_align_commas_are_no_columns(tmp_path: Path) -> None:
    rows = [["id", "text", "label"], *([str(at), *row] for at, row in enumerate(ROWS))]
    lines = [f"{a + ',':<6}{b + ',':<30}{c}" for a, b, c in rows]
    assert find_edges(lines) == []
    read = Read(write(tmp_path, "\n".join(lines)))
    assert [name.strip() for name in read.target.columns] == ["id", "text", "label"]
    assert [[cell.strip() for cell in row] for row in read.rows] == rows[1:]


def test_commas_within_texts_leave_widths_alone() -> None:
    assert len(find_edges(["text".ljust(30) + "label", *(f"{a + ', yes':<30}{b}" for a, b in ROWS)])) == 2  # fmt: skip


@pytest.mark.parametrize(
    ("first", "rows"),
    [
        (["product", "2023-01", "2023-02"], [[f"p{at}", f"{at}", f"{3 * at}"] for at in range(9)]),
        (["dose", "10", "20", "30"], [["a", f"0.{at}", f"1.{at}", f"2.{at}"] for at in range(9)]),
        (["dose", "10", "20"], [["a", f"{at}00", f"{at}50"] for at in range(1, 9)]),
        (["who", "0-9", "10-19"], [["a", f"{at}", f"{at + 1}"] for at in range(9)]),
    ],
)
def test_amounts_may_name_columns_of_others(first: list[str], rows: list[list[str]]) -> None:
    assert not is_first_row(first, rows)


@pytest.mark.parametrize(
    ("first", "rows"),
    [
        (["thing 0", "0.5"], [[f"thing {at}", f"{at}.5"] for at in range(1, 9)]),
        (["a", "349", "129"], [["b", f"{at}99", f"{at}07"] for at in range(1, 9)]),
        (["a", "10", "20", "30"], [["b", f"{9 + at}", f"{at}", f"{at}"] for at in range(9)]),
        (["a", "310", "320"], [["b", f"{at}05", f"{at}06"] for at in range(1, 9)]),
        (["a", "2023-01-02"], [["b", f"2023-01-0{at}"] for at in range(3, 9)]),
    ],
)
def test_amounts_like_those_below_are_a_row(first: list[str], rows: list[list[str]]) -> None:
    assert is_first_row(first, rows)


# other languages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("comment", [b"/* about */ ", b"-- about\n", b"/* about */;\n"])
def test_many_comments_are_told_at_once(comment: bytes) -> None:
    assert SIGNS.match(comment * 2_000 + b"create table t (a text)") is not None
    assert SIGNS.match(comment * 2_000 + b"text,label") is None


# apostrophes and sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("begin", ["it's", "don't", "'twas", "rock 'n' roll of dogs'", "'yes' and"])
@pytest.mark.parametrize("is_last", [False, True])
def test_apostrophes_of_ordinary_texts_quote_nothing(
    tmp_path: Path, mark: str, begin: str, is_last: bool
) -> None:
    end = "isn't it" if mark == "," else "so, isn't it"
    rows = [[f"{begin} number {at} {end}", LABELS[at % 2]] for at in range(60)]
    table = [["text", "label"], *rows]
    lines = [mark.join(row[::-1] if is_last else row) for row in table]
    assert quote_of(lines, mark) == '"'
    read = Read(write(tmp_path, "\n".join(lines)))
    assert sorted(sorted(row) for row in read.rows) == sorted(sorted(row) for row in rows)


@pytest.mark.parametrize("classes", [("5M", "2K", "10G"), ("5M", "2M", "10M"), ("S", "M", "2M")])
def test_few_sizes_that_come_again_are_classes(
    settings: Settings, classes: tuple[str, str, str]
) -> None:
    path = settings.scratch / "table.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"it is number {at},{classes[at % 3]}" for at in range(60)]
    path.write_text("\n".join(["text,size", *lines]), "utf-8")
    version = DatasetService(settings, ScratchStore()).import_file("me", path).version
    assert version.summary.target == "label"
    assert version.summary.classes == dict.fromkeys(classes, 20)
