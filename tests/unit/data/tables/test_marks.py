"""Marked words as people bring them: CoNLL in every scheme, JSON lines, Label Studio and doccano; all become texts with spans."""

import json
from pathlib import Path

import pytest

from bigmodel.core.datasets.spans import parse_marks, spans_of
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.targets import target_kinds
from tests.unit.data.tables.test_readers import Read, write

ENGLISH = "Ann lives in New York ."
MARKS = [(0, 3, "PER"), (13, 21, "LOC")]


@pytest.mark.parametrize("mark", ["\t", " "])
@pytest.mark.parametrize(
    "tags",
    [
        "B-PER O O B-LOC I-LOC O",
        "I-PER O O I-LOC I-LOC O",
        "S-PER O O B-LOC E-LOC O",
    ],
)
def test_conll_of_every_scheme_is_read_with_its_offsets(
    tmp_path: Path, mark: str, tags: str
) -> None:
    words = zip(ENGLISH.split(), tags.split(), strict=True)
    lines = [f"{word}{mark}NN{mark}{tag}" for word, tag in words]
    text = "\n".join(
        [f"-DOCSTART-{mark}-X-{mark}O", "", *lines, "", "So\tO".replace("\t", mark), ""]
    )
    read = Read(write(tmp_path, text, "a.conll"))
    assert read.format == "conll"
    assert read.rows[0][0] == ENGLISH
    assert spans_of(read.rows[0][1]) == MARKS
    assert read.rows[1] == ("So", "[]")
    assert read.said["conll"].args == {"words": 7, "marks": 2}


def test_chinese_characters_are_joined_without_blanks(tmp_path: Path) -> None:
    lines = "小 B-PER\n安 E-PER\n住 O\n在 O\n罗 B-LOC\n马 E-LOC\n。 O\n\n"
    read = Read(write(tmp_path, lines, "a.txt"))
    assert read.rows == [("小安住在罗马。", '[[0, 2, "PER"], [4, 6, "LOC"]]')]


def test_line_without_a_tag_is_named_and_left_out(tmp_path: Path) -> None:
    text = "# a comment\n" + "Ann B-PER\nsaid O\n\n" * 60 + "broken\nBob B-PER\n"
    read = Read(write(tmp_path, text, "a.conll"))
    assert len(read.rows) == 61
    assert read.said["conll_line_broken"].args["count"] == 1


def test_table_with_words_like_tags_stays_a_table(tmp_path: Path) -> None:
    rows = "\n".join(f"text {n}\tO" for n in range(20))
    assert Read(write(tmp_path, f"text\tlabel\n{rows}\n", "a.tsv")).format == "csv"


def test_doccano_lines_are_read_and_nothing_marked_is_an_answer(tmp_path: Path) -> None:
    records = [
        {"id": 1, "text": "Ann in Rome", "label": [[0, 3, "PER"], [7, 11, "LOC"]], "Comments": []},
        {"id": 2, "text": "nothing", "label": [], "Comments": []},
    ]
    read = Read(write(tmp_path, "\n".join(map(json.dumps, records)), "a.jsonl"))
    columns = dict(zip(read.target.columns, zip(*read.rows, strict=True), strict=True))
    assert [spans_of(cell) for cell in columns["label"]] == [[(0, 3, "PER"), (7, 11, "LOC")], []]
    assert columns["label"][1] == "[]"
    assert columns["Comments"] == ("", "")
    guess = guess_columns(columns, known=target_kinds().values())
    assert (guess.text, guess.label) == ("text", "label")


def test_label_studio_marks_carry_their_words(tmp_path: Path) -> None:
    value = {"start": 2, "end": 5, "text": "Ann", "labels": ["PER"]}
    tasks = [
        {
            "data": {"text": "😀 Ann"},
            "annotations": [{"result": [{"value": value, "type": "labels"}]}],
        },
        {"data": {"text": "none"}, "annotations": [{"result": []}]},
    ]
    read = Read(write(tmp_path, json.dumps(tasks), "a.json"))
    labels = [row[read.target.columns.index("label")] for row in read.rows]
    assert [mark.words for mark in parse_marks(labels[0]) or ()] == ["Ann"]
    assert labels[1] == "[]"


@pytest.mark.parametrize(
    "cell",
    [
        '[[0, 3, "PER"]]',
        '[["0", "3", "PER"]]',
        '[{"start": 0, "end": 3, "label": "PER"}]',
        '[{"start_offset": 0, "end_offset": 3, "label": "PER", "id": 7}]',
        '[{"start": 0, "end": 3, "labels": ["PER"], "text": "Ann"}]',
        '{"entities": [[0, 3, "PER"]]}',
    ],
)
def test_every_usual_way_to_list_marks_is_understood(cell: str) -> None:
    assert spans_of(cell) == [(0, 3, "PER")]


@pytest.mark.parametrize(
    "cell", ["", "PER", "[1, 2]", '["a", "b"]', "[[0, 3]]", '[[true, 3, "A"]]', "[[["]
)
def test_other_cells_are_no_marks(cell: str) -> None:
    assert not parse_marks(cell)
