"""A data folder with one finished training, for all tests or for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.command_shell import Shell, make_shell
from tests.fakes.reading import reading_here


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One for commands that only look."""
    return make_shell(tmp_path_factory.mktemp("commands"))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """One of its own, for commands that change something."""
    return make_shell(tmp_path)
