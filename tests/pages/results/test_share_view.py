"""What a picture of the results is drawn from: the sentence, and the first panel that can be drawn."""

import json
from collections.abc import Mapping

from bigmodel.core.message import Message
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from pages.shared.results.share_view import drawing


def say(key: str, /, **args: str | int) -> str:
    return f"{key.rpartition('.')[2]} {args}" if args else key.rpartition(".")[2]


def drawn(*panels: Panel, measures: Mapping[str, Measure] | None = None) -> dict[str, object]:
    results = Results("", 1, (), measures or {}, Message("x"), panels=panels)
    found: dict[str, object] = json.loads(drawing(results, "reviews", "Of 100 …", say))
    return found


def test_first_panel_that_can_be_drawn_is_in_the_picture() -> None:
    matrix = Panel("confusion", {"labels": ["a", "b"], "rows": [[1, 0], [1, 2]]})
    shown = drawn(Panel("classes", {"rows": []}), matrix, Panel("pairs", {"pairs": [(1, 2)]}))
    assert (shown["matrix"], shown["note"]) == ([[1, 0], [1, 2]], "")
    assert "pairs" not in shown
    assert shown["alt"] == "alt {'title': 'reviews', 'sentence': 'Of 100 …'}"


def test_panels_that_cannot_be_drawn_leave_the_sentence_and_the_measures() -> None:
    shown = drawn(Panel("classes", {"rows": []}), measures={"accuracy": Measure(0.912)})
    assert (shown["sentence"], shown["rows"]) == ("Of 100 …", [["accuracy", "91.2 %"]])
