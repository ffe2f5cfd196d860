"""Rows that a model is to know again: all of them, or evenly as many as a time limit leaves room for."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bigmodel.training.ood import known_rows
from bigmodel.training.ood.known_rows import AT_ONCE, read_known
from bigmodel.training.ood.score import Floats, Numbers
from tests.fakes.reporter import FakeReporter

ROWS, ROW_S = 4 * AT_ONCE, 0.01


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only looking at rows moves on."""
    now = [0.0]
    monkeypatch.setattr(known_rows, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def read(
    clock: list[float], folder: Path, *, limit_s: float, most: int = ROWS
) -> tuple[Numbers, Floats, FakeReporter]:
    report = FakeReporter(folder)

    def look(rows: Numbers) -> Floats:
        clock[0] += ROW_S * len(rows)
        report.spent_s = clock[0]
        return rows[:, None] * 2.0

    rows, seen = read_known(ROWS, most, look, report, limit_s=limit_s, after=AT_ONCE)
    return rows, seen, report


def test_without_a_limit_all_rows_are_known(clock: list[float], tmp_path: Path) -> None:
    rows, seen, report = read(clock, tmp_path, limit_s=0)
    assert rows.tolist() == list(range(ROWS))
    assert seen[:, 0].tolist() == (2 * rows).tolist()
    assert not report.notes


def test_of_many_rows_evenly_chosen_ones_are_known(clock: list[float], tmp_path: Path) -> None:
    rows, _, _ = read(clock, tmp_path, limit_s=0, most=5)
    assert rows.tolist() == [0, 255, 511, 767, 1023]


def test_limit_leaves_room_for_what_follows(clock: list[float], tmp_path: Path) -> None:
    limit_s = 3.5 * AT_ONCE * ROW_S
    rows, seen, report = read(clock, tmp_path, limit_s=limit_s)
    assert len(rows) == len(seen) == 2 * AT_ONCE
    assert clock[0] + AT_ONCE * ROW_S <= limit_s
    assert np.histogram(rows, bins=4, range=(0, ROWS))[0].min() > AT_ONCE // 3  # all over the rows
    assert "training.note.fewer_known_rows" in report.notes


def test_used_up_limit_still_knows_some_rows(clock: list[float], tmp_path: Path) -> None:
    rows, _, _ = read(clock, tmp_path, limit_s=1e-6)
    assert len(rows) == AT_ONCE
