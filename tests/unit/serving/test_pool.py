"""Real children of a fake task: they answer, crash, hang, leave, and make room for each other."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from bigmodel.core.errors import ModelError
from bigmodel.core.task import Explanation
from bigmodel.serving import pool
from bigmodel.serving import process as processes
from bigmodel.serving.pool import Serving
from bigmodel.serving.process import Reply
from bigmodel.settings import Settings
from tests.patience import PATIENCE_S

Make = Callable[..., Path]


def scores(serving: Serving, folder: Path, *asked: Any) -> list[list[float]]:
    return [answer["scores"] for answer in serving.answers(folder, *asked)]


def pid_of(serving: Serving, folder: Path) -> int:
    return int(scores(serving, folder, ["process"])[0][0])


def gone(pid: int, patience_s: float = PATIENCE_S) -> bool:
    if not psutil.pid_exists(pid):
        return True
    process = psutil.Process(pid)
    if process.status() == psutil.STATUS_ZOMBIE:
        return True
    return process not in psutil.wait_procs([process], patience_s)[1]


def test_child_answers_in_order_of_inputs(serving: Serving, model: Make) -> None:
    texts = ["good", "bad", "neither"]
    assert [row.index(max(row)) for row in scores(serving, model(), texts)] == [1, 0, 0]


def test_inputs_are_cleaned_as_the_rows_were_that_it_learned(serving: Serving, model: Make) -> None:
    folder = model(labels=(), cleaning=["html", "repeats"])
    assert scores(serving, folder, ["<p>12</p>", "1  2"]) == [[2.0], [3.0]]


def test_long_table_is_asked_in_slices(serving: Serving, model: Make) -> None:
    seen: list[tuple[int, int]] = []
    rows = scores(
        serving, model(labels=()), ["x" * n for n in range(150)], lambda *a: seen.append(a)
    )
    assert [row[0] for row in rows] == list(range(150))
    done = [0, *(at for at, _ in seen)]
    assert done[-1] == 150
    assert max(after - before for before, after in pairwise(done)) <= 64
    assert len(seen) < 75


def test_many_slow_rows_are_not_cut_off(
    settings: Settings, model: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures of a large model: all of them take longer than the patience, no slice of them does."""
    now, slices = [0.0], []

    class Slow(Serving):
        def _ask(self, folder: Path, inputs: Sequence[str], *rest: Any) -> Reply:
            slices.append(len(inputs))
            now[0] += 0.1 * PATIENCE_S * len(inputs)
            return super()._ask(folder, inputs, *rest)

    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: now[0]))
    serving = Slow(settings, answer_s=PATIENCE_S)
    try:
        assert len(serving.answers(model(), ["good"] * 15)) == 15
    finally:
        serving.close()
    assert now[0] > PATIENCE_S
    assert 0.1 * PATIENCE_S * max(slices) < PATIENCE_S


def test_second_question_uses_same_child(serving: Serving, model: Make) -> None:
    folder = model()
    assert pid_of(serving, folder) == pid_of(serving, folder)


def test_many_callers_start_one_child(serving: Serving, model: Make) -> None:
    folder = model()
    with ThreadPoolExecutor(8) as threads:
        pids = set(threads.map(lambda _: pid_of(serving, folder), range(16)))
    assert len(pids) == 1


def test_crashed_child_is_replaced_unseen(serving: Serving, model: Make) -> None:
    folder = model()
    first = pid_of(serving, folder)
    assert len(scores(serving, folder, ["crash once"])) == 1
    assert pid_of(serving, folder) != first


def test_child_killed_between_questions_is_replaced(serving: Serving, model: Make) -> None:
    folder = model()
    os.kill(pid_of(serving, folder), signal.SIGKILL)
    assert len(scores(serving, folder, ["good"])) == 1


def test_input_that_always_crashes_is_told(serving: Serving, model: Make) -> None:
    folder = model()
    with pytest.raises(ModelError) as caught:
        scores(serving, folder, ["crash"])
    assert caught.value.key == "serving_crashed"
    assert len(scores(serving, folder, ["good"])) == 1


def test_hanging_child_is_ended_in_time(settings: Settings, model: Make) -> None:
    folder = model()
    serving = Serving(settings, answer_s=PATIENCE_S)
    pid = pid_of(serving, folder)
    serving._answer_s = 1.0
    with pytest.raises(ModelError) as caught:
        scores(serving, folder, ["hang"])
    assert caught.value.key == "serving_timeout"
    assert gone(pid)


