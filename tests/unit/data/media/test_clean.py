"""Noisy recordings come in with their clean twins; clean ones get noise, and what is held out gets noise that no other got."""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.clean import FORMAT
from bigmodel.data.media.audio import read_sound, write_sound
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item, MediaFiles
from bigmodel.data.media.listing import Context
from bigmodel.data.media.noise import made as noises
from bigmodel.data.tables.table import Findings, Limits
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from tests.fakes.noisy import voice
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import quick_settings

LENGTH = 8_000


def sound(seed: int, length: int = LENGTH) -> bytes:
    return write_sound(voice(length / noises.RATE, np.random.default_rng(seed)))


def tone(hertz: float) -> bytes:
    return write_sound(0.3 * np.sin(2 * np.pi * hertz * np.arange(LENGTH) / noises.RATE))


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def found(
    files: dict[str, bytes], kind: str = ""
) -> tuple[list[tuple[Item, Entry]] | None, dict[str, object]]:
    """Return noisy recordings with their twins, and what is said."""
    items = tuple(
        Item(Entry(name, len(content), lambda content=content: BytesIO(content)))  # type: ignore[misc]
        for name, content in files.items()
    )
    findings = Findings()
    context = Context(Path(), Limits(9, 9, 9, 9), findings, kind=kind)
    read = FORMAT.read(MediaFiles("audio", items), context)
    said = {note.key.removeprefix("data.reading."): note.args for note in findings.all()}
    if read is None:
        return None, said
    half = len(read.items) // 2
    return list(
        zip(read.items[:half], [twin.entry for twin in read.items[half:]], strict=True)
    ), said


@pytest.fixture
def service(tmp_path: Path) -> DatasetService:
    return DatasetService(quick_settings(tmp_path / "home"), ScratchStore())


def test_pairs_are_found_by_their_names_and_what_has_no_twin_is_said() -> None:
    names = ["noisy/a/1.wav", "clean/a/1.flac", "Noisy/2.wav", "clean/2.wav", "noisy/3.wav"]
    items, said = found(dict.fromkeys(names, b""))
    assert items is not None
    pairs = [(item.entry.name, twin.name) for item, twin in items]
    assert pairs == [("noisy/a/1.wav", "clean/a/1.flac"), ("Noisy/2.wav", "clean/2.wav")]
    assert said["twins_alone"] == {"count": 1, "names": "noisy/3.wav"}


def test_chinese_and_voicebank_folders_are_known() -> None:
    for noisy, clean in (("带噪", "干净"), ("noisy_testset_wav", "clean_testset_wav")):
        items, _ = found({f"{noisy}/p1.wav": b"", f"{clean}/p1.wav": b""})
        assert items is not None
        assert items[0][1].name == f"{clean}/p1.wav"


def test_class_folders_stay_classes_unless_twins_are_asked_for() -> None:
    files = {f"{name}/{n}.wav": sound(n) for name in ("dog", "noise") for n in range(3)}
    assert found(files)[0] is None
    items, said = found(files, kind="clean")
    assert items is not None
    assert len(items) == 3
    assert said["noise_own"] == {"count": 3, "noises": 3}
    with pytest.raises(DatasetError, match="clean_none"):
        found({"noise/1.wav": b""}, kind="clean")
    with pytest.raises(DatasetError, match="twins_none"):
        found({"noisy/1.wav": b"", "clean/2.wav": b""}, kind="clean")


@pytest.mark.parametrize(
    ("names", "is_read"),
    [
        (["clean_audio/dog/1.wav", "clean_audio/cat/1.wav"], False),
        (["dev-clean/84/1/84-1-0.flac", "dev-clean/85/2/85-2-0.flac"], False),
        (["dev-clean/84/1.flac"], False),
        (["clean_dog/1.wav", "clean_cat/1.wav"], False),
        (["voices/clean/1.wav", "voices/clean/2.wav"], True),
        (["train/clean/1.wav", "test/clean/2.wav"], True),
        (["clean/train/1.wav", "clean/test/2.wav"], True),
        (["clean_trainset_wav/1.wav", "clean_testset_wav/2.wav"], True),
        (["clean/p1/1.wav", "clean/p2/1.wav", "noise/street.wav"], True),
    ],
)
def test_folders_within_a_clean_one_stay_classes_unless_noise_is_beside(
    names: list[str], is_read: bool
) -> None:
    files = {name: sound(n) for n, name in enumerate(names)}
    assert (found(files)[0] is not None) == is_read
    assert found(files, kind="clean")[0] is not None


def test_held_out_recordings_get_noise_that_no_other_one_got() -> None:
    pitches = [500 + 250 * n for n in range(10)]
    files = {f"clean/{n}.wav": sound(n) for n in range(40)}
    items, _ = found(files | {f"noise/{hertz}.wav": tone(hertz) for hertz in pitches})
    assert items is not None
    got: dict[str, set[int]] = {}
    for item, twin in items:
        noisy, clean = (read_sound(BytesIO(e.open().read())) for e in (item.entry, twin))
        spectrum = np.abs(np.fft.rfft(noisy - clean))
        hertz = np.fft.rfftfreq(len(noisy), 1 / noises.RATE)[spectrum.argmax()]
        part = "train" if item.split == Split.TRAIN else "held"
        got.setdefault(part, set()).add(min(pitches, key=lambda pitch: abs(pitch - hertz)))
    assert len(got["train"]) > 1
    assert got["train"] & got["held"] == set()
    counts = [
        sum(item.split == part for item, _ in items) for part in (Split.TEST, Split.VALIDATION)
    ]
    assert counts == [4, 4]


def test_only_noise_there_is_gives_its_end_to_what_is_held_out() -> None:
    early, late = (
        0.3 * np.sin(2 * np.pi * f * np.arange(70_000) / noises.RATE) for f in (500, 3_000)
    )
    whole = write_sound(np.concatenate([early, late[:30_000]]))
    items, said = found({f"clean/{n}.wav": sound(n) for n in range(20)} | {"noise/room.wav": whole})
    assert items is not None
    assert said["noise_own"] == {"count": 20, "noises": 1}
    for item, twin in items:
        noisy, clean = (read_sound(BytesIO(e.open().read())) for e in (item.entry, twin))
        spectrum = np.abs(np.fft.rfft(noisy - clean))
        hertz = np.fft.rfftfreq(len(noisy), 1 / noises.RATE)[spectrum.argmax()]
        assert (hertz > 1_500) == (item.split != Split.TRAIN)


def test_mixture_is_as_loud_as_asked_and_never_too_loud() -> None:
    dice = np.random.default_rng(0)
    clean, noise = voice(1.0, dice) * 9, noises.white(16_000, dice)
    noisy, twin = noises.mixed(clean, noise, 5.0)
    rest = noisy - twin
    assert 10 * np.log10((twin @ twin) / (rest @ rest)) == pytest.approx(5, abs=0.01)
    assert np.abs(noisy).max() <= 0.9001
    again = [make(4_000, np.random.default_rng(3)) for make in noises.VARIED]
    for one, make in zip(again, noises.VARIED, strict=True):
        assert (one == make(4_000, np.random.default_rng(3))).all()
        assert np.isfinite(one).all()
        assert len(one) == 4_000


def test_recordings_alone_become_twins_where_the_task_is_asked_for(
    service: DatasetService, tmp_path: Path
) -> None:
    path = zipped(tmp_path / "own.zip", {f"{n}.flac": sound(n) for n in range(24)})
    version = service.import_file("local", path, task="speech_enhancement").version
    assert (version.recipe.form, version.summary.target) == (Form.PAIRED, "clean")
    assert "data.reading.noise_made" in [problem.key for problem in version.summary.problems]
    data = load_task_data(service._settings.home / version.folder, target_kind("clean"))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [19, 2, 3]
    noisy, clean = (read_sound(Path(p[0])) for p in (data.test.inputs, data.test.targets))
    assert len(noisy) == len(clean)
    assert not np.allclose(noisy, clean)


def test_twin_of_another_length_is_left_out_and_said(
    service: DatasetService, tmp_path: Path
) -> None:
    files = {f"noisy/{n}.flac": sound(n) for n in range(8)}
    files |= {f"clean/{n}.flac": sound(n, LENGTH if n else 2 * LENGTH) for n in range(8)}
    version = service.import_file("local", zipped(tmp_path / "pairs.zip", files)).version
    told = {problem.key: problem.args for problem in version.summary.problems}
    assert told["data.reading.twins_uneven"] == {"count": 1, "names": "noisy/0.flac"}
    assert version.summary.usable_rows == 7
