"""Tables as exports, printed tables and people leave them: what is no row is left out and counted, in every format."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from bigmodel.core.datasets.checkup import Finding
from bigmodel.core.datasets.dataset import Version
from bigmodel.data.checkup.kinds.label_counts import KIND
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.tables.label import no_answers
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.workbooks import DECLARED
from bigmodel.settings import Settings
from bigmodel.store.memory import MemoryStore

NAMES = ["text", "label"]
ROWS = [[f"review number {at}", ("good", "bad")[at % 2]] for at in range(60)]
FORMATS = ("csv", "xlsx", "pasted")

Table = Sequence[Sequence[str]]


def write(folder: Path, rows: Table, form: str) -> Path:
    """Write a table in one of the ways in which people bring one."""
    folder.mkdir(parents=True, exist_ok=True)
    if form == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(folder / "table.xlsx")
        return folder / "table.xlsx"
    mark, begin = ("\t", DECLARED) if form == "pasted" else (",", "")
    path = folder / f"table.{'tsv' if form == 'pasted' else 'csv'}"
    path.write_text(begin + "\n".join(mark.join(row) for row in rows) + "\n", "utf-8")
    return path


def read(settings: Settings, rows: Table, form: str = "csv") -> Version:
    service = DatasetService(settings, MemoryStore())
    return service.import_file("me", write(settings.scratch, rows, form)).version


def said(version: Version, key: str) -> dict[str, object]:
    """Return the arguments of a sentence, nothing where it is not said."""
    found = [each for each in version.summary.problems if each.key.endswith(f".{key}")]
    return dict(found[0].args) if found else {}


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_row_and_no_class_is_left_out_and_said(settings: Settings, form: str) -> None:
    words = ["-", "N/A", "n/a", "null", "无", "none"]
    odd = [[f"odd {word}", word] for word in words]
    glued = [*ROWS[:20], NAMES, *ROWS[20:40], NAMES, *ROWS[40:], NAMES, *odd]
    below = [["Total", "66"], ["Source: our shop", ""]]
    version = read(settings, [NAMES, ["---", ":--:"], *glued, *below], form)
    assert version.summary.classes == {"good": 30, "bad": 30}
    assert (version.summary.rows, version.summary.unlabelled_rows) == (66, len(words))
    counts = [said(version, key)["count"] for key in ("header_again", "ruler", "lines_outside")]
    assert counts == [3, 1, 1]
    assert said(version, "total_row")
    assert "N/A" in str(said(version, "labels_no_answer")["labels"])


@pytest.mark.parametrize(
    ("begin", "frame"), [("", "{} | {}"), (DECLARED, "| {} | {} |"), ("", "| {} | {} |")]
)
def test_printed_table_is_read(settings: Settings, begin: str, frame: str) -> None:
    lines = [frame.format(*row) for row in [NAMES, ["---", ":--:"], *ROWS]]
    path = settings.scratch / "printed.txt"
    path.write_text(begin + "\n".join(lines), "utf-8")
    version = DatasetService(settings, MemoryStore()).import_file("me", path).version
    assert version.summary.columns == ("text", "label")
    assert version.summary.classes == {"good": 30, "bad": 30}
    assert said(version, "ruler")["count"] == 1


def test_bars_within_cells_of_markdown_stay(settings: Settings) -> None:
    rows = [[f"open \\| shut {n} \\|", label] for n, (_, label) in enumerate(ROWS)]
    lines = ["| {} | {} |".format(*row) for row in [NAMES, ["---", ":--:"], *rows]]
    path = settings.scratch / "printed.md.txt"
    path.write_text("\n".join(lines), "utf-8")
    version = DatasetService(settings, MemoryStore()).import_file("me", path).version
    assert version.summary.classes == {"good": 30, "bad": 30}
    texts = load_rows(settings.home / version.folder)["input"]
    assert texts[7] == "open | shut 7 |"


def test_table_as_a_database_prints_it(settings: Settings) -> None:
    rule = "+-----+-----+"
    lines = [rule, "| text | label |", rule, *(f"| {a} | {b} |" for a, b in ROWS), rule]
    path = settings.scratch / "printed.txt"
    path.write_text("\n".join(lines), "utf-8")
    version = DatasetService(settings, MemoryStore()).import_file("me", path).version
    assert version.summary.classes == {"good": 30, "bad": 30}


def test_rows_that_only_look_so_stay(settings: Settings) -> None:
    looks = [["---", "good"], ["text", "good"], ["one more to sort", ""]]
    version = read(settings, [NAMES, *ROWS, *looks])
    assert version.summary.usable_rows == len(ROWS) + 2
    assert version.summary.unlabelled_rows == 1


def test_amounts_beside_no_answers_are_numbers(settings: Settings) -> None:
    rows = [[f"flat number {at}", f"{100 + at * 3}.5"] for at in range(60)]
    missing = [[f"odd {at}", "N/A"] for at in range(12)]
    version = read(settings, [["text", "price"], *rows, *missing])
    assert (version.summary.target, version.summary.usable_rows) == ("number", 60)


@pytest.mark.parametrize(
    ("rows", "sure", "maybe"),
    [
        ({"有": 30, "无": 30}, [], ["无"]),
        ({"scratch": 20, "dent": 5, "无": 300}, [], ["无"]),
        ({"good": 40, "bad": 40, "无": 3}, ["无"], []),
        ({"+": 10, "-": 10}, [], ["-"]),
        ({"x": 10, "-": 60}, [], ["-"]),
        ({"1": 10, "2": 10, "3": 10, "none": 20}, ["none"], []),
        ({"good": 10, "bad": 10, "N / A": 30}, ["N / A"], []),
        ({"good": 10, "bad": 10}, [], []),
    ],
)
def test_class_that_is_called_none_stays(
    rows: dict[str, int], sure: list[str], maybe: list[str]
) -> None:
    assert no_answers(rows) == (sure, maybe)


def findings(settings: Settings, version: Version) -> dict[str, Finding]:
    folder = settings.home / version.folder
    rows = CheckedRows(folder, version.recipe, has_classes=True)
    return {x.kind: x for x in KIND.find(rows) if x.kind.startswith("no_answer")}


def test_both_readings_are_offered(settings: Settings) -> None:
    store = MemoryStore()
    path = write(settings.scratch, [NAMES, *ROWS, *([f"odd {n}", "无"] for n in range(40))], "csv")
    dataset = DatasetService(settings, store).import_file("me", path)
    classes = ClassService(settings, store)
    assert said(dataset.version, "labels_maybe_no_answer")
    kept = findings(settings, dataset.version)["no_answer_kept"]
    made = classes.read_as("me", dataset.id, kept.relabel).version
    assert set(made.summary.classes) == {"good", "bad"}
    back = findings(settings, made)["no_answer_read"]
    made = classes.read_as("me", dataset.id, back.relabel).version
    assert made.summary.classes["无"] == 40
    assert not findings(settings, made)


def test_lists_as_programs_write_them_are_their_labels(settings: Settings) -> None:
    version = read(settings, [NAMES, *([text, f"['{label}']"] for text, label in ROWS)])
    assert version.summary.classes == {"good": 30, "bad": 30}
    both = [
        [text, "\"['food', 'price']\"" if at % 3 else "['food']"]
        for at, (text, _) in enumerate(ROWS)
    ]
    assert said(read(settings, [NAMES, *both]), "labels_several")["labels"] == "food, price"
