"""Target kinds are found by looking; layout, person or values choose one, also for what was written before kinds."""

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Form, Recipe, Summary
from bigmodel.core.errors import NotFoundError
from bigmodel.data.targets import asked_kind, target_kind, target_kinds
from bigmodel.data.targets.survey import Survey
from bigmodel.tasks import find_tasks


def survey_of(*targets: str, **asked: object) -> Survey:
    labels = list(dict.fromkeys(targets))
    codes = np.array([labels.index(target) for target in targets], np.int32)
    groups = np.arange(len(targets)).astype(np.uint64)
    no_test = np.zeros(len(targets), np.bool_)
    return Survey(labels, codes, groups, np.ones(len(targets), np.int32), no_test, **asked)  # type: ignore[arg-type]


def test_every_task_names_a_kind_that_is_there() -> None:
    assert {task.target for task in find_tasks().values()} <= set(target_kinds())
    with pytest.raises(NotFoundError, match="target_unknown"):
        target_kind("dreams")


@pytest.mark.parametrize(
    ("targets", "kind"),
    [
        (["good", "bad"] * 20, "label"),
        (["1", "2", "3"] * 20, "label"),
        ([f"{n}" for n in range(40)], "number"),
        (["1.5", "2.5", "3"] * 20, "number"),
        ([f"{n:03}" for n in range(15)] * 4, "label"),
        ([f"a sentence {n}" for n in range(40)], "text"),
    ],
)
def test_values_tell_their_kind(targets: list[str], kind: str) -> None:
    assert survey_of(*targets).kind.name == kind


def test_person_comes_before_layout_and_layout_before_values() -> None:
    assert asked_kind(Recipe("a", "b")) is None
    assert asked_kind(Recipe("a", "b", form=Form.TRANSCRIPTS)) is target_kind("text")
    assert asked_kind(Recipe("a", "b", form=Form.FOLDERS, kind="number")) is target_kind("number")
    years = survey_of(*[f"{n}" for n in range(1990, 2020)] * 3, asked=target_kind("label"))
    assert years.kind.name == "label"
    assert not np.isfinite(years.numbers).any()
    stars = survey_of(*["1", "2", "3"] * 30, asked=target_kind("number"))
    assert len(set(stars.kind.strata(stars).tolist())) == 3


def test_records_from_before_kinds_are_read() -> None:
    assert Recipe.from_json({"input": "a", "target": "b", "is_amount": True}).kind == "number"
    record = Summary(9, 9, ("a",), {"1.5": 9}, {}, number_share=1.0).to_json()
    record.pop("target")
    assert Summary.from_json(record).target == "number"
    assert Summary.from_json(record | {"number_share": 0.0}).target == "label"
    assert Summary.from_json(record | {"form": Form.TRANSCRIPTS}).target == "text"
    assert Summary.from_json(record | {"form": Form.FOLDERS}).target == "label"


def test_bars_follow_the_decimal_mark_that_somebody_chose() -> None:
    labels = {f"{n},000": 1 for n in range(1, 10)}
    summary = Summary(9, 9, ("a", "b"), labels, {}, number_range=(1.0, 9.0), target="number")
    chart = target_kind("number").chart(summary, Recipe("a", "b", kind="number", decimal=","))
    assert max(rows for _, rows in chart.bars) == 1
