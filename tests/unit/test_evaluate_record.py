"""What `evaluate --json` writes of results of any answer type."""

import pytest
from rich.console import Console

from bigmodel.answers import answer_type
from bigmodel.commands.evaluate import record_of
from bigmodel.commands.terminal import Terminal
from bigmodel.core.answer import AnswerType
from bigmodel.core.message import Message
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.tasks import find_tasks
from bigmodel.words import load_words
from tests.fakes.demo import FAKES

TASKS = find_tasks([FAKES])
TERMINAL = Terminal(load_words(), "en", True, Console(), Console(stderr=True))


@pytest.mark.parametrize("task", ["text_classification", "text_regression", "mirror_tune"])
def test_baseline_is_what_the_answer_type_calls_so(task: str) -> None:
    kind: AnswerType = answer_type(TASKS[task])
    guess, measure = kind.baseline
    beside = {"instant": {measure: Measure(0.5)}, guess: {measure: Measure(0.25)}}
    results = Results(
        "x", 7, (), {measure: Measure(0.75, 0.7, 0.8)}, Message("results.remarks.few_rows", {"rows": 7}), beside=beside
    )  # fmt: skip
    record = record_of(results, kind.baseline, TERMINAL)
    assert (record[measure], record["baseline"]) == (0.75, 0.25)
    assert record["intervals"] == {measure: (0.7, 0.8)}


def test_answers_without_a_simplest_guess_have_no_baseline() -> None:
    results = Results(
        "transcription",
        7,
        (),
        {"wer": Measure(0.1)},
        Message("results.remarks.few_rows", {"rows": 7}),
    )
    kind = answer_type(TASKS["speech_recognition"])
    assert record_of(results, kind.baseline, TERMINAL)["baseline"] is None


def test_panels_of_each_column_are_told_and_those_that_quote_rows_are_not() -> None:
    rows = {"rows": [{"label": "bags"}]}
    panels = (
        Panel("classes", rows, of="topic"),
        Panel("confusion", {"counts": [[3]]}, of="topic"),
        Panel("classes", {"rows": []}),
        Panel("growth", {"points": []}),
        Panel("media", rows, quotes=True),
        Panel("errors", rows, of="price", quotes=True),
    )
    results = Results(
        "columns", 7, (), {}, Message("results.remarks.few_rows", {"rows": 7}), panels=panels
    )
    kind = answer_type(TASKS["multi_task"])
    told = record_of(results, kind.baseline, TERMINAL)["panels"]
    assert [panel["name"] for panel in told] == ["classes-topic", "confusion-topic", "growth"]
