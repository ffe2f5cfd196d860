"""How a dataset is drawn: what was found, bars of labels, problems with their fix, rows; everything escaped and cut."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary
from bigmodel.core.message import Message
from bigmodel.data.targets import label, number, target_kind
from bigmodel.words import load_words
from pages.shared.data import dataset_view as view
from tests.fakes.things import dataset_of

WORDS = load_words()
BAD = "<img src=x>"


def say(key: str, /, **args: Any) -> str:
    return WORDS.say("en", Message(key, args))


def dataset(summary: dict[str, Any] | None = None, **recipe: Any) -> Dataset:
    made = dataset_of()
    version = replace(
        made.version,
        summary=replace(made.version.summary, **(summary or {})),
        recipe=replace(made.version.recipe, **recipe),
    )
    return replace(made, version=version)


def numbers(*labels: str) -> Summary:
    made = dataset_of().version.summary
    values = [float(label.replace(",", ".")) for label in labels]
    return replace(
        made,
        classes=dict.fromkeys(labels, 2),
        number_share=1.0,
        number_range=(min(values), max(values)),
        target="number",
    )


@dataclass(frozen=True)
class Rows:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    files: tuple[tuple[str, ...], ...] = ()


def test_facts_of_a_table_hold_what_was_found_in_it() -> None:
    made = dataset(source_name=BAD, format="csv", encoding="gb18030", delimiter=";")
    drawn = view.facts(made, say)
    assert BAD not in drawn
    assert "CSV" in drawn
    assert "gb18030" in drawn
    assert say("pages.data.delimiter_semicolon") in drawn
    assert f"4 (3 {say('pages.data.usable')})" in drawn


def test_facts_without_encoding_have_no_empty_line() -> None:
    drawn = view.facts(dataset(source_name="a.xlsx", format="xlsx"), say)
    assert say("pages.data.encoding") not in drawn
    assert "<td></td>" not in drawn


def test_rows_that_all_train_are_told_as_such() -> None:
    drawn = view.facts(dataset({"split_rows": {"train": 9}}, source_name="a.csv"), say)
    assert say("pages.data.split_none", train=9, validation=0, test=0) in drawn


def test_pictures_of_one_size_have_one_number() -> None:
    same = dataset({"medium": "image", "lengths": (64,) * 6}, source_name="a.zip")
    assert say("pages.media.sizes_same", side=64) in view.facts(same, say)
    other = dataset({"medium": "image", "lengths": (1, 2, 3, 4, 5, 6)}, source_name="a.zip")
    assert say("pages.media.sizes_same", side=6) not in view.facts(other, say)


def test_recordings_are_told_in_seconds_and_minutes() -> None:
    spans = (500, 1_000, 2_000, 3_000, 4_000, 75_000)  # milliseconds
    drawn = view.facts(dataset({"medium": "audio", "lengths": spans}, source_name="a.zip"), say)
    assert view.seconds(2.0, say) in drawn
    assert view.seconds(75.0, say) == say("pages.media.minutes", minutes=1, seconds="15")
    assert view.seconds(75.0, say) in drawn


def drawn_classes(summary: Summary) -> str:
    return view.classes(target_kind(summary.target).chart(summary, Recipe("text", "label")), say)


def test_labels_are_bars_the_largest_one_full() -> None:
    made = replace(dataset_of().version.summary, classes={BAD: 30, "good": 10})
    drawn = drawn_classes(made)
    assert BAD not in drawn
    assert drawn.index("width:100.0%") < drawn.index("width:33.3%")


def test_many_labels_are_counted_not_drawn() -> None:
    many = {f"label {n:02}": 3 for n in range(label.BARS + 5)}
    drawn = drawn_classes(replace(dataset_of().version.summary, classes=many))
    assert drawn.count("bm-bar") - 1 == label.BARS
    assert say("pages.data.classes_more", count=5) in drawn


def test_amounts_are_drawn_in_equal_steps() -> None:
    drawn = drawn_classes(numbers(*(f"{n}.5" for n in range(40))))
    assert drawn.count('class="bm-number"') == number.BARS
    assert drawn.count(">8<") == number.BARS  # four labels of two rows in each


def test_one_single_amount_is_no_division_by_zero() -> None:
    assert "bm-bar" in drawn_classes(numbers("1.5"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_problem_comes_with_its_fix(language: Any) -> None:
    message = Message("data.problems.duplicates", {"count": 7}, "warning")
    drawn = view.problems([message], WORDS, language)
    assert "is-warning" in drawn
    assert "7" in drawn
    assert "<br>" in drawn


def test_text_of_a_person_in_a_problem_is_cut_and_escaped() -> None:
    message = Message("errors.file_missing", {"name": BAD + "x" * 500}, "error")
    drawn = view.problems([message], WORDS, "en")
    assert BAD not in drawn
    assert "x" * view.SHOWN_CHARACTERS not in drawn


def test_nothing_wrong_is_told_only_where_asked() -> None:
    assert view.problems([], WORDS, "en") == ""
    assert "fine" in view.problems([], WORDS, "en", nothing="fine")


def test_text_and_label_stand_first_in_the_preview() -> None:
    table = Rows(("id", "note", "said", "mood"), (("1", BAD, "a text", "good"),))
    drawn = view.preview(table, text=("said",), label="mood")
    order = [drawn.index(f">{name}<") for name in ("said", "mood", "id", "note")]
    assert order == sorted(order)
    assert BAD not in drawn


def test_wide_tables_and_long_cells_are_cut() -> None:
    names = tuple(f"column {n:02}" for n in range(30))
    drawn = view.preview(Rows(names, (("x" * 1_000,) * 30,)), text=("column 29",), label="gone")
    assert drawn.count("<th") - 1 == view.SHOWN_COLUMNS  # <thead> begins alike
    assert ">column 29<" in drawn
    assert "x" * view.SHOWN_CHARACTERS not in drawn


def test_short_text_is_left_alone() -> None:
    assert view.short("x" * 160) == "x" * 160
    assert view.short("x" * 161) == "x" * 159 + "…"


def test_files_of_a_table_are_shown_in_its_preview() -> None:
    table = Rows(("note", "photo"), (("a vase", "1.jpg"), ("b", "")), (("", "aa/x.jpg"), ("", "")))
    drawn = view.preview(table, text=("note", "photo"), label="", media="bm/media/d")
    assert '<img class="bm-thumb" src="bm/media/d/aa/x.jpg" alt="1.jpg"' in drawn
    assert drawn.count("<img") == 1
