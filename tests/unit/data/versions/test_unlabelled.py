"""Contents of a version: same rows are one, the order is spread evenly, and rows that are gone are nobody's."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.data.versions.unlabelled import Contents, read_cells, read_contents
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import texts, unlabelled


@pytest.fixture
def dataset(settings: Settings, tmp_path: Path) -> Dataset:
    rows = [*texts(64), texts(1)[0], "", texts(3)[2]]
    return unlabelled(DatasetService(settings, ScratchStore()), tmp_path, rows)


@pytest.fixture
def contents(settings: Settings, dataset: Dataset) -> Contents:
    return read_contents(settings.home / dataset.version.folder, dataset.version.recipe)


def test_same_rows_are_one_content_and_empty_ones_none(contents: Contents) -> None:
    assert (len(contents), len(contents.rows)) == (64, 66)
    assert contents.alike[:4].tolist() == [2, 1, 2, 1]
    assert read_cells(contents, np.arange(64)) == texts(64)


def test_every_beginning_is_spread_over_the_table(contents: Contents) -> None:
    assert sorted(contents.spread.tolist()) == list(range(64))
    for count in (8, 16, 32):
        gaps = np.diff(np.sort(contents.spread[:count]))
        assert gaps.max() <= 3 * 64 / count


def test_rows_are_found_by_id_and_gone_ones_are_not(contents: Contents) -> None:
    twin = contents.row_ids[64].as_py()
    ids = [*contents.ids(np.array([5, 0])), twin, "gone"]
    assert contents.find(ids).tolist() == [5, 0, 0, -1]
    assert contents.find(ids).tolist() == [5, 0, 0, -1]  # from memory
