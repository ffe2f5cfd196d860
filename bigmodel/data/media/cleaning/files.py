"""Files after the steps of cleaning, written beside those that came, which stay as they are.

What an input is cleaned into at prediction is what a row of a version was cleaned into, for both are opened and cleaned here.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.media import audio, images
from bigmodel.data.media.files import IMAGE
from bigmodel.data.media.keep import HEAVY_BYTES, MAX_THREADS, Keeper, Kept, sound_as
from bigmodel.data.picture_steps import clean_picture
from bigmodel.data.sound_steps import PIECES, clean_sound


@dataclass(frozen=True)
class Cleaner:
    """Cleans files of one medium by steps; what changes is written below `folder`."""

    medium: str
    steps: Sequence[str]
    folder: Path

    def kept(self, name: str, media: Path, keeper: Keeper) -> list[Kept]:
        """Return what a file below a media folder becomes; one that no step changes keeps its name.

        Raises:
            DatasetError: the file cannot be read.
        """
        if self.medium == IMAGE:
            picture = images.open_picture(media / name)
            made = clean_picture(picture, self.steps)
            if made is picture:
                return [Kept(name, Path(name).stem, *picture.size)]
            return [keeper.keep_picture(made)]
        sound = audio.read_sound(media / name)
        pieces = clean_sound(sound, audio.RATE, self.steps)
        if pieces[0] is sound:
            return [sound_as(name, sound, audio.RATE)]
        return [keeper.keep_sound(piece) for piece in pieces]

    def at_prediction(self, path: Path, *, in_pieces: bool) -> list[Path]:
        """Return the files that a model answers in the place of one; one that cannot be read is left to the model to refuse.

        `in_pieces`: answers to pieces can be put together, so the file is cut where the steps say so.
        """
        steps = self.steps if in_pieces else [s for s in self.steps if not s.startswith(PIECES)]
        cleaner = Cleaner(self.medium, steps, self.folder)
        try:
            found = cleaner.kept(path.name, path.parent, Keeper(self.medium, self.folder))
        except (DatasetError, OSError):
            return [path]
        return [path if each.file == path.name else self.folder / each.file for each in found]


def clean_all(
    names: Sequence[str], media: Path, cleaner: Cleaner, progress: Callable[[float], None]
) -> list[list[Kept]]:
    """Return what each kept file becomes, in order; several are cleaned at the same time, of heavy ones one."""
    keeper, heavy = Keeper(cleaner.medium, cleaner.folder), threading.Lock()

    def clean(name: str) -> list[Kept]:
        is_heavy = (media / name).stat().st_size > HEAVY_BYTES
        with heavy if is_heavy else nullcontext():
            return cleaner.kept(name, media, keeper)

    threads = min(MAX_THREADS, os.cpu_count() or 1)
    found = []
    with ThreadPoolExecutor(threads) as pool:
        try:
            for kept in pool.map(clean, names):
                found.append(kept)
                progress(len(found) / len(names))
        finally:
            pool.shutdown(cancel_futures=True)
    return found
