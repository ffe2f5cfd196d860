"""Tables in shapes that people have them in: quotes, lists, keys and widths are read as what they stand for, and that is said."""

import json
from collections.abc import Sequence

import pytest

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.number import as_number, find_format
from bigmodel.data.tables.readers.lines.fixed import cells_of, find_edges
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.splits import SplitService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

GOOD, BAD = 30, 30
ROWS = [[f"it's number {at}, really so", ("good", "bad")[at % 2]] for at in range(GOOD + BAD)]
CLASSES = {"good": GOOD, "bad": BAD}


def read(settings: Settings, text: str, name: str = "table.csv", *, task: str = "") -> Version:
    path = settings.scratch / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return DatasetService(settings, ScratchStore()).import_file("me", path, task=task).version


def texts(settings: Settings, version: Version) -> list[str]:
    return load_rows(settings.home / version.folder)["input"]


def said(version: Version, key: str) -> dict[str, object] | None:
    """Return the arguments of a sentence, None where it is not said."""
    found = (each for each in version.summary.problems if each.key.endswith(f".{key}"))
    return next((dict(each.args) for each in found), None)


# quotes and separators ----------------------------------------------------------------------------


@pytest.mark.parametrize("apostrophe", ["'", "''", "\\'"])
def test_single_quotes_are_the_quotes_of_the_file(settings: Settings, apostrophe: str) -> None:
    lines = ["text,label", *(f"'{a.replace(chr(39), apostrophe)}','{b}'" for a, b in ROWS)]
    version = read(settings, "\n".join(lines))
    assert version.summary.classes == CLASSES
    assert texts(settings, version)[7] == "it's number 7, really so"
    assert said(version, "quotes_single") is not None


def test_apostrophes_in_texts_are_no_quotes(settings: Settings) -> None:
    lines = ["text;label", *(f"'tis number {at}, 'so' it is;{b}" for at, (_, b) in enumerate(ROWS))]
    version = read(settings, "\n".join(lines))
    assert texts(settings, version)[7] == "'tis number 7, 'so' it is"
    assert said(version, "quotes_single") is None


@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("is_even", [False, True])
def test_commas_of_texts_without_quotes_stay_in_the_text(
    settings: Settings, is_first: bool, is_even: bool
) -> None:
    rows = [[a if is_even else a + ", yes" * (at % 3), b] for at, (a, b) in enumerate(ROWS)]
    turned = [["text", "label"], *rows]
    lines = [",".join(row[::-1] if is_first else row) for row in turned]
    version = read(settings, "\n".join(lines))
    assert version.summary.classes == CLASSES
    assert sorted(texts(settings, version)) == sorted(row[0] for row in rows)
    assert said(version, "cells_joined") == {
        "count": 60, "line": 2, "lines": "2, 3, 4, 5, 6, 7, 8, 9 …",
    }  # fmt: skip


def test_surplus_cells_that_may_belong_to_two_columns_are_left_out(settings: Settings) -> None:
    lines = ["text,answer,label"]
    lines += [
        f"word {at},{at} said{',more' * (at % 3 == 0)} to {at},{b}"
        for at, (_, b) in enumerate(ROWS)
    ]
    version = read(settings, "\n".join(lines))
    assert said(version, "cells_joined") is None
    assert said(version, "rows_ragged") is not None


def test_numbers_in_front_of_rows_are_no_part_of_the_text(settings: Settings) -> None:
    lines = ["text,label", *(f"{at},number {at},{b}" for at, (_, b) in enumerate(ROWS))]
    version = read(settings, "\n".join(lines))
    assert version.summary.columns == ("column 1", "text", "label")


def test_first_row_of_numbers_is_no_header(settings: Settings) -> None:
    version = read(settings, "\n".join(f"thing number {at},{at}.5" for at in range(60)))
    assert (version.summary.rows, version.summary.target) == (60, "number")
    assert said(version, "header_missing") is not None


@pytest.mark.parametrize("mark", ["^", "~", "，", "；"])
def test_rare_delimiters_part_columns_below_known_names(settings: Settings, mark: str) -> None:
    rows = [["text", "label"], *([f"number {at}", b] for at, (_, b) in enumerate(ROWS))]
    version = read(settings, "\n".join(mark.join(row) for row in rows))
    assert (version.summary.columns, version.summary.classes) == (("text", "label"), CLASSES)
    texts_only = read(settings, "\n".join(f"number {at}{mark} said so" for at in range(60)))
    assert len(texts_only.summary.columns) == 1


def test_stops_behind_labels_are_said(settings: Settings) -> None:
    lines = [
        "text,label",
        *(f"number {at},{b}{'.' * (at % 3 == 0)}" for at, (_, b) in enumerate(ROWS)),
    ]
    version = read(settings, "\n".join(lines))
    assert "good. / good" in str((said(version, "labels_alike") or {})["labels"])


