"""Checkpoints with a flipped bit: none is ever loaded, the one before it is."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.events import Event, Kind, decode
from bigmodel.core.job import Saved
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker import seal, worker
from bigmodel.settings import Settings
from tests.fakes.workshop import make_dataset, quick_settings

FILES = {"state.safetensors": 4_000, "state.json": 300}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home")


def save(settings: Settings, step: int) -> Saved:
    """Write a sealed checkpoint of an earlier attempt."""
    place = settings.jobs / "job" / "1" / "checkpoints"
    draft = place / f".tmp-{step}"
    draft.mkdir(parents=True)
    for name, size in FILES.items():
        (draft / name).write_bytes(random.Random(step).randbytes(size))  # noqa: S311
    digest = seal.seal_with_manifest(draft, place / str(step))
    return Saved((place / str(step)).relative_to(settings.home).as_posix(), step, digest)


def flips(folder: Path, count: int) -> Iterator[str]:
    """Flip one bit after the other, each alone, spread over all files."""
    generator = random.Random(3)  # noqa: S311
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    for number in range(count):
        path = paths[number % len(paths)]
        sound = path.read_bytes()
        bit = generator.randrange(8 * len(sound))
        broken = bytearray(sound)
        broken[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(broken)
        yield f"bit {bit} of {path.name}"
        path.write_bytes(sound)


def silent_loads(settings: Settings, count: int) -> list[str]:
    """Return the flips after which the damaged checkpoint would have been loaded with other contents."""
    older, newest = save(settings, 10), save(settings, 20)
    attempt = Attempt("job", 2, "toy", "toy", {}, {}, "", resume=newest, older=(older,))
    folder = settings.home / newest.folder
    sound = seal.digests(folder)
    found = []
    for flip in flips(folder, count):
        is_changed = seal.digests(folder) != sound
        chosen = worker.newest_whole(attempt, settings)
        if chosen not in (newest, older) or (is_changed and chosen == newest):
            found.append(flip)
    return found


def test_thirty_flips_and_no_silent_load(settings: Settings) -> None:
    assert silent_loads(settings, 30) == []


@pytest.mark.faults
def test_thousand_flips_and_no_silent_load(settings: Settings) -> None:
    assert silent_loads(settings, 1_000) == []


def run_toy(settings: Settings, resume: Saved | None, *older: Saved) -> list[Event]:
    """Run an attempt in this process and return what it said."""
    dataset = make_dataset(settings, rows=100)
    folder = settings.jobs / "job" / ("2" if resume else "1")
    attempt = Attempt(
        job_id="job",
        token=int(folder.name),
        task="toy_copy",
        name="toy",
        params={"base": "scratch", "steps": 30, "checkpoint_every": 10},
        base={"name": "scratch", "kind": "scratch", "folder": None},
        dataset=dataset.version.folder,
        resume=resume,
        older=older,
    )
    attempt_folder.write_attempt(folder, attempt)
    worker.main(folder, settings)
    return decode((folder / attempt_folder.EVENTS).read_bytes())[0]


def test_damaged_checkpoint_falls_back_and_says_so(settings: Settings) -> None:
    told = [event.data for event in run_toy(settings, None) if event.kind == Kind.CHECKPOINT]
    saved = {data["step"]: Saved(data["folder"], data["step"], data["digest"]) for data in told}
    (settings.home / saved[30].folder / "state.json").write_text("{}")
    events = run_toy(settings, saved[30], saved[20])
    back = next(event.data for event in events if event.data.get("back"))
    assert (back["step"], back["folder"]) == (20, saved[20].folder)
    notes = [event.data for event in events if event.kind == Kind.NOTE]
    assert (notes[0]["key"], notes[0]["args"]) == ("jobs.notes.checkpoint_back", {"step": 20})
    points = [point for event in events for point in event.data.get("points", [])]
    assert sorted({step for _, step, _ in points}) == list(range(21, 31))


def test_no_whole_checkpoint_means_from_the_beginning(settings: Settings) -> None:
    gone = Saved("jobs/job/1/checkpoints/30", 30, "digest")
    events = run_toy(settings, gone)
    keys = [event.data["key"] for event in events if event.kind == Kind.NOTE]
    assert keys[0] == "jobs.notes.checkpoint_none"
    back = next(event.data for event in events if event.data.get("back"))
    assert (back["step"], back["folder"]) == (0, "")
