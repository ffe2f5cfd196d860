"""Panels show what an evaluation says, safely, as figures, tables and drawings; one of an unknown kind is still shown."""

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from bigmodel.core.results.panel import Figure, Panel, Table
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import classification, regression, transcription
from bigmodel.services import panels
from bigmodel.services.panels.confusion import MOST_IN_PICTURE, percent
from bigmodel.services.panels.plot import ticks
from bigmodel.services.results.model_card import is_svg

WORDS = {
    "cell": "{truth}/{answer}: {count} ({share})",
    "area_roc": "AUC {area}",
    "line_micro": "all",
    "more": "{shown} of {count}",
}


def say(key: str, /, **args: object) -> str:
    name = key.rpartition(".")[2]
    return WORDS.get(name, name).format(**args)


def of(results: Results, name: str) -> Panel:
    return next(panel for panel in results.panels if panel.name == name)


def figure(results: Results, name: str) -> Figure:
    found = panels.kind_of(of(results, name)).figure(of(results, name), say)
    assert found is not None
    return found


def picture(results: Results) -> Any:
    return panels.kind_of(results.panels[0]).picture(results.panels[0], say)


def judged(labels: tuple[str, ...], rows: int = 40) -> Results:
    truth = [labels[i % len(labels)] for i in range(rows)]
    answers = [*truth[:-3], labels[0], labels[0], labels[0]]
    scores = [[0.8 if label == answer else 0.1 for label in labels] for answer in answers]
    return classification.evaluate(truth, scores, labels)


def test_matrix_has_a_cell_for_every_pair_as_counts_or_as_shares() -> None:
    results = judged(("bad", "good"))
    shown = figure(results, "matrix")
    assert len(shown.data[0]["z"]) == 2
    assert [word for word, _ in shown.choices] == ["counts", "shares"]
    counts, shares = (
        [note["text"] for note in layout["annotations"]] for _, layout in shown.choices
    )
    assert counts == [f"{n}" for row in of(results, "matrix").data["rows"] for n in row]
    assert shares[3] == "90 %"
    assert shown.data[0]["hovertext"][0][0] == "bad/bad: 20 (100 %)"


def test_cell_of_the_matrix_stands_for_a_truth_and_an_answer() -> None:
    panel = of(judged(("bad", "good")), "matrix")
    assert panels.kind_of(panel).pick(panel, 0, 1) == ("good", "bad")


def test_class_names_are_shown_literally() -> None:
    results = judged(("<b>x</b>", "good"))
    drawn = [panels.html(panel, say) for panel in results.panels]
    figures = [figure(results, name) for name in ("matrix", "roc", "precision-recall")]
    assert "<b>x" not in "".join([*drawn, *map(str, figures)])
    assert all("&lt;b&gt;x" in text for text in drawn)


def test_long_names_are_cut_and_stay_apart() -> None:
    labels = ("a very long name of a class, first", "a very long name of a class, second")
    axis = figure(judged(labels), "matrix").layout["xaxis"]
    assert axis["tickvals"] == [0, 1]
    assert [len(name) for name in axis["ticktext"]] == [14, 14]


def test_twenty_classes_leave_out_numbers_and_legend() -> None:
    results = judged(tuple(f"topic {i:02}" for i in range(20)), rows=200)
    assert {len(layout["annotations"]) for _, layout in figure(results, "matrix").choices} == {0}
    assert not figure(results, "roc").layout["showlegend"]


def test_roc_names_areas_and_the_line_of_all() -> None:
    results = judged(("bad", "good"))
    names = [trace["name"] for trace in figure(results, "roc").data]
    assert [name.split(" · ")[0] for name in names] == ["bad", "good", "all", "line_chance"]
    assert all("AUC 0." in name for name in names[:3])
    drawn = panels.html(of(results, "roc"), say)
    assert is_svg(drawn)
    strokes = re.findall(r'stroke-dasharray="([^"]*)"', drawn.partition("stroke-width")[2])
    assert (len(strokes), len(set(strokes)), drawn.count("AUC 0.")) == (6, 3, 3)  # line and sample


def test_pairs_stand_beside_the_diagonal() -> None:
    results = regression.evaluate(["1", "3"], [1.5, 2.0])
    guide, dots = figure(results, "pairs").data
    assert (guide["x"], dots["x"], dots["y"]) == ([1.0, 3.0], [1.0, 3.0], [1.5, 2.0])
    assert panels.html(results.panels[0], say).count("<circle") == 2


def test_figure_of_equal_values_still_has_marks() -> None:
    assert "<circle" in panels.html(Panel("pairs", {"pairs": [(3.0, 3.0)]}), say)
    assert ticks(0.0, 10.0) == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_error_table_counts_what_went_wrong() -> None:
    results = transcription.evaluate(["a b c d", "a b c d"], ["a b c d", "a x c"])
    html = panels.html(results.panels[0], say)
    for part in ("wer", "25.0 %", ">8<", "column_insertions"):
        assert part in html
    bar = picture(results)["bars"][0]
    assert (bar[0], bar[1]) == ("wer", 0.25)


def test_tiny_shares_do_not_look_like_none() -> None:
    shares = [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)]
    assert shares == ["0 %", "0.1 %", "50 %", "99.9 %", "100 %"]


def test_large_matrix_keeps_the_largest_classes_in_order_in_a_picture() -> None:
    labels = [f"label {n}" for n in range(30)]
    rows = [[10 + i if i == j else 0 for j in range(30)] for i in range(30)]
    panel = Panel("confusion", {"labels": labels, "rows": rows})
    drawn = panels.kind_of(panel).picture(panel, say)
    assert drawn["labels"] == labels[30 - MOST_IN_PICTURE :]
    assert drawn["note"] == "10 of 30"
    assert picture(judged(("bad", "good")))["note"] == ""