# numbers and columns --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.2万", 12_000.0), ("3亿", 3e8), ("1.5k", 1_500.0), ("1.5K", 1_500.0), ("2M", 2e6),
        ("3千", 3_000.0), ("10万+", 100_000.0), ("¥1.2万元", 12_000.0), ("3百万", 3e6), ("2.5 million", 2.5e6),
        ("-1.1万", -11_000.0), ("2m", None), ("2XL", None), ("4G", None), ("500+", None),
    ],
)  # fmt: skip
def test_units_of_size_are_read(text: str, number: float | None) -> None:
    assert as_number(text) == number


def test_units_of_size_are_said_and_written_out(settings: Settings) -> None:
    lines = ["text,price", *(f"thing {at},{at}.{at % 7}万" for at in range(1, 61))]
    version = read(settings, "\n".join(lines))
    assert version.summary.number_range == (11_000.0, 604_000.0)
    assert said(version, "numbers_sized") == {"text": "1.1万", "number": "11000"}
    assert find_format(["1.2万", "8500"]).plain("1.2万") == "12000"


def test_of_columns_with_one_name_the_first_is_learned(settings: Settings) -> None:
    lines = ["text,label,label", *(f"row {at},{b},{at % 3}" for at, (_, b) in enumerate(ROWS))]
    version = read(settings, "\n".join(lines))
    assert (version.recipe.target, version.summary.classes) == ("label", CLASSES)
    assert said(version, "label_named_again") == {"column": "label", "others": "label (2)"}


def test_column_that_is_called_text_is_read_though_it_holds_digits(settings: Settings) -> None:
    lines = ["text,label", *(f"{7919 * at},{b}" for at, (_, b) in enumerate(ROWS))]
    version = read(settings, "\n".join(lines))
    assert (version.recipe.input, version.recipe.target) == ("text", "label")
    assert said(version, "text_numbers") == {"column": "text"}


def test_table_of_measurements_is_refused_with_a_way_out(settings: Settings) -> None:
    rows = [f"{at / 7:.1f},{at / 3:.1f},{at % 11}.2,{b}" for at, (_, b) in enumerate(ROWS)]
    with pytest.raises(DatasetError) as caught:
        read(settings, "\n".join(["length,width,height,kind", *rows]))
    assert (caught.value.key, caught.value.columns[0]) == ("table_numbers", "length")


@pytest.mark.parametrize(("count", "shape"), [(784, "28 × 28"), (192, "8 × 8 × 3")])
def test_pixels_are_called_by_their_shape(settings: Settings, count: int, shape: str) -> None:
    names = ["label", *(f"pixel{at}" for at in range(count))]
    rows = [[str(at % 3), *(str((at * n) % 251) for n in range(count))] for at in range(20)]
    with pytest.raises(DatasetError) as caught:
        read(settings, "\n".join(",".join(row) for row in [names, *rows]))
    assert caught.value.key == "table_pixels"
    assert caught.value.args_of_words == {"count": count, "shape": shape}


def test_pixels_in_one_cell_are_named(settings: Settings) -> None:
    rows = [f"{at % 3},{' '.join(str((at * n) % 251) for n in range(64))}" for at in range(20)]
    with pytest.raises(DatasetError) as caught:
        read(settings, "\n".join(["emotion,pixels", *rows]))
    assert caught.value.args_of_words == {"count": 64, "shape": "8 × 8"}


# JSON -----------------------------------------------------------------------------------------------


def test_lists_without_names_keep_their_first_row(settings: Settings) -> None:
    version = read(settings, json.dumps(ROWS), "table.json")
    assert version.summary.classes == CLASSES
    assert said(version, "header_missing") is not None


@pytest.mark.parametrize("is_lines", [False, True])
def test_lists_with_names_are_read_under_them(settings: Settings, is_lines: bool) -> None:
    table = [["text", "label"], *ROWS]
    text = "\n".join(map(json.dumps, table)) if is_lines else json.dumps(table)
    version = read(settings, text, "table.json")
    assert (version.summary.columns, version.summary.classes) == (("text", "label"), CLASSES)


@pytest.mark.parametrize("lost", [0, 3])
def test_keys_of_lists_of_texts_are_classes(settings: Settings, lost: int) -> None:
    keyed = {label: [a for a, b in ROWS if b == label] for label in CLASSES}
    keyed["bad"] = keyed["bad"][lost:]
    version = read(settings, json.dumps(keyed), "table.json")
    assert version.summary.classes == {"good": GOOD, "bad": BAD - lost}
    assert said(version, "json_classes") == {"name": "good, bad"}


def test_columns_of_one_length_stay_columns(settings: Settings) -> None:
    version = read(
        settings, json.dumps({"review": [a for a, _ in ROWS], "mood": [b for _, b in ROWS]})
    )
    assert version.summary.columns == ("review", "mood")
    pairs = {"question": [a for a, _ in ROWS], "answer": [f"it is so {a}" for a, _ in ROWS]}
    assert read(settings, json.dumps(pairs)).summary.columns == ("question", "answer")


def test_intents_with_patterns_are_classes_with_texts(settings: Settings) -> None:
    intents = [
        {"tag": tag, "patterns": [f"{tag} {at}" for at in range(30)], "responses": ["yes"]}
        for tag in ("hello", "bye")
    ]
    version = read(settings, json.dumps({"intents": intents}), "intents.json")
    assert version.summary.classes == {"hello": 30, "bye": 30}
    assert set(version.summary.columns) == {"text", "label"}


