"""Which of two models is kept: by the score where the rows can tell, and by what the models start from where they cannot."""

from dataclasses import replace

import pytest

from bigmodel.answers.label import Label, LabelType
from bigmodel.answers.speaker import Speaker
from bigmodel.answers.transcript import Transcript
from bigmodel.jobs.worker.choice import Choice, Held, choose
from bigmodel.tasks import get_task

LABELS = ("no", "yes")


def held(rows: int, wrong: range, sure: float = 0.9) -> Held:
    """Answers to rows that are all "yes": `wrong` are answered "no"."""
    scores = [(sure, 1 - sure) if n in wrong else (1 - sure, sure) for n in range(rows)]
    answers = [Label(LABELS, pair) for pair in scores]
    return Held(answers, LabelType().headline(["yes"] * rows, answers, LABELS))


def chosen(instant: Held, tuned: Held, *, is_pretrained: bool = True) -> Choice:
    truth = ["yes"] * len(instant.answers)
    task = get_task("audio_classification")
    return choose(task, truth, instant, tuned, is_pretrained=is_pretrained)


def test_difference_within_chance_keeps_the_pretrained_model() -> None:
    assert chosen(held(80, range(1)), held(80, range(5, 7))) == Choice(True, is_near=True)


def test_difference_within_chance_keeps_the_instant_model_over_one_from_nothing() -> None:
    assert chosen(held(80, range(1)), held(80, range(5, 7)), is_pretrained=False) == Choice(False)
    assert chosen(held(80, range(0)), held(80, range(0)), is_pretrained=False) == Choice(False)


def test_difference_beyond_chance_keeps_the_better() -> None:
    assert chosen(held(80, range(1)), held(80, range(20))) == Choice(False)
    assert chosen(held(80, range(20)), held(80, range(1))) == Choice(True)


def test_few_rows_do_not_excuse_a_model_that_is_much_worse() -> None:
    assert chosen(held(25, range(0)), held(25, range(4))) == Choice(False)


def test_less_surprised_model_is_kept_within_chance() -> None:
    unsure, sure = held(25, range(0), sure=0.55), held(25, range(3), sure=0.9)
    assert chosen(unsure, sure) == Choice(True, is_near=True)


def test_surely_better_model_is_kept_where_the_score_itself_cannot_tell() -> None:
    """Both know every voice from the others (EER 0), but one refuses its own people."""
    truth, people = ["anna", "ben"] * 6, ("anna", "ben")
    own = [(0.9, 0.1), (0.1, 0.9)] * 6
    sides = ([Speaker(people, scores, limit) for scores in own] for limit in (0.95, 0.5))
    refusing, right = (Held(answers, {"eer": 0.0}) for answers in sides)
    task = get_task("speaker_recognition")
    assert choose(task, truth, refusing, right, is_pretrained=True) == Choice(True, is_near=True)
    assert choose(task, truth, right, refusing, is_pretrained=True) == Choice(False)


@pytest.mark.parametrize(
    ("wrong", "choice"), [(3, Choice(False, is_near=True)), (20, Choice(True))]
)
def test_task_may_ask_for_more_than_chance(wrong: int, choice: Choice) -> None:
    task = replace(get_task("text_classification"), must_gain=True)
    sides = held(80, range(wrong)), held(80, range(1))
    assert choose(task, ["yes"] * 80, *sides, is_pretrained=True) == choice
    assert choose(task, ["yes"] * 80, *reversed(sides), is_pretrained=True) == Choice(False)


@pytest.mark.parametrize(("new", "kept"), [("one", True), ("two three", False)])
def test_word_errors_are_compared_by_recordings(new: str, kept: bool) -> None:
    truth = ["one"] * 40
    right = Held([Transcript("one", 0.9)] * 40, {"wer": 0.0})
    rate = 0.0 if new == "one" else 2.0
    other = Held([Transcript(new, 0.9)] * 40, {"wer": rate})
    task = get_task("speech_recognition")
    assert choose(task, truth, right, other, is_pretrained=True).keeps_tuned == kept


@pytest.mark.parametrize(("heard", "is_kept"), [(0.38, True), (0.42, False)])
def test_task_may_ask_how_good_a_model_must_be_at_all(heard: float, *, is_kept: bool) -> None:
    task = get_task("speech_synthesis")
    sides = (Held([], {"wer_heard": value}) for value in (0.9, heard))
    choice = choose(task, [], *sides, is_pretrained=False)
    assert (choice.keeps_tuned, choice.is_short) == (is_kept, not is_kept)


def test_nothing_is_kept_that_nobody_could_measure() -> None:
    unheard = Held([], {"units_missing": 0.0})
    choice = choose(get_task("speech_synthesis"), [], unheard, unheard, is_pretrained=False)
    assert choice == Choice(keeps_tuned=False, is_unmeasured=True)
