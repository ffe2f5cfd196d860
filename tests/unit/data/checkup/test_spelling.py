"""What looks mistyped is told by what is common beside it; names, other forms and Chinese words are left alone."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bigmodel.core.datasets.checkup import Repair
from bigmodel.data.checkup.kinds import noise
from bigmodel.data.checkup.spelling import mistyped_labels, suggestions
from bigmodel.data.cleaning import clean_text
from bigmodel.data.versions.split import TEST, TRAIN
from bigmodel.settings import Settings
from tests.unit.data.checkup.test_kinds import clean_rows, report_of


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"positive": 60, "postive": 2, "negative": 50}, {"postive": "positive"}),
        ({"Positive": 60, "negatvie": 1, "Negative": 50}, {"negatvie": "Negative"}),
        ({"complaint": 90, "complimant": 3, "compliment": 80}, {"complimant": "compliment"}),
        ({"позитив": 60, "пазитив": 2, "негатив": 50}, {"пазитив": "позитив"}),
        ({"typical": 60, "atypical": 2}, {}),
        ({"cat": 60, "car": 2}, {}),
        ({"affect": 60, "effect": 40}, {}),
        ({"class1": 60, "class2": 2}, {}),
        ({"很满意": 60, "不满意": 2, "满意": 3}, {}),
        ({"rain": 60, "ruin": 30}, {}),
    ],
)
def test_rare_class_is_a_common_one_mistyped(
    labels: dict[str, int], expected: dict[str, str]
) -> None:
    assert mistyped_labels(labels) == expected


def test_rare_word_is_a_common_one_mistyped() -> None:
    texts = ["the waiter was friendly and the kitchen received us"] * 50
    texts += ["the freindly waiter recieved us", "freindly, we met Waitor there"]
    texts += ["waiters are friends in kitchens", "he receives the kitchen"]
    found = suggestions([*texts, "we know Waitor", "ask Waitor today"])
    assert found == {"freindly": "friendly", "recieved": "received"}


def test_mistyped_class_can_be_joined(settings: Settings) -> None:
    rows = [
        [f"we found the {text} and it was not what we have", label] for text, label in clean_rows()
    ]
    rows[10][1] = "goood"
    report = report_of(settings, rows)
    label = report.find("labels_mistyped")
    assert label is not None
    assert (label.repair, dict(label.relabel)) == (Repair.RELABEL, {"goood": "good"})


@pytest.mark.parametrize("part", [TRAIN, TEST])
def test_words_are_told_by_training_rows_alone(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["we found the soup and it was not what we have"] * 60
    texts.append("we fuond it")
    parts = np.array([TRAIN] * 60 + [part], np.int8)
    rows: Any = SimpleNamespace(inputs=texts, parts=parts, tell=lambda _: None)
    monkeypatch.setattr(noise, "HARMS", {})
    found = list(noise.KIND.find(rows))
    if part == TEST:
        assert found == []
    else:
        [finding] = found
        assert (finding.count, finding.steps) == (1, ("spell:fuond=found",))
        assert clean_text("Fuond it", finding.steps) == "Found it"
