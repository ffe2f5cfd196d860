"""A real worker is killed with SIGKILL while it writes a checkpoint, and the job ends as if nothing had happened."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.ids import new_id
from tests.fakes.exact import Outcome, Trial
from tests.fakes.text_data import text_data
from tests.fakes.workshop import OWNER

STOPS = (1, 4, 5, 8, 11)  # of 12 steps: first, inside, before and after the end of an epoch, last
PARAMS = {"epochs": 3, "batch_size": 8, "accumulation": 2, "learning_rate": 1e-3, "max_tokens": 16}


def text_dataset(home: Path) -> Dataset:
    """Write a small text dataset into a data folder."""
    data = text_data("label")
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    rows = [
        {"row_id": row_id, "split": name, "input": text, "target": target}
        for name, part in parts.items()
        for row_id, text, target in zip(part.ids, part.inputs, part.targets, strict=True)
    ]
    dataset_id = new_id()
    folder = home / "datasets" / dataset_id / "1"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "items.parquet")
    counts = {name: len(part) for name, part in parts.items()}
    columns = ("input", "target")
    summary = Summary(len(rows), len(rows), columns, {"bad": 40, "good": 40}, counts)
    place = folder.relative_to(home).as_posix()
    version = Version(dataset_id, 1, place, "0", now(), Recipe("input", "target"), summary)
    return Dataset(dataset_id, OWNER, "texts", now(), version)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    home = tmp_path_factory.mktemp("exact") / "home"
    opened = Trial.open(home, text_dataset, "text_classification", "scratch", PARAMS)
    yield opened
    opened.workshop.close()


@pytest.fixture(scope="module")
def straight(trial: Trial) -> Outcome:
    """What comes of a training that is left alone."""
    return trial.run()


@pytest.mark.slow
@pytest.mark.parametrize(
    "stop", [STOPS[1], *(pytest.param(stop, marks=pytest.mark.faults) for stop in STOPS)]
)
def test_killed_training_ends_as_one_left_alone(trial: Trial, straight: Outcome, stop: int) -> None:
    assert len(straight.curves["train/loss"][0]) == 12
    assert trial.run(kill_at=stop) == straight
