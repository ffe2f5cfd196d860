"""How long people wait for answers of a demo, alone and twenty at once; it must never touch a person's data folder."""

import json
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from bench.figure import SAMPLES, Figure
from tests.journeys import shell
from tests.server import Studio

PEOPLE, QUESTIONS = 20, 15  # and how many each asks
THOUGHT_S = 1.0  # between an answer and the next question
SLOWER_GOAL = 1.5  # times one person's


def run() -> list[Figure]:
    """Ask the instant model of a sample, as the page of a demo does."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "home", trains=False)
        try:
            job = shell.train_instant(studio, SAMPLES / "support_en.csv")["job"]
            studio.start()
            address = f"{studio.url}demo/{job}/answer"
            _ask(address, 0)  # the model is loaded once
            alone, together = (_waits(address, people) for people in (1, PEOPLE))
        finally:
            studio.stop()
    goal = SLOWER_GOAL * alone
    return [
        Figure("answer of a demo, one person, p95", 1000 * alone, "ms", "", None),
        Figure(
            f"answer of a demo, {PEOPLE} people at once, p95",
            1000 * together, "ms", f"≤ {1000 * goal:.0f} ({SLOWER_GOAL:g} × one)", together <= goal,
        ),
    ]  # fmt: skip


def _waits(address: str, people: int) -> float:
    """Return the wait that nineteen of twenty answers keep within, in seconds."""
    waits: list[float] = []

    def use(number: int) -> None:
        time.sleep(THOUGHT_S * number / people)
        for turn in range(QUESTIONS):
            waits.append(_ask(address, 100 * number + turn))
            time.sleep(THOUGHT_S)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == people * QUESTIONS
    return sorted(waits)[int(0.95 * len(waits))]


def _ask(address: str, number: int) -> float:
    """Ask once, something that nobody asked before, and return how long it took."""
    body = json.dumps({"text": f"I was charged twice on invoice {number}"}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 - our own app
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        assert "html" in json.load(answer)
    return time.perf_counter() - start