def test_keys_that_are_parts_are_kept_as_parts(settings: Settings) -> None:
    rows = [{"text": a, "label": b} for a, b in ROWS]
    version = read(settings, json.dumps({"train": rows[:50], "test": rows[50:]}), "table.json")
    assert (version.summary.rows, version.summary.split_rows["test"]) == (60, 10)
    assert said(version, "json_parts") == {"name": "train, test"}


def test_lines_as_python_prints_them_are_read(settings: Settings) -> None:
    rows: list[dict[str, object]] = [{"text": a, "label": b, "n": None} for a, b in ROWS]
    version = read(settings, "\n".join(map(repr, rows)), "table.jsonl")
    assert version.summary.classes == CLASSES
    assert texts(settings, version)[7] == "it's number 7, really so"
    whole = read(settings, repr([*rows, {"text": "more", "label": float("nan")}]), "table.json")
    assert (whole.summary.classes, whole.summary.unlabelled_rows) == (CLASSES, 1)
    assert said(whole, "python_printed") is not None


def test_objects_without_line_ends_and_tuples_are_read(settings: Settings) -> None:
    glued = "".join(json.dumps({"text": a, "label": b}) for a, b in ROWS)
    assert read(settings, glued, "t.json").summary.classes == CLASSES
    version = read(settings, repr([tuple(row) for row in ROWS]), "t.txt")
    assert (version.summary.rows, version.summary.classes) == (60, CLASSES)


def test_code_in_lines_is_never_run(settings: Settings) -> None:
    bad = "{'text': __import__('os').getcwd(), 'label': 'good'}"
    version = read(
        settings, "\n".join([*(repr({"text": a, "label": b}) for a, b in ROWS), bad]), "t.jsonl"
    )
    assert version.summary.rows == len(ROWS)
    assert said(version, "json_line_broken") == {"count": 1, "line": 61, "lines": "61"}


# widths and parts -----------------------------------------------------------------------------------


def lined_up(rows: Sequence[Sequence[str]], *, is_right: bool) -> list[str]:
    return [f"{a:>40} {b:>5}" if is_right else f"{a:<40}{b}" for a, b in rows]


@pytest.mark.parametrize("is_right", [False, True])
def test_columns_of_a_fixed_width_are_read(settings: Settings, is_right: bool) -> None:
    version = read(
        settings, "\n".join(lined_up([["text", "label"], *ROWS], is_right=is_right)), "t.txt"
    )
    assert (version.summary.columns, version.summary.classes) == (("text", "label"), CLASSES)
    assert texts(settings, version)[7] == "it's number 7, really so"
    assert said(version, "fixed_width") == {"count": 2}


def test_cell_that_runs_over_its_edge_is_left_out_and_said(settings: Settings) -> None:
    long = [f"{'x' * 50}   good"]
    rows = [["text", "label"], *([a, b] for _ in range(4) for a, b in ROWS)]
    version = read(settings, "\n".join([*lined_up(rows, is_right=False), *long]), "t.txt")
    assert version.summary.rows == 240
    assert said(version, "fixed_torn") == {"count": 1, "line": 242, "lines": "242"}


def test_lines_of_a_poem_have_no_columns() -> None:
    lines = [
        "Hello  there my friend",
        "this is  a poem",
        "with  gaps",
        "a  b",
        "c  d",
        "eee  f",
        "gg hh",
    ]
    assert find_edges(lines) == []
    assert cells_of("one two", [(0, 2), (2, None)]) == []


@pytest.mark.parametrize(
    "names", [("train", "test"), ("Training", "PublicTest"), ("训练集", "测试集")]
)
def test_column_that_names_the_parts_is_kept(settings: Settings, names: tuple[str, str]) -> None:
    lines = ["usage,text,label"]
    lines += [f"{names[at % 5 == 0]},row {at},{b}" for at, (_, b) in enumerate(ROWS)]
    version = read(settings, "\n".join(lines))
    rows = load_rows(settings.home / version.folder)
    assert {
        x for x, part in zip(rows["col.usage"], rows["split"], strict=True) if part == "test"
    } == {names[1]}
    assert version.summary.split_rows["test"] == 12
    assert version.recipe.split_by == "given:usage"
    assert said(version, "split_given") is not None


def test_given_parts_can_be_left_and_taken_again(settings: Settings) -> None:
    lines = ["part,text,label"]
    lines += [
        f"{('train', 'test')[at % 5 == 0]},row {at},{b}" for at, (_, b) in enumerate(ROWS * 2)
    ]
    store, path = ScratchStore(), settings.scratch / "t.csv"
    path.write_text("\n".join(lines), "utf-8")
    dataset = DatasetService(settings, store).import_file("me", path)
    splits = SplitService(settings, store, lambda _: "", store.datasets.get)
    assert [each.key for each in splits.choices(dataset)] == ["given:part"]
    assert splits.part("me", dataset.id, "random").version.recipe.split_by == ""
    assert splits.part("me", dataset.id, "given:part").version.summary.split_rows["test"] == 24
