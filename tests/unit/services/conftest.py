"""What is asked here is not how a file is read: no test starts a child for it."""

from collections.abc import Iterator

import pytest

from tests.fakes.reading import reading_here


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield
