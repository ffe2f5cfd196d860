"""The heavy half of the ill task: each illness is the real one, but for the GPU, which this machine may not have."""

import errno
import os
import resource
import signal
from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Params, Reporter

MB = 2**20


class OutOfMemoryError(RuntimeError):
    """Named and worded as torch's, which would take seconds to load."""


class IllPredictor(ScorePredictor):
    labels = ("bad", "good")

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        return [[0.5, 0.5] for _ in inputs]


class Ill:
    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        report.step(phase="instant", step=1, steps=1)
        (folder / "ill.json").write_text("{}")

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        report.step(phase="train", step=1, steps=9, epochs=1)
        ill = str(params.model_dump()["ill"])
        if ill:
            getattr(self, f"_{ill}")(data, report)
        (folder / "ill.json").write_text("{}")

    def load(self, folder: Path) -> IllPredictor:
        return IllPredictor()

    def _gpu(self, data: TaskData, report: Reporter) -> None:
        raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    def _host(self, data: TaskData, report: Reporter) -> None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + 64 * MB, used + 64 * MB))
        bytearray(512 * MB)

    def _kill(self, data: TaskData, report: Reporter) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _exit(self, data: TaskData, report: Reporter) -> None:
        os._exit(0)

    def _full(self, data: TaskData, report: Reporter) -> None:
        with Path("/dev/full").open("w") as file:
            file.write("weights")

    def _disk(self, data: TaskData, report: Reporter) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _refused(self, data: TaskData, report: Reporter) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/data/jobs/a/1/checkpoints")

    def _nan(self, data: TaskData, report: Reporter) -> None:
        raise TrainingError("loss_not_finite", step=2, learning_rate=0.01)

    def _bug(self, data: TaskData, report: Reporter) -> None:
        float(data.train.inputs[0])

    def _new(self, data: TaskData, report: Reporter) -> None:
        raise TrainingError("base_has_no_head_at_all")


ENGINE = Ill()
