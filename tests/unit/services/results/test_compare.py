"""Old and new on the same rows: only rows neither learned from, stored answers first, missing ones asked for."""

from collections.abc import Sequence
from typing import Any

import pytest

from bigmodel.answers.label import Label
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.services.results.compare import CompareService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.trained import OWNER, Row, Training, start_training, train_again

LABELS = ("bad", "good")
GOOD, BAD = [0.1, 0.9], [0.8, 0.2]
OLD: list[Row] = [
    ("train", "fine meal", "good"),
    ("validation", "awful", "bad"),
    ("test", "cold soup", "bad"),
    ("test", "warm soup", "good"),
]
NEW: list[Row] = [*OLD, ("train", "so so", "bad"), ("test", "slow", "bad"), ("test", "ok", "good")]
TASKS = {task.answer: task.name for task in find_tasks().values() if task.medium != "image"}


class Old:
    """An old model that answers every text with the same and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    answer: Any = Label(LABELS, tuple(GOOD))

    def ask(self, owner: str, _id: str, texts: Sequence[str], _p: object) -> list[Any]:
        assert owner == OWNER
        self.asked += texts
        return [self.answer for _ in texts]


@pytest.fixture
def old() -> Old:
    return Old()


@pytest.fixture
def first(settings: Settings) -> Training:
    made = start_training(settings, ScratchStore(), OLD)
    made.add_model("instant", [BAD, GOOD], LABELS, kept=True)
    made.end()
    return made


def service(training: Training, old: Old) -> CompareService:
    return CompareService(training.settings, training.store, old.ask)


def again(first: Training, rows: Sequence[Row], scores: Sequence[list[float]]) -> Training:
    made = train_again(first, rows)
    made.add_model("instant", scores, LABELS, kept=True)
    made.end()
    return made


def test_only_missing_answers_are_asked_for(first: Training, old: Old) -> None:
    second = again(first, NEW, [BAD, GOOD, BAD, GOOD])
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert old.asked == ["slow", "ok"]
    assert (found.rows, found.only_new, found.only_old) == (4, 1, 0)
    assert found.sentence.key == "compare.sentence.classes_better_chance"
    assert [(row.text, row.truth, row.new, row.old) for row in found.gained] == [
        ("slow", "bad", "bad", "good")
    ]
    assert found.remarks == ()


def test_rows_the_old_one_learned_from_are_left_out(first: Training, old: Old) -> None:
    moved = [("test", *row[1:]) if row[1] in ("fine meal", "awful") else row for row in NEW]
    copied: Row = ("test", "awful", "bad")  # a new row that repeats what the old one learned
    second = again(first, [*moved, copied], [GOOD, BAD, BAD, GOOD, BAD, GOOD, BAD])
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert found.rows == 4
    assert found.remarks[0].args == {"count": 3, "rows": 7}


def test_comparison_is_made_once(first: Training, old: Old) -> None:
    second = again(first, NEW, [BAD, GOOD, BAD, GOOD])
    comparing = service(first, old)
    made = comparing.compare(OWNER, second.job.id, first.job.id)
    assert comparing.compare(OWNER, second.job.id, first.job.id) is made


def test_trainings_before_it_can_be_chosen(first: Training, old: Old) -> None:
    second = again(first, NEW, [BAD, GOOD, BAD, GOOD])
    third = again(second, NEW, [BAD, GOOD, BAD, GOOD])
    earlier = service(first, old).earlier(OWNER, third.job.id)
    assert [job.id for job in earlier] == [second.job.id, first.job.id]
    assert service(first, old).earlier(OWNER, first.job.id) == []
    with pytest.raises(NotFoundError):
        service(first, old).earlier("another", third.job.id)


def test_classes_that_were_merged_count_as_one(settings: Settings, old: Old) -> None:
    rows: list[Row] = [
        ("train", "a", "1"),
        ("test", "b", "1"),
        ("test", "c", "2"),
        ("test", "d", "3"),
    ]
    first = start_training(settings, ScratchStore(), rows)
    first.add_model("instant", [[0.3, 0.3, 0.4], [0.9, 0.1, 0], [0, 0, 1]], ("1", "2", "3"))
    first.end()
    merged = [(split, text, "3" if label == "3" else "low") for split, text, label in rows]
    second = train_again(first, merged, {"1": "low", "2": "low"})
    second.add_model("instant", [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], ("3", "low"), kept=True)
    second.end()
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert (found.rows, found.only_new, found.only_old) == (3, 0, 2)


def test_classes_the_old_one_never_learned_are_named(first: Training, old: Old) -> None:
    rows: list[Row] = [*NEW, ("train", "hm", "odd"), ("test", "hmm", "odd")]
    second = train_again(first, rows)
    scores = [[*BAD, 0.0], [*GOOD, 0.0], [*BAD, 0.0], [*GOOD, 0.0], [0.0, 0.0, 1.0]]
    second.add_model("instant", scores, (*LABELS, "odd"), kept=True)
    second.end()
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert found.remarks[0].args == {"count": 1, "labels": "“odd”"}


def test_nothing_left_to_compare_is_said(first: Training, old: Old) -> None:
    rows: list[Row] = [
        ("test", *OLD[0][1:]),
        *OLD[1:2],
        ("none", *OLD[2][1:]),
        ("none", *OLD[3][1:]),
    ]
    second = again(first, rows, [GOOD])
    with pytest.raises(ModelError, match="compare_none_left"):
        service(first, old).compare(OWNER, second.job.id, first.job.id)


def test_folds_of_two_versions_have_no_row_in_common(settings: Settings, old: Old) -> None:
    rows: list[Row] = [("train", f"row {i}", LABELS[i % 2]) for i in range(6)]
    first = start_training(settings, ScratchStore(), rows)
    first.add_model("instant", [GOOD] * 6, LABELS, is_folded=True)
    first.end()
    second = train_again(first, rows)
    second.add_model("instant", [BAD, GOOD] * 3, LABELS, is_folded=True, kept=True)
    second.end()
    with pytest.raises(ModelError, match="compare_folded"):
        service(first, old).compare(OWNER, second.job.id, first.job.id)


def test_numbers_are_compared_by_how_far_they_are_off(settings: Settings, old: Old) -> None:
    rows: list[Row] = [("train", "a", "1"), ("test", "b", "2.5"), ("test", "c", "4")]
    first = start_training(settings, ScratchStore(), rows, TASKS["number"])
    first.add_model("instant", [[3.0], [3.0]], ())
    first.end()
    second = train_again(first, rows)
    second.add_model("instant", [[2.5], [3.5]], (), kept=True)
    second.end()
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert found.sentence.args["new"] == 0.25
    assert (found.only_new, found.gained[0].new, found.gained[0].old) == (2, "2.5", "3")


def test_transcripts_are_compared_by_their_words(settings: Settings, old: Old) -> None:
    rows: list[Row] = [("train", "a", "yes"), ("test", "b", "go on"), ("test", "c", "so so")]
    first = start_training(settings, ScratchStore(), rows, TASKS["transcript"])
    first.add_model("instant", [[0.5], [0.5]], (), heard=["no on", "so so"])
    first.end()
    second = train_again(first, rows)
    second.add_model("instant", [[0.9], [0.9]], (), heard=["go on", "so so"], kept=True)
    second.end()
    found = service(first, old).compare(OWNER, second.job.id, first.job.id)
    assert found.sentence.args == {"count": 1, "said": 4, "rows": 2}
    assert (found.only_new, old.asked) == (1, [])


def test_a_training_that_is_measured_otherwise_is_not_offered(settings: Settings, old: Old) -> None:
    first = start_training(settings, ScratchStore(), OLD, "image_generation", pixels=32)
    first.end()
    second = train_again(first, NEW, pixels=64)
    second.end()
    third = train_again(second, NEW, pixels=32)
    third.end()
    offered = service(first, old).earlier(OWNER, third.job.id)
    assert [job.id for job in offered] == [first.job.id]
