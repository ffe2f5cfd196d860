"""Candidates and windows hold answers; the instant and the fine-tuned model find them, and say when there is none."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bigmodel.answers.extracted import ANSWER
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.datasets.extracts import extracts_of
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.errors import TrainingError
from bigmodel.services.results.standalone import assemble
from bigmodel.training.text.extraction import instant
from bigmodel.training.text.extraction.calibration import fit_line
from bigmodel.training.text.extraction.candidates import candidates_of, sentences_of
from bigmodel.training.text.extraction.choice import Choice, chosen
from bigmodel.training.text.extraction.windows import (
    NOTHING,
    Decision,
    Window,
    choices,
    target_of,
)
from tests.fakes.passages import passage_data
from tests.fakes.reporter import FakeReporter

TASK = Path(instant.__file__).parents[3] / "tasks" / "question_answering"


def places(passage: str, *, asked: str = "") -> set[str]:
    sentences = sentences_of(passage)
    found = candidates_of(passage, sentences, range(len(sentences)), frozenset(asked.split()))
    return {passage[one.start : one.end] for one in found}


def test_sentences_end_at_marks_but_not_inside_numbers() -> None:
    text = "It is 3.5 m high. Who knows? 它很大。“真的！”好。\nLast line"
    said = [text[a:b] for a, b in sentences_of(text)]
    assert said == ["It is 3.5 m high.", "Who knows?", "它很大。", "“真的！”", "好。", "Last line"]
    assert sentences_of(" \n ") == []


@pytest.mark.parametrize(
    ("passage", "answer"),
    [
        ("他写了《红楼梦》，很有名。", "《红楼梦》"),
        ("他写了《红楼梦》，很有名。", "红楼梦"),
        ("于海2009年7月16日入选。", "2009年7月16日"),
        ("Then Marie Curie moved to Paris.", "Marie Curie"),
        ("It opened on March 3, 1921.", "March 3, 1921"),
        ("她是老师，住在罗马，很忙。", "住在罗马"),
        ("她是老师，住在罗马，很忙。", "住在罗马，很忙"),
        ("the harbour is old", "old"),
    ],
)
def test_likely_answers_are_candidates(passage: str, answer: str) -> None:
    assert answer in places(passage, asked="the harbour")


def test_choice_gives_places_apart_and_stays_what_it_is() -> None:
    found = chosen([(0, 9, 0.4), (0, 3, 0.3), (12, 15, 0.2)], 0.1, (0.5, 2.0))
    assert [place[:2] for place in found.places] == [(0, 9), (12, 15)]
    assert not found.is_nothing
    assert chosen([(0, 9, 0.4)], 0.6, (3.0, -5.0)).is_nothing
    assert Choice().is_nothing


def test_certainty_is_how_often_it_is_right() -> None:
    slope, offset = fit_line([0.9] * 100, [1.0] * 50 + [0.0] * 50)
    assert chosen([(0, 1, 0.9)], None, (slope, offset)).places[0][2] == pytest.approx(0.5, abs=0.05)
    assert fit_line([0.9], [1.0]) == (1.0, 0.0)


@pytest.fixture(scope="module")
def data() -> TaskData:
    return passage_data(240, unanswered=0.3)


@pytest.fixture(scope="module")
def folder(data: TaskData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("extraction")
    instant.train(data, place, FakeReporter(place / "c"))
    return place


def test_instant_model_finds_answers_and_says_where_there_is_none(
    data: TaskData, folder: Path
) -> None:
    answers = instant.load(folder).answer(data.test.inputs)
    measures = ANSWER.headline(data.test.targets, answers, ())
    assert measures["exact_match"] > 0.9
    assert measures["right_not_in_text"] > 0.7
    assert all(one.others for one in answers if one.text)
    assert instant.load(folder).answer([join_inputs(["a text", " "])])[0].text == ""


def test_model_that_always_saw_an_answer_always_gives_one(tmp_path: Path) -> None:
    told = passage_data(60)
    instant.train(told, tmp_path, FakeReporter(tmp_path / "c"))
    strange = join_inputs(["nothing is said here.", "where does ann keep it?"])
    assert instant.load(tmp_path).answer([strange])[0].text


def test_questions_without_any_answer_are_refused(data: TaskData, tmp_path: Path) -> None:
    rows = replace(data.train, targets=["[]"] * len(data.train))
    with pytest.raises(TrainingError, match="extracts_none_to_learn"):
        instant.train(replace(data, train=rows), tmp_path, FakeReporter(tmp_path / "c"))


def test_program_alone_answers_like_the_app(data: TaskData, folder: Path, tmp_path: Path) -> None:
    for name in ("instant.json", "instant.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    program = assemble(TASK / "predict_instant.py")
    (tmp_path / "predict.py").write_text(program, "utf-8")
    space: dict[str, object] = {"__name__": "predict", "__file__": str(tmp_path / "predict.py")}
    exec(compile(program, "predict.py", "exec"), space)  # noqa: S102 - our own program
    model = space["Model"]()  # type: ignore[operator]
    for text, expected in zip(
        data.test.inputs, instant.load(folder).answer(data.test.inputs), strict=True
    ):
        passage, question = expected.passage, expected.question
        [(clean, choice)] = model.find(passage, [question])
        said = "" if choice.is_nothing else clean[choice.places[0][0] : choice.places[0][1]]
        assert (clean, said) == (passage, expected.text), text


def window(row: int = 0, first: int = 3) -> Window:
    pieces = np.array([[0, 3], [4, 9], [10, 12], [13, 17]], np.int64)
    return Window(row, np.arange(first + 5), first, first + 4, pieces)


def test_cut_answers_are_nothing_to_a_window() -> None:
    assert target_of(window(), 4, 12) == (4, 5)
    assert target_of(window(), 5, 11) == (4, 5)
    assert target_of(window(), 13, 25) == (NOTHING, NOTHING)
    assert target_of(window(), 30, 35) == (NOTHING, NOTHING)


def scores(*rows: tuple[int, float, float]) -> np.ndarray:
    raw = np.full((8, 2), -9.0)
    for place, start, end in rows:
        raw[place] = start, end
    return raw


def test_best_span_of_all_windows_is_taken_over_there_being_none() -> None:
    raw = [scores((0, 0, 0), (4, 5, 0), (5, 0, 5)), scores((0, 4, 4), (3, 6, 6))]
    both = [window(), window()]
    [found] = choices(both, raw, 1, Decision(4))
    assert found.places[0][:2] == (4, 12)  # 10 over none, against 12 - 8
    assert found.places[1][:2] == (0, 3)  # apart from the best, though its neighbours score more
    [short] = choices(both[:1], raw[:1], 1, Decision(1))
    assert short.places[0][1] - short.places[0][0] <= 5
    [none] = choices(both[:1], raw[:1], 1, Decision(4, threshold=11.0))
    assert none.is_nothing
    assert [one.is_nothing for one in choices([], [], 2, Decision(4))] == [True, True]


def test_answers_of_the_material_are_at_their_places(data: TaskData) -> None:
    for text, target in zip(data.train.inputs, data.train.targets, strict=True):
        for one in extracts_of(json.dumps(json.loads(target))):
            assert text[one.start : one.start + len(one.text)] == one.text
