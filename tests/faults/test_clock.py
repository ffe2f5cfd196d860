"""Clocks that jump by days while a worker is at its work: nobody is ended for it, and nobody is spared."""

import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from bigmodel.core.events import Kind
from bigmodel.core.job import State
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.platform.identity import identify
from tests.fakes.scene import open_scene, sleeper
from tests.patience import PATIENCE_S

DAY_S = 86_400.0


@pytest.mark.faults
def test_hundreds_of_clock_jumps_end_nobody(
    tmp_path: Path, ledger: Counter[str], losses: Counter[str]
) -> None:
    dice = random.Random(2)  # noqa: S311
    scene = open_scene(tmp_path / "home")
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        for _ in range(300):
            scene.say(Kind.BEAT, memory_mb=1)
            scene.turn(dice.uniform(0.1, 2.0), jump_s=dice.choice([1, -1]) * dice.uniform(3, DAY_S))
        ended = scene.state(job_id) != State.RUNNING
        for _ in range(5):
            scene.turn(1.0)
        stuck = process.wait(PATIENCE_S) != -signal.SIGKILL
    ledger["clock jumps"] += 300
    losses["workers ended by a clock"] += ended
    losses["stuck leases"] += stuck
    assert (ended, stuck) == (False, False)