def test_many_numbers_are_thinned_out_in_a_picture() -> None:
    pairs = [(float(n), float(n)) for n in range(2000)]
    panel = Panel("pairs", {"pairs": pairs})
    assert len(panels.kind_of(panel).picture(panel, say)["pairs"]) == 400


def test_panel_of_an_unknown_kind_is_shown_as_its_cells() -> None:
    for kind in ("nobody_knows", "gone.cloud", "../x"):
        html = panels.html(Panel(kind, {"best": "<i>", "turns": [1, 2]}), say)
        assert "&lt;i&gt;" in html
        assert "[1, 2]" in html


def test_measures_without_an_interval_have_none() -> None:
    table = panels.measure_table(judged(("bad", "good")), say)
    by_name = {row[0]: row for row in table.rows}
    assert by_name["roc_auc"][2] == "–"
    assert re.fullmatch(r"[\d.]+ – [\d.]+ %", by_name["accuracy"][2])
    assert table.heads[3:] == ["beside_majority"]


def test_difference_to_the_instant_model_has_its_sign_and_its_interval() -> None:
    ahead = {"accuracy": Measure(0.012, -0.004, 0.028)}
    table = panels.measure_table(replace(judged(("bad", "good")), ahead=ahead), say)
    by_name = {row[0]: row[-1] for row in table.rows}
    assert table.heads[-1] == "column_ahead"
    assert (by_name["accuracy"], by_name["roc_auc"]) == ("+1.2 (−0.4 … +2.8)", "–")


def test_table_reads_the_same_in_html_and_markdown() -> None:
    table = Table(("a|b", "n"), [("<i>*x*", "1")])
    assert table.markdown() == "| a\\|b | n |\n| --- | ---: |\n| &lt;i&gt;\\*x\\* | 1 |"
    assert "<td>&lt;i&gt;*x*</td>" in table.html()


def boxed(*boxes: list[Any], **more: Any) -> Panel:
    layer = {"name": "", "boxes": list(boxes), "sureness": [0.9] * len(boxes), "fates": []}
    data = {"size": [100, 80], "layers": [layer], "kinds": ["<cat>"], "content": "QUJD"}
    return Panel("media", data | {"text": "1 <cat>"} | more)


def test_boxes_are_drawn_in_the_picture_itself() -> None:
    drawn = panels.draw(boxed([1, 2, 30, 40, "<cat>"]), say)
    assert isinstance(drawn, str)
    assert drawn.count("<rect") == 2  # the box on its light edge
    assert "&lt;cat&gt; 90.0 %" in drawn
    assert "<cat>" not in drawn
    assert re.findall(r'(?:href|src)="([^"]+)', drawn) == ["data:image/jpeg;base64,QUJD"]
    assert "boxes_nothing" not in drawn
    assert "boxes_nothing" in str(panels.draw(boxed(), say))


def test_boxes_of_a_row_lie_over_its_picture() -> None:
    box = [1, 2, 30, 40, "cat"]
    layers = [
        {"name": "truth", "boxes": [box], "sureness": [None], "fates": ["missed"]},
        {"name": "answer", "boxes": [box], "sureness": [0.9], "fates": ["false"]},
    ]
    panel = Panel("media", {"size": [100, 80], "layers": layers, "kinds": ["cat"]})
    over = panels.over(panel, say)
    assert over.startswith('<svg viewBox="0 0 100 80"')
    assert over.count("stroke-dasharray") == 1
    told = str(panels.draw(panel, say))
    assert ("box_missed" in told, "box_false" in told, "box_found" in told) == (True, True, False)
    assert panels.over(None, say) == ""
    assert panels.over(Panel("media", {"type": "image/png", "content": "", "text": ""}), say) == ""


def test_humps_show_their_threshold_and_what_each_would_do() -> None:
    data = {"own": [0.0, 1.0], "others": [1.0, 0.0], "low": 0.2, "high": 0.8, "at": 1}
    panel = Panel(
        "likeness", {**data, "steps": [[100, 0], [2.5, 1], [0, 100]]}, "pages.results.humps"
    )
    shown = panels.html(panel, lambda key, **args: f"{key} {args}" if args else key)
    assert is_svg(shown)
    drawn = ElementTree.fromstring(shown)  # noqa: S314 - our own drawing
    assert json.loads(drawn.attrib["data-steps"]) == [[100, 0], [2.5, 1], [0, 100]]
    assert drawn.attrib["data-at"] == "1"
    assert "'strangers': '{strangers}'" in drawn.attrib["data-said"]
    assert "'strangers': '2.5'" in drawn.attrib["aria-label"]
    line = next(part for part in drawn.iter() if part.attrib.get("data-part") == "line")
    assert line.attrib["transform"] == "translate(280.0 0)"


def test_likeness_of_few_is_a_matrix_and_of_many_the_likest_pairs() -> None:
    few = Panel("likeness", {"labels": ["Ann", "<b>"], "rows": [[0.9, 0.4], [None, None]]})
    drawn = panels.draw(few, say)
    assert isinstance(drawn, Table)
    assert drawn.rows == [("Ann", "90 %", "40 %"), ("<b>", "–", "–")]
    names = [f"person {n}" for n in range(21)]
    rows = [
        [0.9 if i == j else 0.5 + 0.01 * (i == 3 and j == 7) for j in range(21)] for i in range(21)
    ]
    drawn = panels.draw(Panel("likeness", {"labels": names, "rows": rows}), say)
    assert isinstance(drawn, Table)
    assert drawn.rows[0] == ("person 3", "person 7", "51 %")
    assert len(drawn.rows) == 20
