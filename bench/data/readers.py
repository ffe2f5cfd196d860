"""How fast and how frugal uploads of pictures are read, and that bombs of files are refused; `make bench ARGS=readers`.

The photos are made here: 200 of twelve megapixels and about four megabytes, as phones take them.
Data packs lie beside the repository and are not part of it; without them their figures are left out.
"""

import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from bench.figure import PACKS, Figure
from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.importer import read_upload
from bigmodel.settings import Settings

FLOWERS = PACKS / "g_img_flowers5" / "train.zip"
ROUNDS = 3
PHOTOS, PHOTO_SIZE = 200, (4_032, 3_024)
PHOTO_BYTES = (3_500_000, 4_500_000)
LOOK_S = 0.02
SPEED_GOAL, MEMORY_GOAL_MB, PHOTOS_GOAL_S = 1_000, 600, 60.0


class Watch:
    """The most memory that a reader takes, looked at from outside while it reads."""

    def __init__(self) -> None:
        self.most_mb = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(LOOK_S):
            for child in psutil.Process().children():
                try:
                    self.most_mb = max(self.most_mb, child.memory_info().rss / 2**20)
                except psutil.Error:
                    continue


def run() -> list[Figure]:
    """Measure reading, and what is refused."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", offline=True)
        settings.make_folders()
        return [
            *(flowers(settings) if FLOWERS.is_file() else []),
            *photos(settings, Path(folder)),
            *crowds(settings, Path(folder)),
        ]


def flowers(settings: Settings) -> list[Figure]:
    """Read thousands of small photos, the best of several rounds."""
    best, files = 0.0, 0
    with Watch() as watch:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            upload = read_upload(FLOWERS, settings)
            best = max(best, upload.rows / (time.perf_counter() - start))
            files = upload.rows
            upload.discard()
    return [
        _at_least(f"{files:,} small photos", best, "files/s", SPEED_GOAL),
        _at_most("reader of small photos, memory", watch.most_mb, "MB", MEMORY_GOAL_MB),
    ]


def photos(settings: Settings, folder: Path) -> list[Figure]:
    """Read photos as phones take them, with progress."""
    path = _pack(folder / "photos.zip", _photos())
    told: list[float] = []
    with Watch() as watch:
        start = time.perf_counter()
        upload = read_upload(path, settings, told.append)
        seconds = time.perf_counter() - start
    upload.discard()
    path.unlink()
    steps = len(set(told))
    return [
        _at_most(f"{PHOTOS} phone photos of 4 MB", seconds, "s", PHOTOS_GOAL_S),
        _at_most("reader of phone photos, memory", watch.most_mb, "MB", MEMORY_GOAL_MB),
        _at_least("steps of its progress bar", steps, "steps", 10),
    ]


def crowds(settings: Settings, folder: Path) -> list[Figure]:
    """Read 50,000 small files, and refuse 40,000 empty ones."""
    many = _pack(folder / "many.zip", ((name, _dot(name)) for name in _names(50_000)))
    start = time.perf_counter()
    upload = read_upload(many, settings)
    seconds = time.perf_counter() - start
    rows = upload.rows
    upload.discard()
    hollow = _pack(folder / "hollow.zip", ((name, b"") for name in _names(40_000)))
    start = time.perf_counter()
    is_refused = _is_refused(hollow, settings)
    return [
        Figure("50,000 small files in one ZIP", seconds, "s", "all read", rows == 50_000),
        Figure(
            "40,000 empty files refused", time.perf_counter() - start, "s", "refused", is_refused
        ),
    ]


def _is_refused(path: Path, settings: Settings) -> bool:
    try:
        read_upload(path, settings).discard()
    except DatasetError as error:
        return error.key == "archive_hollow"
    return False


def _photos() -> Iterator[tuple[str, bytes]]:
    """Yield large JPEG photos: soft shapes with as much grain as gives the size of a phone's."""
    dice = np.random.default_rng(0)
    soft = Image.fromarray(dice.integers(0, 256, (24, 32, 3), np.uint8)).resize(PHOTO_SIZE)
    grain = dice.normal(0, 11, (PHOTO_SIZE[1], PHOTO_SIZE[0], 3))
    pixels = (np.asarray(soft) + grain).clip(0, 255).astype(np.uint8)
    made: Mapping[int, bytes] = {
        turn: _jpeg(np.roll(pixels, 97 * turn, axis=1)) for turn in range(8)
    }
    for number in range(PHOTOS):
        content = made[number % len(made)]
        if not PHOTO_BYTES[0] <= len(content) <= PHOTO_BYTES[1]:
            raise RuntimeError(f"a made photo has {len(content):,} bytes")
        yield f"{'cat' if number % 2 else 'dog'}/{number}.jpg", content


def _jpeg(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _dot(name: str) -> bytes:
    buffer = BytesIO()
    colour = hash(name) & 0xFFFFFF
    Image.new("RGB", (16, 16), (colour >> 16, colour >> 8 & 255, colour & 255)).save(buffer, "PNG")
    return buffer.getvalue()


def _names(count: int) -> Iterator[str]:
    return (f"class {number % 10}/{number}.png" for number in range(count))


def _pack(path: Path, files: Iterator[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def _at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≥ {goal:g}", value >= goal)


def _at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:g}", value <= goal)
