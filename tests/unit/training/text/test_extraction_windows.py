"""Long passages are read in windows with the question before each; a fine-tuned model is one of plain Transformers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles
from bigmodel.services.results.standalone import assemble
from bigmodel.training.loop.recipe import ExtractParams
from bigmodel.training.text.extraction import finetune
from bigmodel.training.text.extraction.choice import asked_parts
from bigmodel.training.text.extraction.finetune import SpanObjective, _threshold
from bigmodel.training.text.extraction.windows import MOST_READ, read
from tests.fakes.passages import passage_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_bert import write_tiny_bert

TASK = Path(finetune.__file__).parents[3] / "tasks" / "question_answering"
SETTINGS = ExtractParams(base="tiny", epochs=1, window_tokens=64, answer_tokens=12)


@pytest.fixture(scope="module")
def data() -> TaskData:
    return passage_data(60, unanswered=0.25)


@pytest.fixture(scope="module")
def folder(data: TaskData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tuned")
    base = BaseFiles("tiny", "folder", write_tiny_bert(place / "base", "?"))
    (place / "model").mkdir()
    finetune.train(data, SETTINGS, base, place / "model", FakeReporter(place / "c"))
    return place / "model"


def test_windows_hold_every_piece_and_the_question(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(write_tiny_bert(tmp_path, "?"))
    passage, question = "  " + "the old mill is far. " * 20, "where is it? " * 30
    windows = read(tokenizer, [("", "q"), (passage, question)], 48, 1_000)
    assert {window.row for window in windows} == {1}
    assert all(len(window.ids) <= 48 for window in windows)
    seen = np.zeros(len(passage), bool)
    for window in windows:
        assert window.first <= 48 // 3 + 4  # a long question leaves room for the passage
        for start, end in window.places:
            seen[start:end] = True
    assert all(is_seen or letter == " " for is_seen, letter in zip(seen, passage, strict=True))


def test_of_a_long_document_the_likest_windows_are_read(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(write_tiny_bert(tmp_path, "?"))
    told = "the harbour stands by a quiet river"
    passage = f"{'the old mill is far. ' * 200}{told}. {'the old mill is far. ' * 200}"
    windows = read(tokenizer, [(passage, "where is the quiet harbour?")], 96)
    assert len(windows) == MOST_READ < len(read(tokenizer, [(passage, "where?")], 96, 1_000))
    place = passage.index(told)
    assert any(
        window.places[0, 0] <= place and window.places[-1, 1] >= place + len(told)
        for window in windows
    )
    assert [window.places[0, 0] for window in windows] == sorted(w.places[0, 0] for w in windows)


def test_loss_minds_only_the_passage_and_the_place_for_nothing() -> None:
    raw = torch.zeros(1, 6, 2)
    raw[0, 1] = raw[0, 5] = 50.0  # the question and the padding
    targets = torch.tensor([[3, 4, 2, 5]])
    loss = float(SpanObjective().loss(raw, targets))
    assert loss == pytest.approx(np.log(4), abs=1e-3)
    _, answered, right = SpanObjective().look(raw + torch.eye(6)[None, :, 3:5], targets)
    assert (answered, right) == ([(3, 4)], [(3, 4)])


def test_threshold_parts_answers_from_none() -> None:
    best, f1 = np.array([5.0, 4.0, 1.0, 0.5]), np.array([1.0, 1.0, 0.0, 0.0])
    assert 1.0 < _threshold(best, f1, np.array([0.0, 0.0, 1.0, 1.0])) < 4.0
    assert _threshold(best, np.ones(4), np.zeros(4)) < 0.5


def test_saved_model_is_one_of_plain_transformers(data: TaskData, folder: Path) -> None:
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    one = finetune.load(folder).answer(data.test.inputs[:1])[0]
    told = tokenizer(one.question, one.passage, return_tensors="pt", truncation="only_second")
    assert set(told) == {"input_ids", "attention_mask"}
    with torch.inference_mode():
        raw = model(**told)
    windows, scores = finetune.load(folder).scored([(one.passage, one.question)])
    assert windows[0].ids.tolist() == told["input_ids"][0].tolist()
    assert scores[0][:, 0] == pytest.approx(raw.start_logits[0].numpy(), abs=1e-4)
    record = json.loads((folder / "extract.json").read_text("utf-8"))
    assert record["threshold"] is not None  # some questions have no answer


def test_windows_read_at_once_say_what_each_alone_does(data: TaskData, folder: Path) -> None:
    finder = finetune.load(folder)
    longest = " ".join(asked_parts(text)[0] for text in data.test.inputs[:40])
    windows, scores = finder.scored(
        [(longest, "where is the mill?"), *map(asked_parts, data.test.inputs[:2])]
    )
    lengths = [len(window.ids) for window in windows if window.row == 0]
    assert len(set(lengths)) < len(lengths)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    for window, found in zip(windows, scores, strict=True):
        with torch.inference_mode():
            said = model(input_ids=torch.from_numpy(window.ids)[None])
        alone = torch.stack([said.start_logits, said.end_logits], dim=-1)[0].double().numpy()
        np.testing.assert_allclose(found, alone, atol=1e-4)


def test_program_alone_answers_like_the_app(data: TaskData, folder: Path) -> None:
    program = assemble(TASK / "predict_tuned.py")
    (folder / "predict.py").write_text(program, "utf-8")
    space: dict[str, Any] = {"__name__": "predict", "__file__": str(folder / "predict.py")}
    exec(compile(program, "predict.py", "exec"), space)  # noqa: S102 - our own program
    model = space["Model"]()
    for expected in finetune.load(folder).answer(data.test.inputs):
        [(clean, choice)] = model.find(expected.passage, [expected.question])
        said = "" if choice.is_nothing else clean[choice.places[0][0] : choice.places[0][1]]
        assert said == expected.text
        sure = choice.nothing if choice.is_nothing else choice.places[0][2]
        assert sure == pytest.approx(expected.certainty, abs=1e-4)