def test_child_that_works_slowly_is_waited_for(settings: Settings, model: Make) -> None:
    folder = model()
    serving = Serving(settings, answer_s=PATIENCE_S)
    pid = pid_of(serving, folder)
    serving._answer_s = 1.2  # by the clock its second of work takes longer
    assert len(scores(serving, folder, ["work"])) == 1
    assert pid_of(serving, folder) == pid


def test_frozen_child_with_full_pipe_is_ended(settings: Settings, model: Make) -> None:
    folder = model()
    frozen: list[int] = []

    class Impatient(Serving):
        """Has patience with a child that moves."""

        def _child(self, folder: Path) -> processes.Child:
            child = super()._child(folder)
            self._answer_s = 1.0 if child.pid in frozen else PATIENCE_S
            return child

    serving = Impatient(settings)
    frozen.append(pid_of(serving, folder))
    os.kill(frozen[0], signal.SIGSTOP)
    assert scores(serving, folder, ["good" * 50_000])  # replaced by a child that moves
    serving.close()


@pytest.mark.parametrize(
    ("text", "key"), [("stumble", "prediction_failed"), ("refuse", "text_missing")]
)
def test_engine_error_reaches_the_caller(
    serving: Serving, model: Make, text: str, key: str
) -> None:
    with pytest.raises(ModelError) as caught:
        scores(serving, model(), [text])
    assert caught.value.key == key


def test_output_of_libraries_breaks_nothing(serving: Serving, model: Make) -> None:
    assert len(scores(serving, model(), ["chatter", "good"])) == 2


def test_half_surrogate_travels_to_the_child(serving: Serving, model: Make) -> None:
    assert scores(serving, model(labels=()), ["\ud83d!"]) == [[2.0]]


def test_broken_model_says_so(serving: Serving, model: Make, settings: Settings) -> None:
    with pytest.raises(ModelError) as caught:
        scores(serving, model(is_broken=True), ["good"])
    assert caught.value.key == "model_not_loading"
    assert "these weights are broken" in (settings.run / "serving.log").read_text()


