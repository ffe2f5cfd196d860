"""The coach beside a real training that cannot learn."""

from pathlib import Path

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.job import Progress, State
from bigmodel.core.metric import metric
from bigmodel.core.task import BaseFiles
from bigmodel.services.jobs.insights import advise, curve_stats
from bigmodel.store.values import Curve
from bigmodel.tasks import get_task, load_engine
from tests.fakes.reporter import FakeReporter
from tests.fakes.things import dataset_of, job_of


def test_real_training_that_learns_nothing_is_read_rightly(tmp_path: Path) -> None:
    texts = [f"{'good' if n % 2 else 'bad'} evening {n}" for n in range(48)]
    rows = Rows([str(n) for n in range(48)], texts, ["good" if n % 2 else "bad" for n in range(48)])
    data = TaskData(rows, Rows(rows.ids[:8], texts[:8], rows.targets[:8]), Rows(), ("bad", "good"))
    task = get_task("text_classification")
    params = task.params.model_validate(
        {"base": "scratch", "epochs": 4, "batch_size": 12, "learning_rate": 1e-9}
    )
    (tmp_path / "model").mkdir()
    report = FakeReporter(tmp_path / "checkpoints")
    base = BaseFiles("scratch", "scratch")
    load_engine(task).train(data, params, base, tmp_path / "model", report)
    curves = [
        Curve(name, tuple(step for step, _ in points), tuple(value for _, value in points))
        for name, points in report.curves.items()
    ]
    ended = Progress(step=16, steps=16, epochs=4)
    job = job_of(dataset_of(), params=params.model_dump(), state=State.SUCCEEDED, progress=ended)
    about = curve_stats(job, curves, [], metric(task.primary))
    assert about is not None
    assert [said.rule for said in advise(about)] == ["flat"]
