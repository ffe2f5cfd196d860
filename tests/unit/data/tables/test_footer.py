"""Rows that add up the others are told from rows that only look so."""

import pyarrow.parquet as pq
import pytest

from bigmodel.data.tables import table
from bigmodel.data.tables.footer import find_footer
from bigmodel.data.tables.table import Findings, Limits, Target
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

LIMITS = Limits(10_000, 100, 10_000, 100)
REVIEWS = [[f"review {at}", "good" if at % 2 else "bad"] for at in range(60)]
PRICES = [[f"thing {at}", str(at % 7)] for at in range(60)]


@pytest.mark.parametrize(
    "last",
    [
        [["Total", "60"]],
        [["合计", "60"]],
        [["合 计：", "60"]],
        [["Subtotal", "30"], ["Grand total", "60"]],
        [["Total: 60", ""]],
        [["(60 rows)", ""]],
        [["共 60 条", ""]],
        [["Average", "3.5"]],
    ],
)
def test_footers_of_reports_are_told(last: list[list[str]]) -> None:
    assert find_footer([*REVIEWS, *last]) == [True] * len(last)


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        (REVIEWS, ["total", "bad"]),
        (REVIEWS, ["a total waste", "60"]),
        (PRICES, ["total", "3"]),
        (PRICES, ["Total", ""]),
        ([["(3 rows)", "a"], ["(4 rows)", "b"]], ["(5 rows)", ""]),
    ],
)
def test_rows_that_only_look_so_stay(rows: list[list[str]], last: list[str]) -> None:
    assert find_footer([*rows, last]) == []


def test_sum_below_amounts_is_a_footer() -> None:
    assert find_footer([*PRICES, ["Total", "178"]]) == [True]


@pytest.mark.parametrize("rows", [4, 5, 6, 11])
def test_footer_is_told_wherever_a_batch_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(table, "BATCH_ROWS", 5)
    target = Target(settings.scratch / "t.parquet", LIMITS, Findings(), lambda _share: None)
    target.start(["text", "label"])
    for line, row in enumerate([*REVIEWS[:rows], ["Total", "178"], ["Source: our shop", ""]], 2):
        target.add(row, line)
    target.close()
    assert pq.read_table(target.path).column("col.text").to_pylist() == [
        text for text, _ in REVIEWS[:rows]
    ]
    said = {told.key.rsplit(".", 1)[-1] for told in target.findings.all()}
    assert said == {"total_row", "lines_outside"}


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_footer_of_a_text_table_is_named_and_no_class(settings: Settings, ending: str) -> None:
    parted = "\t" if ending == "tsv" else ","
    path = settings.scratch / f"report.{ending}"
    lines = [["text", "label"], *REVIEWS, ["合计", "60"]]
    path.write_text("\n".join(parted.join(line) for line in lines), "utf-8")
    summary = DatasetService(settings, ScratchStore()).import_file("me", path).version.summary
    assert summary.rows == len(REVIEWS)
    assert set(summary.classes) == {"good", "bad"}
    said = next(each for each in summary.problems if each.key.endswith("total_row"))
    assert said.args["row"] == len(lines)
