"""Boxes are counted as COCO counts them, and at the shown threshold in words; nothing is right twice."""

from functools import partial

import numpy as np
import pytest

from bigmodel.answers.boxes import ANSWER, Found
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.boxes import Box, Boxed, overlap
from bigmodel.metrics.pictures import detection, ranking
from bigmodel.metrics.pictures.detection import Detected
from bigmodel.services.panels import kind_of
from bigmodel.words import load_words

SAY = partial(load_words().text, "en")
CAT, DOG = Box(0, 0, 10, 10, "cat"), Box(50, 50, 80, 80, "dog")
FAR = Box(200, 200, 210, 210, "cat")


def moved(box: Box, by: float, kind: str = "") -> Box:
    return Box(box.left + by, box.top, box.right + by, box.bottom, kind or box.kind)


def seen(*pairs: tuple[Box, float], threshold: float = 0.5) -> Detected:
    return Detected([box for box, _ in pairs], [sure for _, sure in pairs], threshold)


def found(*pairs: tuple[Box, float]) -> Found:
    boxes, sureness = zip(*pairs, strict=True) if pairs else ((), ())
    return Found((100, 100), boxes, sureness, 0.5, ("cat", "dog"))


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(CAT, CAT) == 1
    assert overlap(CAT, moved(CAT, 5)) == pytest.approx(50 / 150)
    assert overlap(CAT, FAR) == 0
    assert overlap(Box(1, 1, 1, 1, "cat"), Box(1, 1, 1, 1, "cat")) == 0


def test_average_precision_of_known_answers() -> None:
    truth = [[CAT], [CAT], [DOG]]
    perfect = [seen((CAT, 0.9)), seen((CAT, 0.8)), seen((DOG, 0.3))]
    means, kinds = detection.average_precision(truth, perfect, ())
    assert means == pytest.approx({"map": 1, "map_50": 1, "map_75": 1})
    assert kinds == pytest.approx({"cat": 1, "dog": 1})
    # One of two cats, after a false box that is surer: 51 of 101 recall points at precision 1/2.
    half = [seen((CAT, 0.5), (FAR, 0.9)), seen(), seen((DOG, 0.3))]
    means, kinds = detection.average_precision(truth, half, ())
    assert kinds == pytest.approx({"cat": 51 / 101 / 2, "dog": 1})
    assert means["map"] == pytest.approx((51 / 101 / 2 + 1) / 2)
    # Overlap 9/11 = 0.818: right up to 0.80, which is seven of ten thresholds.
    loose = [seen((moved(CAT, 1), 0.9)), seen((moved(CAT, 1), 0.9)), seen((DOG, 0.9))]
    means, kinds = detection.average_precision(truth, loose, ())
    assert kinds["cat"] == pytest.approx(0.7)
    assert means["map_75"] == pytest.approx(1)


def test_nothing_found_and_nothing_there() -> None:
    assert detection.average_precision([[CAT]], [seen()], ("cat", "dog"))[0]["map"] == 0
    assert detection.average_precision([[]], [seen((CAT, 0.9))], ("cat",))[1] == {}
    assert detection.best_threshold([[]], [seen((CAT, 0.9))]) == 0.5
    assert detection.best_threshold([[CAT]], [seen((FAR, 0.4), (DOG, 0.06))]) == 0.5


def test_a_true_box_is_found_once() -> None:
    counted = detection.count([[CAT]], [seen((CAT, 0.9), (moved(CAT, 1), 0.8))])
    assert (counted.true.sum(), counted.named.sum(), counted.found.sum()) == (1, 2, 1)
    assert counted.errors.tolist() == [1]


def test_what_is_below_the_threshold_is_not_shown() -> None:
    counted = detection.count([[CAT]], [seen((CAT, 0.4))])
    assert counted.named.sum() == 0


@pytest.mark.parametrize(
    ("box", "fault"),
    [
        (CAT, "found"),
        (moved(CAT, 5), "loose"),
        (moved(CAT, 1, "dog"), "wrong_kind"),
        (FAR, "invented"),
    ],
)
def test_faults_are_told_apart(box: Box, fault: str) -> None:
    counts = detection.faults([CAT], seen((box, 0.9)))
    expected = dict.fromkeys(detection.FAULTS, 0) | {fault: 1}
    assert counts == expected | ({"missed": 1} if fault == "invented" else {})


def test_threshold_of_the_highest_f1() -> None:
    answers = [seen((CAT, 0.9), (FAR, 0.3)), seen((CAT, 0.6), (FAR, 0.2))]
    assert 0.3 < detection.best_threshold([[CAT], [CAT]], answers) < 0.6


def test_what_is_found_from_each_certainty_on() -> None:
    truth = [[CAT], [CAT, DOG]]
    answers = [seen((CAT, 0.9), (FAR, 0.3)), seen((moved(CAT, 1), 0.6))]
    rows = ranking.by_certainty(truth, answers, 0.5, ("cat", "dog"))
    by_least = {row["threshold"]: (row["found"], row["false"]) for row in rows}
    assert {row["true"] for row in rows} == {3}
    assert (by_least[0.05], by_least[0.5], by_least[0.9], by_least[0.95]) == (
        (2, 1), (2, 0), (1, 0), (0, 0),
    )  # fmt: skip


