"""A frozen encoder of one medium takes the place of its fixed features; its files go along, and rows without it are refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.dataset import COLUMNS, Rows
from bigmodel.core.datasets.inputs import parts_of, row_of
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.services.results.standalone import assemble
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.several.recipe import FusionParams
from tests.fakes.reporter import FakeReporter
from tests.fakes.several import several_data
from tests.fakes.tiny_e5 import write_tiny_e5
from tests.fakes.tiny_vision import write_tiny_timm
from tests.fakes.tiny_whisper import write_tiny_whisper
from tests.patience import PATIENCE_S

TASK = get_task("fusion")
ENGINE, PROGRAM = load_engine(TASK), TASK.folder / "predict_encoded.py"


@pytest.mark.parametrize(
    ("write", "medium"),
    [(write_tiny_timm, "picture"), (write_tiny_e5, "text"), (write_tiny_whisper, "sound")],
)
def test_encoder_of_each_medium_goes_along(
    tmp_path: Path, write: Callable[[Path], Path], medium: str
) -> None:
    base = BaseFiles("tiny", "features", write(tmp_path / "base"))
    data, folder, report = several_data(tmp_path, rows=40), tmp_path / "model", None
    folder.mkdir()
    report = FakeReporter(tmp_path / "checkpoints")
    ENGINE.train(data, FusionParams(base="tiny"), base, folder, report)
    (tmp_path / "base").rename(tmp_path / "gone")
    predictor = ENGINE.load(folder)
    answers = predictor.answer(data.test.inputs)
    assert [answer.text for answer in answers] == list(data.test.targets)
    [alone] = predictor.answer(data.test.inputs[:1])
    assert alone.scores == pytest.approx(answers[0].scores, abs=1e-4)  # type: ignore[attr-defined]
    assert medium in dict(alone.alone)  # type: ignore[attr-defined]
    exported = run_exported(folder, [file_of(c) or c for c in parts_of(data.test.inputs[0])])
    assert exported["scores"]["together"] == pytest.approx(alone.scores, abs=0.02)  # type: ignore[attr-defined]


def run_exported(folder: Path, row: list[str]) -> dict[str, Any]:
    """Ask the program that goes along with a model, in a process that does not find this app."""
    (folder / "predict.py").write_text(assemble(PROGRAM), "utf-8")
    command = [sys.executable, "predict.py", "--json", *row]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_encoder_of_a_medium_that_no_row_has_is_refused(tmp_path: Path) -> None:
    base = BaseFiles("tiny", "features", write_tiny_timm(tmp_path / "base"))
    rows = Rows(["1", "2"], [row_of(["a", "1"]), row_of(["b", "2"])], ["x", "y"])
    data = replace(
        several_data(tmp_path, rows=8), train=rows, labels=("x", "y"), extra={COLUMNS: ("a", "b")}
    )
    with pytest.raises(TrainingError, match="fusion_without_medium"):
        ENGINE.train(data, FusionParams(), base, tmp_path, FakeReporter(tmp_path / "c"))
