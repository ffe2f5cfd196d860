"""The store under test: each test runs over all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.store.base import Store
from tests.fakes.stores import MAKERS, PARAMS
from tests.fakes.things import dataset_of


@pytest.fixture(params=PARAMS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    return MAKERS[request.param](tmp_path)


@pytest.fixture
def dataset(store: Store) -> Dataset:
    made = dataset_of()
    store.datasets.add(made)
    return made
