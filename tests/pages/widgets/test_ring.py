"""The ring of a score: what its arc and its words say, for shares of right answers and for shares of errors."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.metric import metric
from bigmodel.core.results.results import Measure
from bigmodel.words import load_words
from pages.shared.widgets import ring

WORDS = load_words()


def say(key: str, /, **args: Any) -> str:
    return WORDS.text("en", key, **args)


def drawn_share(drawn: str, kind: str) -> float:
    """Return how much of the circle an arc fills."""
    arc = re.search(rf'class="{kind}"[^>]*stroke-dasharray="([0-9.]+) ([0-9.]+)"', drawn)
    assert arc is not None
    return float(arc[1]) / float(arc[2])


def test_ring_fills_with_the_share_and_names_its_interval() -> None:
    drawn = ring.ring(Measure(0.75, 0.5, 0.9), metric("accuracy"), say)
    assert drawn_share(drawn, "is-value") == pytest.approx(0.75, abs=0.001)
    assert drawn_share(drawn, "is-interval") == pytest.approx(0.4, abs=0.001)
    assert "75.0 %" in drawn
    assert "50.0 – 90.0 %" in drawn


@pytest.mark.parametrize(("errors", "filled"), [(0.2, 0.8), (1.6, 0.0)])
def test_ring_of_errors_fills_with_what_is_free_of_them(errors: float, filled: float) -> None:
    drawn = ring.ring(Measure(errors), metric("wer"), say)
    assert drawn_share(drawn, "is-value") == pytest.approx(filled, abs=0.001)
    assert f"{100 * errors:.1f} %" in drawn


def test_instant_model_is_a_tick_with_its_number() -> None:
    results: Any = SimpleNamespace(
        measures={"accuracy": Measure(0.9)}, beside={"instant": {"accuracy": Measure(0.6)}}, metric=metric
    )  # fmt: skip
    drawn = ring.of_results(results, say)
    assert "is-tick" in drawn
    assert "60.0\N{NO-BREAK SPACE}%" in drawn


def test_model_of_numbers_has_no_ring() -> None:
    assert ring.of_numbers({"mse": 4.0, "mae": 1.5}, say) == ""
    assert ring.of_numbers({"mse": 4.0, "exact": 1.0}, say) == ""  # not the leading one
    assert ring.of_numbers({}, say) == ""
    assert "40.0 %" in ring.of_numbers({"accuracy": 0.4, "log_loss": 1.0}, say)
