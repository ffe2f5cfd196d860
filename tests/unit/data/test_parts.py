"""Names of parts are told at once, whatever else a cell holds."""

import time

import pytest

from bigmodel.core.datasets.dataset import Split
from bigmodel.data.parts import part_of, parts_in, split_of


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train2017", Split.TRAIN),
        ("new_train_data_v2", Split.TRAIN),
        ("PublicTest", Split.TEST),
        ("验证集", Split.VALIDATION),
        ("4200002986", None),
    ],
)
def test_name_tells_its_part(name: str, part: Split | None) -> None:
    assert part_of(name) == part


@pytest.mark.parametrize(
    "cell", ["4200002986202500000000000000", "data" * 14, "1a" * 30, "_" * 60, "datasets" * 5000]
)
def test_number_of_an_order_takes_no_time(cell: str) -> None:
    started = time.process_time()
    assert split_of(cell) is None
    assert parts_in([cell, "train", "test"]) == {}
    assert time.process_time() - started < 0.5
