"""How near the forecast comes: varied trainings, forecast by timed steps and then run; `make bench ARGS=forecast`.

Real jobs in a data folder of their own, one after the other. What counts is the median of |forecast - real| / real.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import PACKS, SAMPLES, Figure
from bigmodel.core.job import State
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings

OWNER = "local"
GOAL = 0.25
PATIENCE_S = 900.0


@dataclass(frozen=True)
class Case:
    """One training to forecast and to run."""

    file: Path
    base: str
    preset: str = "balanced"
    changes: tuple[tuple[str, Any], ...] = ()


CASES = (
    Case(SAMPLES / "support_en.csv", "minilm", "fast"),
    Case(SAMPLES / "support_en.csv", "minilm", "balanced", (("batch_size", 8),)),
    Case(SAMPLES / "stars_en.csv", "minilm"),
    Case(SAMPLES / "support_en.csv", "scratch", "thorough", (("patience", 0),)),
    Case(SAMPLES / "sentiment_zh.csv", "scratch", "balanced", (("patience", 0),)),
    Case(SAMPLES / "stars_en.csv", "scratch", "thorough", (("patience", 0), ("max_tokens", 32))),
    Case(PACKS / "g_text_sms_spam_en" / "train_small.csv", "minilm", "fast"),
    Case(PACKS / "g_text_sms_spam_en" / "train.csv", "scratch", "fast"),
    Case(SAMPLES / "shapes.zip", "scratch"),
    Case(SAMPLES / "sounds.zip", "scratch"),
    Case(SAMPLES / "colours_en.zip", "scratch", "fast"),
    Case(SAMPLES / "support_en.csv", "instant"),
)  # fmt: skip


def run() -> list[Figure]:
    """Forecast and run each case."""
    with tempfile.TemporaryDirectory() as home:
        services = open_services(Settings(home=Path(home), offline=True))
        errors = list(_errors(services))
    middle = statistics.median(errors) if errors else 1.0
    return [
        Figure("trainings forecast and run", float(len(errors)), "", ">= 10", len(errors) >= 10),
        Figure(
            "forecast off by (median)", 100 * middle, "%", f"<= {100 * GOAL:g} %", middle <= GOAL
        ),
    ]


def _errors(services: Services) -> Iterator[float]:
    _warm_up(services)
    for case in CASES:
        if not case.file.is_file():
            continue
        dataset = services.datasets.import_file(OWNER, case.file)
        task = services.training.guess_task(dataset)
        known = {field.name for field in services.training.form(task)}
        asked: dict[str, Any] = {
            "task": task,
            "base": case.base,
            "preset": case.preset,
            "changes": {name: value for name, value in case.changes if name in known},
        }
        made = services.training.forecast(OWNER, dataset.id, wait=True, **asked)
        real_s = _real_s(services, dataset.id, asked)
        error = abs(made.seconds - real_s) / real_s
        kind = "rough" if made.is_rough else "measured"
        sys.stdout.write(
            f"  {case.file.name} {case.base} {case.preset}: {kind} {made.seconds:.1f} s"
            f" ({made.low_s:.0f} to {made.high_s:.0f}), real {real_s:.1f} s, off by {100 * error:.0f} %\n"
        )
        sys.stdout.flush()
        yield error


def _warm_up(services: Services) -> None:
    """Start the supervisor and its warm process, as in an app that is open for a while."""
    dataset = services.datasets.import_file(OWNER, CASES[0].file)
    _real_s(services, dataset.id, {"base": "instant"})


def _real_s(services: Services, dataset_id: str, asked: dict[str, Any]) -> float:
    """Run a training and return how long it took from its submission to its end."""
    job = services.training.submit(OWNER, dataset_id, **asked)
    deadline = time.monotonic() + PATIENCE_S
    while not job.is_final:
        if time.monotonic() > deadline:
            raise TimeoutError(job.name)
        time.sleep(0.1)
        job = services.jobs.get(OWNER, job.id)
    if job.state != State.SUCCEEDED or job.started_at is None or job.ended_at is None:
        raise RuntimeError(f"{job.name}: {job.message}")
    return (job.ended_at - job.created_at).total_seconds()
