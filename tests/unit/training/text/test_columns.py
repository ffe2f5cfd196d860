"""One body with a head for each column: losses weigh alike, what is not said teaches nothing, separate models stand beside."""

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from bigmodel.answers.columns import Several
from bigmodel.core.datasets.columns import heads_of, output_names, read_columns, write_columns
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Wish
from bigmodel.core.task import StopRequested
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.text.baseline import train_classifier
from bigmodel.training.text.columns import finetune, instant
from bigmodel.training.text.columns.heads import column_of, scores_of
from bigmodel.training.text.columns.objective import ColumnsObjective
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import folder_base

LABELS = output_names({"topic": ("a", "b", "c"), "price": ()})


def some_data() -> TaskData:
    cells = [("a", 10), ("b", 20), ("c", None), (None, 30), ("a", 20)]
    targets = [write_columns({"topic": topic, "price": price}) for topic, price in cells]
    rows = Rows([str(n) for n in range(5)], [f"text {n}" for n in range(5)], targets)
    return TaskData(rows, Rows(), Rows(), LABELS)


def test_each_column_costs_one_while_nothing_is_known() -> None:
    data = some_data()
    objective = ColumnsObjective(data, ColumnsParams())
    objective.bind_head(nn.Linear(2, 4))
    targets = objective.targets(data.train.targets)
    assert targets.isnan().tolist()[2:4] == [[False, True], [True, False]]
    assert float(objective.loss(torch.zeros(5, 4), targets)) == pytest.approx(1.0)


def test_what_is_not_said_teaches_nothing() -> None:
    data = some_data()
    objective = ColumnsObjective(data, ColumnsParams())
    raw = torch.randn(5, 4, requires_grad=True)
    objective.loss(raw, objective.targets(data.train.targets)).backward()
    assert raw.grad is not None
    assert raw.grad[2, 3] == 0
    assert raw.grad[3, :3].abs().sum() == 0
    assert raw.grad[0].abs().min() > 0
    silent = torch.full((2, 2), math.nan)
    assert float(objective.loss(torch.randn(2, 4), silent)) == 0


def test_loss_of_a_batch_is_that_of_its_pieces() -> None:
    data = some_data()
    objective = ColumnsObjective(data, ColumnsParams())
    raw, targets = torch.randn(5, 4), objective.targets(data.train.targets)
    pieces = [float(objective.loss(raw[at], targets[at])) * n / 5 for at, n in ((slice(0, 2), 2), (slice(2, 5), 3))]  # fmt: skip
    assert float(objective.loss(raw, targets)) == pytest.approx(sum(pieces), rel=1e-5)


def test_numbers_come_back_in_their_own_units() -> None:
    data = some_data()
    objective = ColumnsObjective(data, ColumnsParams())
    layer = nn.Linear(2, 4)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
    objective.bind_head(layer)
    objective.unscale_head(layer)
    assert layer.bias.tolist() == pytest.approx([0, 0, 0, 20])  # the mean of 10, 20, 30 and 20


def test_probabilities_stay_within_their_column() -> None:
    raw = torch.tensor([[0.0, 0.0, 0.0, 7.5], [0.0, 50.0, 0.0, -1.0]]).numpy()
    first, second = scores_of(raw, heads_of(LABELS))
    assert first == pytest.approx([1 / 3, 1 / 3, 1 / 3, 7.5])
    assert second[1] == pytest.approx(1)
    assert sum(second[:3]) == pytest.approx(1)


def test_instant_model_answers_as_models_of_one_column_that_read_the_same_rows(
    tmp_path: Path,
) -> None:
    data = text_data("columns", 200)
    full = [write_columns({"mood": read_columns(t)["mood"] or "bad", "stars": read_columns(t)["stars"] or 10}) for t in data.train.targets]  # fmt: skip
    data = TaskData(
        Rows(data.train.ids, data.train.inputs, full), data.validation, data.test, data.labels
    )
    for name in ("shared", "alone"):
        (tmp_path / name).mkdir()
    params = ColumnsParams()
    instant.train(data, params, tmp_path / "shared", FakeReporter(tmp_path))
    mood = Rows(data.train.ids, data.train.inputs, [str(read_columns(t)["mood"]) for t in full])
    alone = TaskData(mood, Rows(), Rows(), ("bad", "good"))
    train_classifier(alone, params, tmp_path / "alone", FakeReporter(tmp_path))
    shared = instant.load(tmp_path / "shared").answer(data.test.inputs)
    plain = instant.load_baseline(tmp_path / "alone").answer(data.test.inputs)
    for one, other in zip(shared, plain, strict=True):
        assert one.parts["mood"].scores == pytest.approx(other.scores)
        assert one.apart == pytest.approx(one.scores)
        assert one.cost[0] < one.cost[1]


