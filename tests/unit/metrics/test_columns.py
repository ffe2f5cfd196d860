"""Several columns are measured on the rows that say something in them, and sharing is judged by the interval of the difference."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, r2_score  # type: ignore[import-untyped]

from bigmodel.answers.columns import ANSWER, Several
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.columns import output_names, write_columns
from bigmodel.metrics.columns import sharing

OUTPUTS = output_names({"topic": ("bags", "shoes"), "price": ()})


def answer(topic: str, price: float, **more: tuple[float, ...]) -> Several:
    sure = (0.8, 0.2) if topic == "bags" else (0.2, 0.8)
    return Several(OUTPUTS, (*sure, price), **more)


def cell(topic: str | None, price: float | None) -> str:
    return write_columns({"topic": topic, "price": price})


def test_score_is_the_mean_of_macro_f1_and_r2_where_rows_say_something() -> None:
    truth = [cell("bags", 1), cell("shoes", None), cell(None, 3), cell("bags", 8), cell("bags", 4)]
    said = [answer("bags", 2), answer("shoes", 9), answer("bags", 3), answer("shoes", 7), answer("bags", 4)]  # fmt: skip
    f1 = f1_score(
        ["bags", "shoes", "bags", "bags"], ["bags", "shoes", "shoes", "bags"], average="macro"
    )
    explained = r2_score([1, 3, 8, 4], [2, 3, 7, 4])
    found = ANSWER.headline(truth, said, OUTPUTS)
    assert found["mean_score"] == pytest.approx((f1 + explained) / 2)
    assert found["all_right"] == pytest.approx(3 / 4)


def test_guessing_the_average_scores_nothing_in_a_column_of_numbers() -> None:
    truth = [cell("bags", n) for n in (1, 2, 3, 30)]
    found = ANSWER.headline(truth, [answer("bags", 9.0)] * 4, OUTPUTS)
    assert found["mean_score"] == pytest.approx(0.5)
    worse = ANSWER.headline(truth, [answer("bags", 900.0)] * 4, OUTPUTS)
    assert worse["mean_score"] == pytest.approx(0.5)


def test_results_hold_each_column_beside_the_guess() -> None:
    truth = [cell(("bags", "shoes")[n % 2], n) for n in range(40)]
    said = [answer(("bags", "shoes")[n % 2], n + 1) for n in range(40)]
    results = ANSWER.evaluate(Tried(truth, said, OUTPUTS, baseline_truth=truth))
    panel = results.panel("columns")
    assert panel is not None
    topic, price = panel.data["rows"]
    assert topic["measures"]["accuracy"] == 1
    assert topic["guess"]["accuracy"] == pytest.approx(0.5)
    assert price["measures"]["mae"] == pytest.approx(1)
    assert price["guess"]["mae"] == pytest.approx(10)
    assert results.beside["guess"]["mean_score"].value == pytest.approx((1 / 3 + 0) / 2)
    assert {panel.of for panel in results.panels} == {"", "topic", "price"}
    names = [panel.name for panel in results.panels]
    assert len(set(names)) == len(names)
    assert [remark.key for remark in results.remarks] == ["results.remarks.sharing_unknown"]


@pytest.mark.parametrize(
    ("wrong_apart", "wrong", "cost", "key"),
    [
        (0, 40, (10.0, 20.0, 5.0, 9.0), "sharing_worse"),
        (40, 0, (10.0, 20.0, 5.0, 9.0), "sharing_better"),
        (3, 4, (10.0, 20.0, 5.0, 9.0), "sharing_same"),
        (3, 4, (10.0, 20.0, 10.0, 9.0), "sharing_idle"),
    ],
)
def test_sharing_is_judged_by_the_interval_of_the_difference(
    wrong_apart: int, wrong: int, cost: tuple[float, ...], key: str
) -> None:
    rows, dice = 120, np.random.default_rng(0)
    topics = [("bags", "shoes")[n % 2] for n in range(rows)]
    turned = {"bags": "shoes", "shoes": "bags"}
    prices = dice.normal(size=rows).tolist()

    def said(count: int) -> list[Several]:
        named = [turned[t] if n < count else t for n, t in enumerate(topics)]
        return [answer(topic, price) for topic, price in zip(named, prices, strict=True)]

    both = [
        Several(OUTPUTS, one.scores, other.scores, cost)
        for one, other in zip(said(wrong), said(wrong_apart), strict=True)
    ]
    truth = [cell(topic, price) for topic, price in zip(topics, prices, strict=True)]
    results = ANSWER.evaluate(Tried(truth, both, OUTPUTS, baseline_truth=truth))
    told = results.remarks[0]
    assert told.key == f"results.remarks.{key}"
    assert told.args["parameters"] == 50
    panel = results.panel("columns")
    assert panel is not None
    topic = panel.data["rows"][0]
    value, low, high = topic["differences"]["accuracy"]
    assert value == pytest.approx((wrong_apart - wrong) / rows)
    assert low <= value <= high
    assert results.beside["apart"]["all_right"].value == pytest.approx(1 - wrong_apart / rows)


def test_stored_answers_and_tables_name_every_column() -> None:
    one = answer("bags", 2.5, apart=(0.5, 0.5, 2.0), cost=(1.0, 2.0, 3.0, 4.0))
    assert ANSWER.decode(ANSWER.encode(one), OUTPUTS) == one
    assert one.text == "topic: bags · price: 2.5"
    assert one.certainty == pytest.approx(0.8)
    assert ANSWER.cells(one) == ("bags", 0.8, 2.5)
    assert [kind for _, kind in ANSWER.added(OUTPUTS)] == ["text", "share", "number"]
    record = ANSWER.record(one)["answers"]
    assert record["topic"]["label"] == "bags"
    assert record["price"] == {"value": 2.5}
    merged = ANSWER.merge([one, answer("shoes", 3.5)])
    assert merged.scores == pytest.approx((0.5, 0.5, 3.0))
    assert merged.apart == ()


def test_wrong_rows_are_found_by_a_truth_and_an_answer_of_one_column() -> None:
    truth = [cell("bags", 1), cell("shoes", 2), cell("bags", 3)]
    said = [answer("bags", 1), answer("bags", 2), answer("shoes", 9)]
    assert ANSWER.mistakes(truth, said) == [2, 1]
    assert ANSWER.mistakes(truth, said, of="shoes", said="bags") == [1]
    assert ANSWER.mistakes(truth, said, of="bags", said="bags") == [0]
    assert ANSWER.hits(truth, said)[0] == 0


def test_compared_models_keep_the_same_rows() -> None:
    truth = [cell(("bags", "shoes")[n % 2], n) for n in range(60)]
    right = [answer(("bags", "shoes")[n % 2], n) for n in range(60)]
    wrong = [answer("bags", n) for n in range(60)]
    found = ANSWER.compare(truth, right, wrong)
    assert found.sentence.key == "compare.sentence.columns_better_sure"
    assert found.measures[0].difference.value == pytest.approx((1 - 1 / 3) / 2)
    assert int(found.is_gained.sum()) == 30
    assert not found.is_lost.any()
    same = ANSWER.compare(truth, right, right)
    assert same.sentence.key == "compare.sentence.columns_same"


def test_cost_in_per_cent_of_separate_models() -> None:
    cost = sharing.Cost(30.0, 60.0, 6.0, 10.0)
    assert (cost.percent("parameters"), cost.percent("seconds"), cost.saves) == (50, 60, True)


def test_rows_wholly_right_are_not_counted_where_no_row_is_known_in_every_column() -> None:
    outputs = output_names({"topic": ("bags", "shoes"), "size": ("large", "small")})
    said = [Several(outputs, (0.8, 0.2, 0.8, 0.2))] * 2
    truth = [
        write_columns({"topic": "bags", "size": None}),
        write_columns({"topic": None, "size": "large"}),
    ]
    assert set(ANSWER.headline(truth, said, outputs)) == {"mean_score"}
    assert "all_right" not in ANSWER.evaluate(Tried(truth, said, outputs)).measures
    assert [one.measure for one in ANSWER.compare(truth, said, said).measures] == ["mean_score"]
