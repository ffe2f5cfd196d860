"""What a chart says itself is said in the reader's language, and what would send it away is taken out by its real name."""

import json
from pathlib import Path

import plotly

from bigmodel.words import load_words
from pages.shared.widgets.chart import PLOTLY, drawing

LIBRARY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def test_texts_and_buttons_are_those_of_the_library() -> None:
    library = LIBRARY.read_text("utf-8")
    assert [text for text in PLOTLY.values() if f'"{text}"' not in library] == []
    for name in ("select2d", "lasso2d", "autoScale2d", "sendChartToCloud"):
        assert f'name:"{name}"' in library
        assert f"'{name}'" in drawing(load_words())


def test_chart_speaks_both_languages() -> None:
    said = json.loads(drawing(load_words()).partition("const bmWords = ")[2].partition(";\n")[0])
    assert said["zh"]["table"] == "显示为表格"
    assert said["zh"]["bar"]["Zoom in"] == "放大"
    assert said["en"].keys() == said["zh"].keys()