def test_separate_models_stand_beside_held_out_rows_alone(tmp_path: Path) -> None:
    data = text_data("columns", 120)
    params = ColumnsParams(epochs=1, batch_size=16, compare_apart=True)
    report = FakeReporter(tmp_path / "c")
    base = folder_base(tmp_path / "bert", write_tiny_bert)
    (tmp_path / "model").mkdir()
    finetune.train(data, params, base, tmp_path / "model", report)
    model = finetune.load(tmp_path / "model")
    held = model.answer([*data.test.inputs, "a text of nobody"])
    assert all(isinstance(one, Several) and len(one.apart) == 3 for one in held[:-1])
    assert held[-1].apart == ()
    shared, apart, *seconds = held[0].cost
    assert shared == model.parameters
    assert shared < apart < 2.1 * shared
    assert min(seconds) > 0
    assert "apart" in report.phases
    assert len(report.checkpoints) == 1, "those of separate models are gone"
    assert report.notes.count("training.note.apart") == 2


def test_training_of_a_separate_model_can_be_stopped(tmp_path: Path) -> None:
    class Impatient(FakeReporter):
        def step(self, *, phase: str, step: int, steps: int, **more: float | None) -> None:
            super().step(phase=phase, step=step, steps=steps, **more)  # type: ignore[arg-type]
            if phase == "apart" and step:
                raise StopRequested(Wish.PAUSE)

    data = text_data("columns", 120)
    params = ColumnsParams(epochs=1, batch_size=16, compare_apart=True)
    base = folder_base(tmp_path / "bert", write_tiny_bert)
    (tmp_path / "model").mkdir()
    report = Impatient(tmp_path / "c")
    with pytest.raises(StopRequested):
        finetune.train(data, params, base, tmp_path / "model", report)
    again = FakeReporter(tmp_path / "d", resume=report.checkpoints[-1])
    finetune.train(data, params, base, tmp_path / "model", again)
    assert "training.note.apart_skipped" in again.notes
    assert finetune.load(tmp_path / "model").answer(data.test.inputs)[0].apart == ()


def test_columns_that_say_the_same_cannot_be_learned(tmp_path: Path) -> None:
    data = TaskData(some_data().train, Rows(), Rows(), ())
    with pytest.raises(TrainingError, match="columns_none_to_learn"):
        instant.train(data, ColumnsParams(), tmp_path, FakeReporter(tmp_path))


def test_a_separate_model_learns_from_rows_that_say_something() -> None:
    topic, price = heads_of(LABELS)
    assert column_of(some_data(), topic).train.ids == ["0", "1", "2", "4"]
    part = column_of(some_data(), price)
    assert part.train.ids == ["0", "1", "3", "4"]
    assert part.labels == ("price",)


def test_a_sparse_column_outside_the_rows_looked_at_takes_the_usual_penalty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant, "MOST_TO_CHOOSE", 20)
    targets = [
        write_columns({"topic": ("a", "b")[n % 3] if n % 2 and n % 3 < 2 else None, "price": n})
        for n in range(40)
    ]
    rows = Rows([str(n) for n in range(40)], [f"text {n % 7}" for n in range(40)], targets)
    data = TaskData(rows, Rows(), Rows(), output_names({"topic": ("a", "b"), "price": ()}))
    assert instant.choose_strengths(rows, heads_of(data.labels), ColumnsParams()) == {}
    instant.train(data, ColumnsParams(), tmp_path, FakeReporter(tmp_path))
    assert instant.load(tmp_path).answer(["text 3"])
