"""Columns are guessed, problems are found all at once, and the split never leaks."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.number import as_number
from bigmodel.data.tables.source import Source, sample_rows
from bigmodel.data.versions.check import check
from bigmodel.data.versions.split import NAMES, NONE, TEST, TRAIN, VALIDATION, assign
from bigmodel.data.versions.survey import Survey, survey
from bigmodel.words import load_words

SENTENCE = "a rather ordinary sentence with number {}"


def look(folder: Path, rows: list[tuple[str, str]]) -> Summary:
    path = folder / "table.parquet"
    table = {"text": [row[0] for row in rows], "label": [row[1] for row in rows]}
    pq.write_table(
        pa.table(table, pa.schema([("text", pa.string()), ("label", pa.string())])), path
    )
    found = survey([Source(path)], text="text", label="label")
    return check(found, label="label", columns=("text", "label"))


def said(summary: Summary) -> dict[str, dict[str, object]]:
    return {p.key.removeprefix("data.problems."): dict(p.args) for p in summary.problems}


def rows(count: int, *labels: str) -> list[tuple[str, str]]:
    return [(SENTENCE.format(i), labels[i % len(labels)]) for i in range(count)]


TEXTS = [SENTENCE.format(i) for i in range(40)]
CLASSES = ["good", "bad"] * 20
IDS = [str(i) for i in range(40)]
DATES = ["2026-01-01", "2026-01-02"] * 20


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"label": ["1", "0"] * 20, "review": TEXTS}, ("review", "label")),
        ({"id": IDS, "text": TEXTS, "date": DATES, "topic": CLASSES}, ("text", "topic")),
        ({"评论": TEXTS, "类别": CLASSES}, ("评论", "类别")),
        ({"x": TEXTS, "y": CLASSES}, ("x", "y")),
        ({"a": CLASSES, "b": TEXTS}, ("b", "a")),
        ({"t": ["a", "b"] * 20, "l": ["0", "1"] * 20}, ("t", "l")),
        ({"text": TEXTS, "label": ["one"] * 40, "class": CLASSES}, ("text", "class")),
        ({"review": TEXTS, "stars": [f"{i / 10}" for i in range(40)]}, ("review", "stars")),
        ({"user_id": IDS, "rating": ["4", "5"] * 20, "comment": TEXTS}, ("comment", "rating")),
    ],
)
def test_columns_are_guessed(table: dict[str, list[str]], expected: tuple[str, str]) -> None:
    guess = guess_columns(table)
    assert (guess.text, guess.label) == expected


@pytest.mark.parametrize(
    ("given_columns", "key"),
    [({"text": "no"}, "column_unknown"), ({"text": "x", "label": "x"}, "columns_same")],
)
def test_wrong_columns_are_refused(given_columns: dict[str, str], key: str) -> None:
    with pytest.raises(DatasetError) as caught:
        guess_columns({"x": TEXTS, "y": CLASSES}, **given_columns)
    assert caught.value.key == key


def test_sample_spans_a_sorted_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"label": ["a"] * 30_000 + ["b"] * 30_000}), tmp_path / "t.parquet")
    labels = sample_rows(Source(tmp_path / "t.parquet"), 100)["label"]
    assert len(labels) <= 100
    assert set(labels) == {"a", "b"}


def test_what_programs_write_for_nothing_is_no_label(tmp_path: Path) -> None:
    summary = look(tmp_path, rows(80, "NA", "None", "NaN", "<NA>"))
    assert summary.classes == {"NA": 20, "None": 20}
    assert said(summary)["targets_missing"]["count"] == 40


def test_labels_that_are_ids_are_refused(tmp_path: Path) -> None:
    table = [(SENTENCE.format(i), f"u{i % 1500}") for i in range(4000)]
    with pytest.raises(DatasetError, match="label_not_classes"):
        look(tmp_path, table)


def test_text_that_is_the_label_is_told(tmp_path: Path) -> None:
    found = said(look(tmp_path, [(label, label) for label in ("good", "bad") * 30]))
    assert found["inputs_are_targets"]["count"] == 60


def test_codes_with_zeros_in_front_are_classes(tmp_path: Path) -> None:
    summary = look(tmp_path, rows(120, *(f"{i:03}" for i in range(30))))
    assert summary.number_share == 0
    assert "labels_codes" in said(summary)


def test_several_labels_in_a_cell_are_told(tmp_path: Path) -> None:
    found = said(look(tmp_path, rows(60, "food", "food;price", "price", "room;food", "room")))
    assert found["labels_several"] == {"mark": ";", "labels": "food, price, room"}


@pytest.mark.parametrize(
    ("values", "told", "smallest"),
    [
        (["9,{:03}"], {"numbers_open"}, 9000),
        (["${},000.50"], {"numbers_signed"}, 1000.5),
        (["{}.234,50"], set(), 1234.5),
        (["{}%"], {"numbers_signed"}, 1),
    ],
)
def test_amounts_as_people_write_them_are_numbers(
    tmp_path: Path, values: list[str], told: set[str], smallest: float
) -> None:
    start = 0 if "9," in values[0] else 1
    found = look(tmp_path, rows(60, *(values[0].format(i) for i in range(start, start + 60))))
    assert found.number_share == 1
    assert found.number_range is not None
    assert found.number_range[0] == smallest
    assert told <= set(said(found))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    table = [
        *rows(95, "good"),
        (SENTENCE.format(0), "bad"),
        ("", "bad"),
        ("lonely", "Good"),
        ("x", ""),
    ]
    found = said(look(tmp_path, table))
    assert found["duplicates_conflict"] == {"count": 1, "rows": 2}
    assert found["inputs_missing"]["count"] == found["targets_missing"]["count"] == 1
    assert "Good" in str(found["class_single"]["labels"])
    assert found["labels_alike"]["labels"] == "good / Good"
    assert found["classes_lopsided"]["percent"] == 98


def test_one_class_is_refused_with_all_problems(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        look(tmp_path, [("some text", "good"), ("", "good")])
    keys = [problem.key for problem in caught.value.problems]
    assert keys[:2] == ["errors.rows_unusable", "errors.one_class"]
    assert "data.problems.inputs_missing" in keys


def test_free_text_is_no_label(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        look(tmp_path, [(SENTENCE.format(i), f"answer {i}") for i in range(60)])
    assert caught.value.key == "label_not_classes"


def test_numbers_need_no_repetition(tmp_path: Path) -> None:
    summary = look(tmp_path, [(SENTENCE.format(i), f"{i},5") for i in range(60)])
    assert summary.number_share == 1
    assert summary.number_range == (0.5, 59.5)
    assert not said(summary)


def test_script_and_lengths_are_measured(tmp_path: Path) -> None:
    summary = look(tmp_path, [(f"这家店很好吃第{i}次", "好" if i % 2 else "差") for i in range(60)])
    assert summary.han_share == 1
    assert summary.language == "zh"
    assert summary.lengths[0] == 9
    assert sum(count for _, count in summary.length_histogram) == 60


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-2.5", -2.5), ("1e3", 1000), ("3,5", 3.5), ("1,234.5", 1234.5), ("nan", None),
     ("inf", None), ("", None), ("1_000", None), ("1e999", None)],
)  # fmt: skip
def test_what_counts_as_a_number(text: str, value: float | None) -> None:
    assert as_number(text) == value


def test_split_is_80_10_10_in_every_class() -> None:
    strata = np.arange(1_000, dtype=np.int32) % 4
    splits = assign(np.arange(1_000, dtype=np.uint64), strata, seed=0)
    for label in range(4):
        counts = np.bincount(splits[strata == label], minlength=4)
        assert counts.tolist() == [200, 25, 25, 0]


def test_seed_changes_who_is_held_out() -> None:
    groups, strata = np.arange(200, dtype=np.uint64), np.zeros(200, np.int32)
    first, again, other = (assign(groups, strata, seed=seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_few_texts_all_train() -> None:
    splits = assign(np.arange(49, dtype=np.uint64), np.zeros(49, np.int32), seed=0)
    assert set(splits) == {TRAIN}


@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(-1, 5)), min_size=1, max_size=600),
    st.integers(0, 2**31 - 1),
)
def test_same_text_never_straddles(pairs: list[tuple[int, int]], seed: int) -> None:
    groups = np.array([group for group, _ in pairs], np.uint64)
    strata = np.array([label for _, label in pairs], np.int32)
    splits = assign(groups, strata, seed=seed)
    assert ((splits == NONE) == (strata < 0)).all()
    for group in np.unique(groups):
        assert len(set(splits[(groups == group) & (strata >= 0)])) <= 1
    held = np.isin(splits, (VALIDATION, TEST)).sum()
    assert held <= 0.2 * (strata >= 0).sum() + 2 * 6
    assert NAMES[TRAIN] == "train"


def survey_of_files(*labels: str) -> Survey:
    """Two files of each class."""
    codes = np.repeat(np.arange(len(labels), dtype=np.int32), 2)
    groups = np.arange(len(codes), dtype=np.uint64)
    lengths = np.full(len(codes), 64, np.int32)
    return Survey(list(labels), codes, groups, lengths, codes < 0, is_media=True)


def test_numbers_and_tags_of_files_are_told() -> None:
    ages = said(check(survey_of_files(*map(str, range(1, 40))), label="class", columns=("file",)))
    assert ages["labels_amounts"]["count"] == 39
    years = said(
        check(survey_of_files(*map(str, range(2001, 2030))), label="class", columns=("file",))
    )
    assert "labels_amounts" in years
    tags = survey_of_files("cat;dog", "dog;owl", "cat;owl", "cat", "dog")
    assert (
        said(check(tags, label="class", columns=("file",)))["files_labels_several"]["mark"] == ";"
    )


def test_files_are_spoken_of_as_files() -> None:
    codes = np.array([0] * 19 + [1], np.int32)
    groups, lengths = np.arange(20, dtype=np.uint64), np.full(20, 64, np.int32)
    found = Survey(["cat", "Cat"], codes, groups, lengths, codes < 0, is_media=True)
    keys = said(check(found, label="class", columns=("file", "class")))
    expected = ("rows_few", "class_single", "labels_alike", "classes_lopsided")
    assert set(keys) == {f"files_{key}" for key in expected}
    texts = load_words().texts
    problems = [said[f"data.problems.{key}.problem"] for said in texts.values() for key in keys]
    for text in problems:
        assert not re.search(r"\b(rows?|labels?|text)\b|行|标签|文本", re.sub(r"{\w+}", "", text))
