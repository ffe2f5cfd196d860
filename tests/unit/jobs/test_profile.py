"""What is timed before a training: measuring a finished model as a worker does."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bigmodel.answers.spoken import ANSWER, LISTEN, MOST_HEARD
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.task import Engine
from bigmodel.jobs import profile

LOAD_S, SAY_S, LISTENER_S, HEAR_S = 2.0, 0.25, 8.0, 5.0
SENTENCES = tuple(f"this is a whole sentence {number}" for number in range(60))


class Voice:
    """Says a row in `SAY_S`, and hears it in `HEAR_S` where it is listened to, once its listener is there."""

    def __init__(self, clock: list[float]) -> None:
        self.clock, self.is_listening, self.answered = clock, False, 0

    def load(self, _folder: Path) -> "Voice":
        self.clock[0] += LOAD_S
        return self

    def answer(self, inputs: Sequence[str]) -> None:
        heard = sum(LISTEN in parts_of(one) for one in inputs)
        self.answered += len(inputs)
        self.clock[0] += SAY_S * len(inputs) + HEAR_S * heard
        self.clock[0] += LISTENER_S if heard and not self.is_listening else 0.0
        self.is_listening |= heard > 0


def test_listening_is_timed_apart_and_its_listener_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(profile, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    voice = Voice(clock)
    files = [f"{number}.wav" for number in range(len(SENTENCES))]
    rows = Rows(files, SENTENCES, files)
    data = TaskData(Rows(), rows, rows)
    engine = cast(Engine, cast(Any, voice))
    found = profile._answer_s(engine, Path(), data, ANSWER)
    assert found == pytest.approx(LOAD_S + LISTENER_S + 120 * SAY_S + 2 * MOST_HEARD * HEAR_S)
    assert voice.answered < 60  # of 120: the rest is in proportion


def test_nothing_held_out_takes_only_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(profile, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    engine = cast(Engine, cast(Any, Voice(clock)))
    assert profile._answer_s(engine, Path(), TaskData(Rows(), Rows(), Rows()), ANSWER) == LOAD_S
