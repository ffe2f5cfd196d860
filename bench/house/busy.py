"""How much of its speed a training keeps while one other program is busy, with the environment that workers get."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bigmodel.environment import environment, threads_each
from bigmodel.settings import Settings

ROUNDS = 5  # free and busy by turns, so that anything else that runs meets both
SPIN = "while True: pass"
TRAIN = """
import json, sys, time, torch
torch.manual_seed(0)
layer = torch.nn.TransformerEncoderLayer(128, 2, 512, batch_first=True)
model = torch.nn.TransformerEncoder(layer, 2)
optimizer = torch.optim.AdamW(model.parameters())
batch = torch.randn(16, 64, 128)
def speed(seconds):
    steps, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        model(batch).pow(2).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        steps += 1
    return steps / (time.monotonic() - began)
speed(1.0)
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(speed(2.0)), flush=True)
"""


def run() -> list[Figure]:
    """Return the figures; the machine should have nothing else to do."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        free, busy = _speeds(environment(settings, threads_each(settings)))
    share = statistics.median(busy) / statistics.median(free)
    load = os.getloadavg()[0]
    return [
        Figure("steps of a small training, alone", statistics.median(free), "/s", "", None),
        Figure("of that beside one busy program", 100 * share, "%", "≥ 40", share >= 0.4),
        Figure("load of the machine meanwhile", load, "", "about 2", None),
    ]


def _speeds(variables: dict[str, str]) -> tuple[list[float], list[float]]:
    command = [sys.executable, "-c", TRAIN]
    with subprocess.Popen(
        command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("the training has no pipes")
        child.stdout.readline()
        free, busy = [], []
        for _ in range(ROUNDS):
            free.append(_ask(child))
            with _busy_program():
                busy.append(_ask(child))
        child.stdin.close()
    return free, busy


def _ask(child: subprocess.Popen[str]) -> float:
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the training has no pipes")
    child.stdin.write("\n")
    child.stdin.flush()
    return float(json.loads(child.stdout.readline()))


@contextlib.contextmanager
def _busy_program() -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-c", SPIN]) as process:
        try:
            yield
        finally:
            process.kill()