def test_missing_folder_says_so(serving: Serving, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        serving.warm(tmp_path / "nothing")
    assert caught.value.key == "model_not_loading"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds private memory")
def test_model_larger_than_its_weights_can_be_is_not_loaded(
    serving: Serving, model: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "GPU", tmp_path / "none")
    with pytest.raises(ModelError) as caught:
        serving.answers(model(size_mb=8_000), ["good"])
    assert caught.value.key == "model_not_loading"
    assert serving.answers(model("two", size_mb=64), ["good"])


def test_bound_grows_with_the_weights(
    settings: Settings, model: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "GPU", tmp_path / "none")
    small, large = model("small"), model("large")
    with (large / "model.safetensors").open("wb") as file:
        file.truncate(2**30)
    assert processes.memory_bound_mb(small, settings) == 1_024 + settings.serving_mb
    assert processes.memory_bound_mb(large, settings) == 1_024 + 5 * 1_024
    monkeypatch.setattr(processes, "GPU", tmp_path)
    assert processes.memory_bound_mb(large, settings) == 0


def test_secrets_stay_out_of_the_child(
    serving: Serving, model: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert scores(serving, model(), ["secret HF_TOKEN", "secret PATH"]) == [[0.0], [1.0]]


def test_oldest_child_makes_room(settings: Settings, model: Make) -> None:
    serving = Serving(settings.model_copy(update={"serving_mb": 256}))
    first, second = model("one"), model("two")
    scores(serving, first, ["good"])
    scores(serving, second, ["good"])
    assert serving.loaded() == [second]
    serving.close()


def test_busy_child_is_not_evicted(settings: Settings, model: Make) -> None:
    serving = Serving(settings.model_copy(update={"serving_mb": 256}), answer_s=30.0)
    first, second = model("one"), model("two")
    pid = pid_of(serving, first)

    def ask() -> None:
        with pytest.raises(ModelError):
            scores(serving, first, ["hang"])

    caller = threading.Thread(target=ask)
    caller.start()
    child = serving._children[first]
    while not child.lock.locked():
        assert caller.is_alive()
    scores(serving, second, ["good"])
    assert psutil.pid_exists(pid)
    serving.close()
    caller.join()


def test_idle_child_leaves_by_itself(settings: Settings, model: Make) -> None:
    serving = Serving(settings.model_copy(update={"serving_idle_s": 0.3}))
    folder = model()
    pid = pid_of(serving, folder)
    assert gone(pid)
    assert pid_of(serving, folder) != pid
    serving.close()


def test_warm_loads_before_the_question(serving: Serving, model: Make) -> None:
    folder = model()
    serving.warm(folder)
    assert serving.loaded() == [folder]
    assert len(scores(serving, folder, ["good"])) == 1


def test_children_die_with_a_killed_parent(settings: Settings, model: Make) -> None:
    script = (
        "import sys; from pathlib import Path; from bigmodel.settings import Settings\n"
        "from bigmodel.serving.pool import Serving\n"
        "serving = Serving(Settings())\n"
        "print(int(serving.answers(Path(sys.argv[1]), ['process'])[0]['scores'][0]), flush=True)\n"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(model())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ
        | {
            "BIGMODEL_HOME": str(settings.home),
            "BIGMODEL_TASK_FOLDERS": str(settings.task_folders[0]),
        },
        cwd=Path(__file__).parents[3],
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    assert gone(pid)


def test_look_says_more_than_scores(serving: Serving, model: Make) -> None:
    [(answer, said)] = serving.looks(model(near=("row 1", "row 2")), ["good"])
    assert answer["scores"].index(max(answer["scores"])) == 1
    assert said.nearest == (("row 1", 0.0), ("row 2", 0.25))
    assert said.ood_score == 0.5
    assert said.course[1] == (0.5, 1.0, (0.2, 0.8))


def test_many_are_looked_at_in_slices(serving: Serving, model: Make) -> None:
    texts = [f"good {n}" if n % 2 else f"neither {n}" for n in range(130)]
    seen: list[tuple[int, int]] = []
    looks = serving.looks(model(), texts, lambda *at: seen.append(at))
    assert [said.ood_score for _, said in looks] == [1.5, 0.5] * 65
    assert seen[-1] == (130, 130)


def test_model_that_looks_answers_once(serving: Serving, model: Make) -> None:
    [(answer, said)] = serving.looks(model(looks=True), ["garbled"])
    assert answer == {"scores": [0.25, 0.75]}
    assert said.unreadable == "broken"


def test_answer_of_another_type_travels_unread(serving: Serving, model: Make) -> None:
    folder = model(labels=(), hears=True, task="mirror_speech")
    [(answer, said)] = serving.looks(folder, ["yes no"])
    words = [["yes", 0.95], ["no", 0.4]]
    assert answer == {"scores": [0.75], "text": "yes no", "words": words}
    assert said == Explanation()


def test_growing_answer_comes_in_parts(serving: Serving, model: Make) -> None:
    folder = model(labels=(), hears=True, task="mirror_speech")
    parts: list[str] = []
    whole = serving.grow(folder, "one two", lambda part: parts.append(part["text"]) is None)
    assert parts == ["one", "one two"]
    assert whole["text"] == "one two"
    plain = model("plain")  # its answers do not grow
    assert serving.grow(plain, "good", lambda _: True)["scores"]


def test_raw_bytes_lie_in_a_file_beside_and_leave_no_trace(
    serving: Serving, model: Make, settings: Settings
) -> None:
    folder = model(labels=(), task="mirror_bytes")
    assert serving.answers(folder, ["abc"] * 3) == [{"picture": bytes(range(256)) + b"abc"}] * 3
    assert list(settings.run.glob("answers-*/*")) == []
    serving.close()
    assert list(settings.run.glob("answers-*")) == []


def test_unreadable_file_is_told_and_the_child_lives(
    serving: Serving, model: Make, tmp_path: Path
) -> None:
    folder = model()
    pid = pid_of(serving, folder)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\xff")
    with pytest.raises(ModelError, match="picture_broken"):
        serving.looks(folder, [str(broken)])
    assert pid_of(serving, folder) == pid


def test_child_ends_with_the_process_that_started_it_though_it_is_at_work(
    serving: Serving, model: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr(processes.atexit, "register", at_exit.append)
    folder = model()
    pid = pid_of(serving, folder)
    [end] = at_exit
    with ThreadPoolExecutor(1) as busy:
        asked = busy.submit(scores, serving, folder, ["hang"])
        end()
        assert gone(pid)
        with suppress(ModelError):  # or a new child, which hangs as well, is ended with its pool
            serving.close()
            asked.result()
