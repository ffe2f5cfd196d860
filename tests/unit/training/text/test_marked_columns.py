"""Marked words among several columns: one body, one layer, and what each column is worth beside a model of its own."""

import importlib.util
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bigmodel.answers.columns import ANSWER
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.model import TrainedModel
from bigmodel.services.panels import html
from bigmodel.services.results.export import program_of
from bigmodel.services.results.standalone import assemble
from bigmodel.tasks import get_task
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.text.columns import finetune, instant
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import folder_base
from tests.tasks.without_torch import both_answers

DATA = text_data("marked", 240)
STRANGE = ["", "good soup, cold rice! \u2603", "never seen words " * 60]


@pytest.fixture(scope="module", params=["instant", "tuned"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp(request.param)
    report = FakeReporter(made / "c")
    if request.param == "instant":
        instant.train(DATA, ColumnsParams(), made, report)
    else:
        base = folder_base(made / "bert", write_tiny_bert)
        params = ColumnsParams(epochs=5, batch_size=8, learning_rate=3e-3, compare_apart=True)
        finetune.train(DATA, params, base, made, report)
    return made


def load(folder: Path) -> instant.ColumnsBaseline | finetune.ColumnsPredictor:
    return (instant if instant.is_instant(folder) else finetune).load(folder)


def test_tags_of_words_are_outputs_of_their_column() -> None:
    mood, stars, words = heads_of(DATA.labels)
    assert (mood.kind, stars.kind, words.kind) == ("label", "number", "spans")
    assert words.tags == ("O", "B-bad", "I-bad", "B-good", "I-good")
    assert words.outputs == slice(3, 8)
    assert words.value(DATA.train.targets[0]).startswith("[")
    assert heads_of(words.names) == (Head("words", (), 0, ("bad", "good")),)


def test_words_are_learned_once_and_within_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    fit = instant.tagging.fit

    def counted(*given: Any, until: float) -> Any:
        asked.append(until)
        return fit(*given, until=0.0)  # as if the time were over

    monkeypatch.setattr(instant.tagging, "fit", counted)
    instant.train(DATA, ColumnsParams(budget_s=60), tmp_path, FakeReporter(tmp_path / "c"))
    [until] = asked  # of the shared model and of the one of this column alone
    assert until < time.monotonic() + 60
    assert load(tmp_path).answer(DATA.test.inputs)


def test_each_column_is_measured_beside_a_model_of_its_own(folder: Path) -> None:
    model = load(folder)
    answers = model.answer(DATA.test.inputs)
    results = ANSWER.evaluate(Tried(DATA.test.targets, answers, DATA.labels))
    [(mood, stars, words)] = [p.data["rows"] for p in results.panels if p.kind == "columns"]
    least = 0.9 if instant.is_instant(folder) else 0.6
    assert words["measures"]["entity_f1"] > least
    assert mood["measures"]["accuracy"] > least
    assert stars["measures"]["r2"] > 0.2
    assert words["guess"]["entity_f1"] == 0
    gain = words["measures"]["entity_f1"] - words["apart"]["entity_f1"]
    assert words["differences"]["entity_f1"][0] == pytest.approx(gain)
    assert {panel.kind for panel in results.panels if panel.of == "words"} == {"classes", "faults"}
    again = [ANSWER.decode(ANSWER.encode(one), DATA.labels).marks for one in answers]
    assert again == [one.marks for one in answers]
    looked, told = model.look(DATA.test.inputs[:2])
    assert [one.marks for one in looked] == again[:2]
    assert told[0].nearest
    drawn = ANSWER.mark(DATA.test.inputs[0], DATA.test.targets[0], answers[0])
    assert drawn
    shown = html(drawn, lambda key, **_: key)
    assert shown.count("pages.results.layer_truth") == 3, "no column goes without its truth"


def test_program_that_goes_along_answers_the_same(folder: Path, tmp_path: Path) -> None:
    kind = "instant" if instant.is_instant(folder) else "tuned"
    model = TrainedModel(
        "m", kind, "multi_task", "tiny", "folder", "", 1.0, DATA.labels, {}, kept=True
    )  # type: ignore[arg-type]
    task = get_task("multi_task")
    asked = [*DATA.test.inputs[:5], *STRANGE]
    package = tmp_path / "package"
    shutil.copytree(folder, package)
    program = program_of(task, model, {path.name for path in folder.iterdir()})
    assert program
    (package / "predict.py").write_text(assemble(program), "utf-8")
    if kind == "instant":
        said = loaded_program(package / "predict.py").Model().predict(asked)
    else:
        said, by_onnx = both_answers(task, model, folder, package, asked)
        assert_alike(said, by_onnx)
    assert_alike(said, [ANSWER.record(one)["answers"] for one in load(folder).answer(asked)])


def assert_alike(one: Sequence[Any], other: Sequence[Any]) -> None:
    for first, second in zip(one, other, strict=True):
        assert first["mood"]["label"] == second["mood"]["label"]
        assert first["stars"]["value"] == pytest.approx(second["stars"]["value"], abs=1e-3)
        marks = [[(m["start"], m["end"], m["kind"]) for m in side["words"]["entities"]] for side in (first, second)]  # fmt: skip
        assert marks[0] == marks[1]


def loaded_program(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("downloaded", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
