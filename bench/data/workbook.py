"""How long a person's own workbook takes to come back with answers, and that nothing in it has changed; `make bench ARGS=workbook`.

A real instant model, trained on a sample, answers 10,000 rows of a workbook with styles, dates and formulas that is made here.
"""

import datetime
import itertools
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import openpyxl
from openpyxl.styles import Font

from bench.figure import SAMPLES, Figure
from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings

SAMPLE = SAMPLES / "support_en.csv"
OWNER = "local"
ROWS = 10_000
GOAL_S = 30.0
STEPS = 10
PATIENCE_S = 600.0


def run() -> list[Figure]:
    """Answer a workbook of 10,000 rows, from the demo and as a dataset's own file."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        services = open_services(Settings(home=Path(folder) / "home", offline=True, idle_exit_s=2))
        say = partial(services.words.say, "en")
        source = _workbook(Path(folder) / "reviews.xlsx")
        model = _trained(services)
        services.inference.predict(OWNER, model, ["warm"])
        out = Path(folder) / "out.xlsx"
        told: list[int] = []

        def answer() -> None:
            services.inference.predict_file(
                OWNER, model, source, out, say, lambda done, _all: told.append(done)
            )

        answered_s = _seconds(answer)
        dataset = services.datasets.import_file(OWNER, source, text="Text", label=NO_LABEL)
        own_s = _seconds(
            lambda: services.export_table.export(OWNER, dataset.id, say, model=model, out=out)
        )
        steps, changed = len(set(told)), _changed(source, out)
    return [
        Figure(f"workbook of {ROWS:,} rows answered", answered_s, "s", f"≤ {GOAL_S:g}", answered_s <= GOAL_S),
        Figure("the same as a dataset's own file", own_s, "s", f"≤ {GOAL_S:g}", own_s <= GOAL_S),
        Figure("steps of its progress bar", steps, "steps", f"≥ {STEPS}", steps >= STEPS),
        Figure("parts changed beside the sheet and the lists of parts", changed, "parts", "≤ 1 (styles)", changed <= 1),
    ]  # fmt: skip


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Reviews"
    sheet.append(["Reviews of this year"])
    sheet.append(["Date", "Text", "Price", "Share", "Branch", "Shop", "Doubled"])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    texts = itertools.cycle(
        line.split(",")[0] for line in SAMPLE.read_text("utf-8").splitlines()[1:]
    )
    day = datetime.date(2026, 1, 1)
    for number, text in zip(range(3, ROWS + 3), texts, strict=False):
        values = (day + datetime.timedelta(number % 365), f"{text} {number}", 9.5 + number % 70)
        sheet.append([*values, number % 100 / 100, "north", f"shop {number % 9}", f"=C{number}*2"])
        sheet.cell(number, 1).number_format = "yyyy-mm-dd"
        sheet.cell(number, 4).number_format = "0.0%"
    book.save(path)
    return path


def _trained(services: Services) -> str:
    dataset = services.datasets.import_file(OWNER, SAMPLE)
    job = services.training.submit(OWNER, dataset.id, base="instant")
    deadline = time.monotonic() + PATIENCE_S
    while not services.jobs.get(OWNER, job.id).is_final:
        if time.monotonic() > deadline:
            raise TimeoutError(job.name)
        time.sleep(0.1)
    return job.id


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _changed(before: Path, after: Path) -> int:
    concerned = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")  # fmt: skip
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        names = [name for name in old.namelist() if name not in concerned]
        return sum(old.read(name) != new.read(name) for name in names)
