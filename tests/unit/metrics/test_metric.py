"""The catalogue of measures: every one has words in both languages, and knows which way is better."""

import pytest

from bigmodel.core.language import LANGUAGES
from bigmodel.core.metric import METRICS, Metric, metric
from bigmodel.words import load_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_has_words(language: str) -> None:
    words = load_words().texts[language]  # type: ignore[index]
    assert [name for name in METRICS if f"pages.results.measures.{name}" not in words] == []


def test_direction_and_unit_are_known() -> None:
    assert metric("wer").is_better(0.1, 0.2)
    assert metric("accuracy").is_better(0.2, 0.1)
    assert not metric("mae").is_better(1.0, 1.0)
    assert (metric("accuracy").text(0.5), metric("mae").text(1234.5)) == ("50.0 %", "1,234")
    assert metric("never heard of").is_better(2, 1)


def test_measure_of_an_own_task_says_its_direction_unit_and_words() -> None:
    own = (Metric("perplexity", higher_is_better=False, is_share=False, words="tasks.lm.surprise"),)
    found = metric("perplexity", own)
    assert found.is_better(3.0, 4.0)
    assert (found.text(12.5), found.title) == ("12.5", "tasks.lm.surprise")
    assert metric("accuracy", own).title == "pages.results.measures.accuracy"
