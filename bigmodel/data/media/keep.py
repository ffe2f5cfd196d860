"""Decodes each file of an upload and keeps it as we store it, under the hash of what is stored.

Nothing of a file's own bytes is ever stored: pictures are encoded anew (so that no metadata, no
trailing data and no second format inside survives), sounds are resampled once. Only names made of
hexadecimal digits are written.
"""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from bigmodel.core.errors import DatasetError
from bigmodel.data.media import audio, images
from bigmodel.data.media.entry import THUMB_ENDING, Entry
from bigmodel.data.media.files import IMAGE, Item
from bigmodel.data.media.resample import Samples

MAX_THREADS = 4
IN_FLIGHT = 4  # files waiting for each thread
HEAVY_BYTES = 8 * 2**20  # such files are decoded one at a time
EXIF_BYTES = 2**16
POINTS = 100  # of a waveform
TOO_SHORT_S = 0.05
ODD = "pictures_odd"  # a drawing; worth a word only where nearly all others are photos
FEWEST_PIXELS = images.LOSSLESS_SIDE
# What the whole upload is refused for, rather than one file.
FATAL = {"archive_bomb", "disk_short_for_files"}


@dataclass(frozen=True)
class Kept:
    """A file as it is stored: its name below `media/`, and what its row says."""

    file: str
    digest: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    envelope: str = ""
    transform: str = ""  # how a picture was turned and made smaller
    remarks: tuple[str, ...] = ()  # keys below `data.reading.`


Result = Kept | DatasetError


def keep_all(
    items: Sequence[Item],
    medium: str,
    folder: Path,
    progress: Callable[[float], None],
    *,
    is_exact: bool = False,
) -> Iterator[tuple[Item, Result]]:
    """Yield what became of each file, in order, a few decoded at the same time; `is_exact`: every pixel of a picture is kept.

    Raises:
        DatasetError: the whole upload is refused (`archive_bomb`).
    """
    keeper = Keeper(medium, folder, is_exact=is_exact)
    threads = min(MAX_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for number, item in enumerate(items):
                waiting.append((item, pool.submit(keeper.keep, item.entry)))
                if len(waiting) >= threads * IN_FLIGHT:
                    yield _first(waiting)
                    progress(number / len(items))
            while waiting:
                yield _first(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _first(waiting: "deque[tuple[Item, Future[Result]]]") -> tuple[Item, Result]:
    item, future = waiting.popleft()
    return item, future.result()


def sound_as(file: str, samples: Samples, rate: int) -> Kept:
    """Return what a row says of a stored recording."""
    peaks = audio.envelope(samples, POINTS)
    shape = " ".join(str(min(99, int(100 * peak))) for peak in peaks)
    return Kept(file, Path(file).stem, seconds=len(samples) / rate, envelope=shape)


class Keeper:
    """Writes files of one medium below a folder; used by several threads."""

    def __init__(self, medium: str, folder: Path, *, is_exact: bool = False) -> None:
        self._longest = images.LONGEST_EXACT if is_exact else images.LONGEST
        self._is_exact = is_exact
        self._make = self._picture if medium == IMAGE else self._sound
        self._folder = folder
        self._heavy = threading.Lock()
        for number in range(256):
            (folder / f"{number:02x}").mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, entry: Entry) -> Result:
        """Decode and store a file, or return why that cannot be done."""
        try:
            with entry.open() as file:
                if entry.size <= HEAVY_BYTES:
                    return self._make(file)
                with self._heavy:
                    return self._make(file)
        except DatasetError as error:
            if error.key in FATAL:
                raise
            return error

    def _picture(self, file: BinaryIO) -> Kept:
        head = file.read(EXIF_BYTES)
        picture = images.open_picture(file, self._longest)
        told = picture.info.pop("remarks", [])
        transform = picture.info.pop("transform").to_text()
        kept = self.keep_picture(picture)
        remarks = [
            *told,
            *(["pictures_tiny"] if images.is_tiny(picture) else []),
            *([ODD] if self._is_odd(picture) else []),
            *(["metadata_removed"] if b"Exif\0\0" in head else []),
        ]
        return replace(kept, transform=transform, remarks=tuple(remarks))

    def keep_picture(self, picture: Image.Image) -> Kept:
        """Store a decoded picture."""
        encoded = images.encode(picture, is_exact=self._is_exact)
        digest = hashlib.sha256(encoded.content).hexdigest()
        name = self._write(digest, f".{encoded.ending}", encoded.content)
        if max(picture.size) > images.THUMBNAIL:
            self._write(digest, THUMB_ENDING, images.thumbnail(BytesIO(encoded.content)))
        return Kept(name, digest, *picture.size)

    def _is_odd(self, picture: Image.Image) -> bool:
        is_large = max(picture.size) > FEWEST_PIXELS
        return is_large and not self._is_exact and images.is_notice(picture)

    def _sound(self, file: BinaryIO) -> Kept:
        found = audio.open_sound(file)
        remarks = [
            *(["sounds_one_side"] if found.is_one_side else []),
            *(["sounds_silent"] if found.is_silent else []),
            *(["sounds_cut"] if found.is_cut else []),
            *(["sounds_short"] if found.seconds < TOO_SHORT_S else []),
        ]
        return replace(self.keep_sound(found.samples, found.rate), remarks=tuple(remarks))

    def keep_sound(self, samples: Samples, rate: int = audio.RATE) -> Kept:
        """Store a decoded recording."""
        content = audio.write_sound(samples, rate)
        digest = hashlib.sha256(content).hexdigest()
        return sound_as(self._write(digest, ".flac", content), samples, rate)

    def _write(self, digest: str, ending: str, content: bytes) -> str:
        """Write a file unless the same one is there; return its name below the folder."""
        place = self._folder / digest[:2] / f"{digest}{ending}"
        if not place.exists():
            draft = place.with_name(f"{place.name}.{threading.get_ident():x}")
            draft.write_bytes(content)
            draft.replace(place)
        return f"{digest[:2]}/{place.name}"
