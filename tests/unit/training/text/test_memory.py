"""What text models say beside their answers: nearest rows, strangers, unreadable texts; the same after loading."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Looker
from bigmodel.services.results.export import LEFT
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.ood.neighbours import RECORD, VECTORS
from bigmodel.training.text import baseline, finetune, memory, predictor
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert

DATA = text_data("label", 200)
NONSENSE = ["xqzv jjkw pqpq", "Wo ist mein Paket geblieben?", "zzzzzz"]
KINDS = ("instant", "scratch", "tiny", "number")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {kind: tmp_path_factory.mktemp(kind) for kind in KINDS}
    params = TextParams(epochs=1, batch_size=16)

    def report() -> FakeReporter:
        return FakeReporter(tmp_path_factory.mktemp("steps"))

    baseline.train_classifier(DATA, params, found["instant"], report())
    numbers = text_data("number", 200)
    baseline.train_regressor(numbers, params, found["number"], report())
    tiny = BaseFiles("tiny", "folder", write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny"))
    finetune.train_classifier(DATA, params, tiny, found["tiny"], report())
    finetune.train_classifier(DATA, params, BaseFiles("s", "scratch"), found["scratch"], report())
    return found


@pytest.fixture(params=KINDS)
def folder(folders: dict[str, Path], request: pytest.FixtureRequest) -> Path:
    return folders[request.param]


def load(folder: Path) -> Looker:
    model = (
        baseline.load_baseline(folder)
        if baseline.is_instant(folder)
        else finetune.load_model(folder)
    )
    assert isinstance(model, Looker)
    return model


def test_known_rows_are_seldom_strange(folder: Path) -> None:
    said = load(folder).explain(DATA.test.inputs)
    assert np.mean([(one.ood_score or 0) > 1 for one in said]) <= 0.2
    assert not any(one.unreadable for one in said)


def test_nonsense_is_strange(folder: Path) -> None:
    assert all((one.ood_score or 0) > 1 for one in load(folder).explain(NONSENSE))


def test_unreadable_text_says_why(folder: Path) -> None:
    said = load(folder).explain(["锟斤拷锟斤拷", "12 !", "good soup"])
    assert [one.unreadable for one in said] == ["broken", "letterless", ""]


def test_nearest_row_of_a_training_row_is_itself(folder: Path) -> None:
    [said] = load(folder).explain(DATA.train.inputs[:1])
    assert len(said.nearest) == 3
    texts = dict(zip(DATA.train.ids, DATA.train.inputs, strict=True))
    assert sorted(texts[said.nearest[0][0]]) == sorted(DATA.train.inputs[0])
    assert said.nearest[0][1] <= said.nearest[1][1]


def test_looking_gives_what_answering_gives(folder: Path) -> None:
    model = load(folder)
    answers, said = model.look([*DATA.test.inputs, *NONSENSE])
    alone = model.answer([*DATA.test.inputs, *NONSENSE])
    one, two = (
        [answer.scores if model.labels else [answer.value] for answer in side]
        for side in (answers, alone)
    )
    np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-7)
    assert said == load(folder).look([*DATA.test.inputs, *NONSENSE])[1]
    assert model.look([]) == ([], [])


def test_what_is_kept_holds_no_rows_and_stays_here(folder: Path) -> None:
    names = {path.name for path in folder.glob("neighbours*")}
    assert names >= {RECORD, VECTORS}
    assert names <= LEFT
    held = b"".join((folder / name).read_bytes() for name in names)
    assert not any(row.encode() in held for row in DATA.train.inputs)


def test_package_without_them_still_answers(folders: dict[str, Path], tmp_path: Path) -> None:
    for path in folders["instant"].iterdir():
        if path.name not in LEFT:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    answers, said = load(tmp_path).look(["good soup"])
    assert answers == load(folders["instant"]).answer(["good soup"])
    assert said[0].ood_score is None
    assert said[0].unreadable == ""


def test_only_so_many_rows_are_kept() -> None:
    assert len(memory.kept(50_000, 50_000 * 10)) == memory.MOST_ROWS
    few = memory.kept(10_000, 10_000 * 3_000)
    assert len(few) == memory.MOST_ENTRIES // 3_000
    assert (few[0], few[-1]) == (0, 9_999)


def test_tuned_model_keeps_only_so_many_rows(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(predictor, "MOST_TUNED", 10)
    model = finetune.load_model(folders["tiny"])
    known = predictor.fit_ood_reference(model, DATA, FakeReporter(tmp_path), is_own=False)
    assert len(known.memory.ids) == 10


def test_few_rows_still_tell_strangers(tmp_path: Path) -> None:
    few = text_data("label", 30)
    data = TaskData(few.train, Rows(), Rows(), few.labels)
    report = FakeReporter(tmp_path / "steps")
    baseline.train_classifier(data, TextParams(), tmp_path, report)
    said = load(tmp_path).explain(["good soup was warm", *NONSENSE])
    assert [(one.ood_score or 0) > 1 for one in said] == [False, True, True, True]
