"""Figures show what the results say, safely, for two classes and for twenty."""

import json

from bigmodel.core.results.results import Results
from bigmodel.metrics import classification, regression
from pages.shared.widgets import figures

WORDS = {
    "cell": "{truth}/{answer}: {count} ({share})",
    "area_roc": "AUC {area}",
    "line_micro": "all",
}


def word(key: str) -> str:
    return WORDS.get(key, key)


def judged(labels: tuple[str, ...], rows: int = 40) -> Results:
    truth = [labels[i % len(labels)] for i in range(rows)]
    answers = [*truth[:-3], labels[0], labels[0], labels[0]]
    scores = [[0.8 if label == answer else 0.1 for label in labels] for answer in answers]
    return classification.evaluate(truth, scores, labels)


def test_matrix_has_a_cell_for_every_pair() -> None:
    results = judged(("bad", "good"))
    shown = json.loads(figures.confusion_figure("1", results, word, as_shares=False))
    assert len(shown["data"][0]["z"]) == 2
    texts = [note["text"] for note in shown["layout"]["annotations"]]
    assert texts == [f"{count}" for row in results.confusion for count in row]
    assert shown["data"][0]["hovertext"][0][0] == "bad/bad: 20 (100 %)"


def test_matrix_shows_shares_when_asked() -> None:
    shown = figures.confusion_figure("1", judged(("bad", "good")), word, as_shares=True)
    assert json.loads(shown)["layout"]["annotations"][3]["text"] == "90 %"


def test_class_names_are_shown_literally() -> None:
    shown = figures.confusion_figure("1", judged(("<b>x</b>", "good")), word, as_shares=False)
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_long_names_are_cut_and_stay_apart() -> None:
    labels = ("a very long name of a class, first", "a very long name of a class, second")
    shown = json.loads(figures.confusion_figure("1", judged(labels), word, as_shares=False))
    axis = shown["layout"]["xaxis"]
    assert axis["tickvals"] == [0, 1]
    assert [len(name) for name in axis["ticktext"]] == [14, 14]


def test_twenty_classes_leave_out_numbers_and_legend() -> None:
    results = judged(tuple(f"topic {i:02}" for i in range(20)), rows=200)
    matrix = json.loads(figures.confusion_figure("1", results, word, as_shares=False))
    assert matrix["layout"]["annotations"] == []
    roc = json.loads(figures.roc_figure("1", results, word))
    assert not roc["layout"]["showlegend"]


def test_roc_names_areas_and_the_line_of_all() -> None:
    roc = json.loads(figures.roc_figure("1", judged(("bad", "good")), word))
    names = [trace["name"] for trace in roc["data"]]
    assert [name.split(" · ")[0] for name in names] == ["bad", "good", "all", "line_chance"]
    assert all("AUC 0." in name for name in names[:3])


def test_pairs_stand_beside_the_diagonal() -> None:
    results = regression.evaluate(["1", "3"], [1.5, 2.0])
    guide, dots = json.loads(figures.pairs_figure("1", results, word))["data"]
    assert (guide["x"], dots["x"], dots["y"]) == ([1.0, 3.0], [1.0, 3.0], [1.5, 2.0])


def test_tiny_shares_do_not_look_like_none() -> None:
    assert [figures._percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0 %",
        "0.1 %",
        "50 %",
        "99.9 %",
        "100 %",
    ]
