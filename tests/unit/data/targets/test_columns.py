"""Several columns as one target: each is read as classes or numbers by itself, and an empty one says nothing."""

import pyarrow as pa
import pytest

from bigmodel.core.datasets.columns import (
    heads_of,
    output_names,
    read_columns,
    write_columns,
)
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.pairs.targets import guess_targets
from bigmodel.data.tables.source import ORIGINAL, targets_of
from bigmodel.data.targets import target_kind
from bigmodel.data.targets.survey import Survey
from tests.unit.data.targets.test_targets import survey_of

KIND = target_kind("columns")


def surveyed(*rows: tuple[str, str]) -> Survey:
    cells = [write_columns({"topic": topic, "price": price}) for topic, price in rows]
    return survey_of(*cells, asked=KIND)


def some_rows() -> list[tuple[str, str]]:
    return [(("bags", "shoes")[n % 2], f"{n},5") for n in range(24)] + [("", "9"), ("bags", "")]


def test_cells_are_read_back_and_empty_rows_say_nothing() -> None:
    cell = write_columns({"topic": "bags", "price": ""})
    assert read_columns(cell) == {"topic": "bags", "price": None}
    assert write_columns({"topic": "", "price": None}) == ""
    assert read_columns("{no json") == read_columns("bags") == read_columns('{"a": [1]}') == {}


def test_outputs_lead_back_to_their_columns() -> None:
    outputs = output_names({"topic": ("a = b", "c"), "price": ()})
    topic, price = heads_of(outputs)
    assert (topic.column, topic.classes, topic.outputs) == ("topic", ("a = b", "c"), slice(0, 2))
    assert (price.column, price.classes, price.outputs) == ("price", (), slice(2, 3))
    assert topic.value(write_columns({"topic": "new", "price": 1})) == ""
    assert price.value(write_columns({"topic": "new", "price": "1,5"})) == "1.5"
    assert price.value(write_columns({"topic": "new", "price": "many"})) == ""


def test_each_column_is_read_by_itself() -> None:
    found = surveyed(*some_rows())
    assert list(KIND.errors(found)) == []
    said = {problem.key.rpartition(".")[2]: problem.args for problem in KIND.warnings(found)}
    assert said["columns_classes"] == {"column": "topic", "count": 2, "labels": "bags, shoes"}
    assert said["columns_numbers"] == {"column": "price", "low": 0.5, "high": 23.5}
    assert said["columns_missing"]["count"] == 1
    assert KIND.classes(found) == {"topic: bags": 13, "topic: shoes": 12}
    assert set(KIND.strata(found).tolist()) == {0, 1, 2}


def test_amounts_are_written_as_numbers_and_make_one_output() -> None:
    found = surveyed(*some_rows(), ("bags", "unknown price"))
    written = KIND.written(found, found.labels)
    assert written[0] == '{"topic": "bags", "price": 0.5}'
    assert written[-1] == '{"topic": "bags", "price": null}'
    assert KIND.labels_of(written) == output_names({"topic": ("bags", "shoes"), "price": ()})
    assert KIND.labels_of(written[:1]) == ()
    assert KIND.said(written[1]) == "topic: shoes · price: 1.5"
    labels = KIND.labels_of(written)
    assert KIND.is_known(written[0], labels)
    assert not KIND.is_known(write_columns({"topic": "hats"}), labels)


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([("bags", f"a longer sentence {n}") for n in range(30)], "columns_text"),
        ([("bags", f"{n}") for n in range(30)], "one_class"),
        ([(("bags", "shoes")[n % 2], "") for n in range(30)], "columns_empty"),
    ],
)
def test_columns_that_cannot_be_learned_are_refused(rows: list[tuple[str, str]], key: str) -> None:
    assert f"errors.{key}" in [problem.key for problem in KIND.errors(surveyed(*rows))]


def test_what_stands_for_no_answer_says_nothing_in_its_column() -> None:
    rows = [(("bags", "shoes")[n % 2], f"{n}") for n in range(24)]
    found = surveyed(*rows, ("N/A", "7"), ("bags", "（空）"))
    written = [read_columns(target) for target in KIND.written(found, found.labels)]
    assert written[-2:] == [{"topic": None, "price": 7}, {"topic": "bags", "price": None}]
    told = [p.args["labels"] for p in KIND.warnings(found) if p.key.endswith("columns_no_answer")]
    assert told == ["topic: N/A", "price: （空）"]


def test_columns_of_a_batch_become_one_target() -> None:
    cells = {"topic": [" bags ", "NULL", ""], "price": ["1", "2", ""]}
    names = [f"{ORIGINAL}{name}" for name in cells]
    batch = pa.RecordBatch.from_pydict(dict(zip(names, cells.values(), strict=True)))
    assert [read_columns(target) for target in targets_of(batch, tuple(cells), {})] == [
        {"topic": "bags", "price": "1"},
        {"topic": None, "price": "2"},
        {},
    ]


def test_columns_to_learn_are_guessed_or_taken_as_told() -> None:
    sample = {
        "id": [f"{n:04}" for n in range(40)],
        "message": [f"the {n}th message is about something" for n in range(40)],
        "topic": ["bags", "shoes"] * 20,
        "rating": ["1", "2", "3", "4"] * 10,
    }
    guess = guess_targets(sample)
    assert (guess.text, guess.label, guess.also) == ("message", "topic", ("rating",))
    assert guess.kind == "columns"
    told = guess_targets(sample, targets=["rating", "topic"])
    assert (told.label, told.also, told.remarks) == ("rating", ("topic",), ())
    with pytest.raises(DatasetError, match="columns_several"):
        guess_targets(sample, targets=["rating"])
    with pytest.raises(DatasetError, match="column_unknown"):
        guess_targets(sample, targets=["rating", "colour"])
    with pytest.raises(DatasetError, match="columns_same"):
        guess_targets(sample, text="message", targets=["rating", "message"])