def test_curve_of_a_kind_ends_at_what_is_found() -> None:
    truth = [[CAT], [CAT]]
    answers = [seen((FAR, 0.9), (CAT, 0.5)), seen()]
    [line] = ranking.lines(truth, answers, {"cat": 0.5})
    assert (line["x"], line["y"]) == ([0, 0.5], [0, 0.5])
    assert line["area"] == pytest.approx(51 / 101 / 2)


def some(seed: int) -> tuple[list[list[Box]], list[Detected]]:
    """Return pictures with boxes, and boxes near some of them and near none."""
    dice = np.random.default_rng(seed)
    truth, answers = [], []
    for _ in range(12):
        corners = dice.uniform(0, 300, (int(dice.integers(0, 4)), 2)).tolist()
        true = [Box(a, b, a + 40, b + 30, "cat" if a > 150 else "dog") for a, b in corners]
        near = [
            moved(box, float(dice.normal(0, 4))) for box in (*true, *true) if dice.random() < 0.8
        ]
        pairs = [(box, float(dice.random())) for box in (*near, moved(FAR, 9))]
        truth.append(true)
        answers.append(seen(*pairs))
    return truth, answers


@pytest.mark.parametrize("seed", range(4))
def test_mean_average_precision_lies_within_its_interval(seed: int) -> None:
    truth, answers = some(seed)
    means, kinds = detection.average_precision(truth, answers, ("cat", "dog"))
    once = np.ones(len(truth), np.int64)
    for kind, value in kinds.items():  # the own count is the one of COCO
        assert ranking._precision(ranking.ranked(truth, answers, kind), once).mean() == (
            pytest.approx(value)
        )
    made = ranking.resampled(truth, answers, ("cat", "dog"), means)
    assert all(made[name].low < value < made[name].high for name, value in means.items())
    assert made == ranking.resampled(truth, answers, ("cat", "dog"), means)


def cell(*boxes: Box) -> str:
    return Boxed((100, 100), boxes).to_cell()


def test_evaluation_says_it_in_words() -> None:
    truth = [cell(CAT), cell(CAT), cell()]
    answers = [found((CAT, 0.9)), found((FAR, 0.9)), found()]
    guess = [found((CAT, 0.9))] * 3
    results = ANSWER.evaluate(Tried(truth, answers, ("cat",), beside={"instant": guess}))
    args = results.sentence.args
    assert (results.sentence.key, args["objects"], args["found"], args["false"]) == (
        "results.sentence.boxes_of", 2, 1, 1,
    )  # fmt: skip
    assert "results.remarks.boxes_no_better" in {remark.key for remark in results.remarks}
    assert set(results.measures) == set(ANSWER.headline(truth, answers, ("cat",)))
    assert ANSWER.mistakes(truth, answers) == [1]
    assert ANSWER.hits(truth, answers) == [0, 2]
    assert ANSWER.mistakes(truth, answers, said="missed") == [1]
    assert ANSWER.mistakes(truth, answers, said="loose") == []
    assert {panel.kind for panel in results.panels} == {"classes", "faults", "lines"}


def test_slider_says_what_is_found_beside_the_guess() -> None:
    truth, guess = [cell(CAT), cell(CAT)], [found((CAT, 0.9)), found((FAR, 0.9))]
    answers = [found((CAT, 0.9)), found((CAT, 0.3))]
    panel = ANSWER.evaluate(Tried(truth, answers, ("cat",), beside={"instant": guess})).panels[0]
    steps = kind_of(panel).steps(panel, SAY)
    assert steps is not None
    assert "of 2 objects it found 1, and drew 0 boxes" in steps.texts[steps.start]
    assert "of 2 objects it found 2" in steps.texts[0]
    assert "of 2 found 1, and 1 are around none" in steps.about


def test_comparison_is_paired() -> None:
    truth = [cell(CAT), cell(DOG)]
    new, old = [found((CAT, 0.9)), found((DOG, 0.9))], [found((CAT, 0.9)), found()]
    paired = ANSWER.compare(truth, new, old)
    assert paired.is_gained.tolist() == [False, True]
    assert paired.measures[0].difference.value == pytest.approx(0.5)
    assert paired.sentence.key.startswith("compare.sentence.boxes_better")


def test_answers_are_stored_and_written() -> None:
    answer = Found((100, 80), (CAT, FAR), (0.9, 0.2), 0.5, ("cat", "dog"), "picture")
    record = ANSWER.encode(answer)
    stored = {name: record[name] for name, _ in ANSWER.fields}
    assert ANSWER.decode(stored, ("cat", "dog")) == Found(
        (100, 80), (CAT, FAR), (0.9, 0.2), 0.5, ("cat", "dog")
    )
    assert ANSWER.record(answer)["boxes"] == [
        {"kind": "cat", "box": [0, 0, 10, 10], "certainty": 0.9}
    ]
    assert ANSWER.columns_of(answer.kinds) == ("cat", "dog", "boxes")
    assert ANSWER.cells(answer)[:2] == (1, 0)
    assert answer.text == "1 cat"
