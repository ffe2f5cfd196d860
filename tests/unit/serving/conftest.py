"""Folders of tiny models of the fake task, and a pool that is closed after each test."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings

FAKES = Path(__file__).parents[2] / "fakes" / "serving_tasks"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", task_folders=(FAKES,))


@pytest.fixture
def serving(settings: Settings) -> Iterator[Serving]:
    pool = Serving(settings)
    yield pool
    pool.close()


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    def make(
        name: str = "one", *, labels: tuple[str, ...] = ("bad", "good"), **more: object
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        record = {"v": 1, "task": "mirror", "kind": "instant", "labels": labels} | more
        (folder / "model.json").write_text(json.dumps(record))
        return folder

    return make
