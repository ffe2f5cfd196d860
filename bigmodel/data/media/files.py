"""The files of an upload of pictures or recordings, by their names alone: which are media, which are something else."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry

PICTURES = {
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".heic", ".heif", ".hif",
    ".tif", ".tiff", ".avif",
}  # fmt: skip
SOUNDS = {
    ".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".amr", ".webm",
    ".weba", ".mp4", ".3gp", ".mka", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd", ".w64", ".awb",
}  # fmt: skip
# Media that are not read: taken as files that cannot be read, with their class, and never passed by.
OTHER_PICTURES = {
    ".svg", ".psd", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".tga", ".ico",
    ".jp2", ".j2k", ".jxl", ".ppm", ".pgm", ".pbm", ".dcm", ".exr", ".hdr", ".eps", ".pcx", ".nii",
}  # fmt: skip
OTHER_SOUNDS = {
    ".wma", ".slk", ".silk", ".aud", ".ra", ".rm", ".dss", ".ds2", ".ac3", ".dts", ".ape", ".mid", ".midi",
    ".m4b", ".m4r", ".mp2", ".mpga", ".gsm", ".vox", ".spx", ".wv", ".tta", ".mov", ".mkv", ".avi",
}  # fmt: skip
MEDIA = PICTURES | SOUNDS | OTHER_PICTURES | OTHER_SOUNDS
PACKED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"}
JUNK = {"thumbs.db", "desktop.ini", "__macosx"}
IMAGE, AUDIO = "image", "audio"
MOST_STRAY = 0.25  # of the files: more of the other medium lies there for its own sake
MUCH_OF_SOUND = 0.9  # pictures about as many as recordings are pictures of these
FEWEST_FILES = 5  # below which nothing can be learned from them


@dataclass(frozen=True)
class Item:
    """One file and what is known of it: its class or words (or nothing), and its part if the upload gives one."""

    entry: Entry
    label: str = ""
    split: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        return self.entry.parts[:-1]


@dataclass(frozen=True)
class MediaFiles:
    """The files of an upload: those of its medium (with a few of the other one, to be told about), and all others."""

    medium: str
    items: tuple[Item, ...]
    others: tuple[Entry, ...] = ()


def sort_files(entries: Sequence[Entry], *, looks_like_media: Callable[[Entry], str]) -> MediaFiles:
    """Return the files of an upload; `looks_like_media` says of files whose name has no ending what they are ("" for neither).

    Raises:
        DatasetError: `archive_empty`, `archive_nested` or `media_none`.
    """
    wanted = [entry for entry in entries if entry.parts and not is_junk(entry)]
    if not wanted:
        raise DatasetError("archive_empty")
    packed = [entry.name for entry in wanted if entry.ending in PACKED]
    if packed:
        raise DatasetError("archive_nested", name=packed[0][-80:], count=len(packed))
    pictures = [entry for entry in wanted if entry.ending in PICTURES | OTHER_PICTURES]
    sounds = [entry for entry in wanted if entry.ending in SOUNDS | OTHER_SOUNDS]
    nameless = [entry for entry in wanted if not entry.ending and looks_like_media(entry)]
    if not pictures and not sounds and not nameless:
        raise DatasetError("media_none", count=len(wanted))
    are_pictures = len(pictures) * MUCH_OF_SOUND > len(sounds)
    if not pictures and not sounds:  # their content tells
        are_pictures = sum(looks_like_media(e) == IMAGE for e in nameless) > len(nameless) / 2
    medium = IMAGE if are_pictures else AUDIO
    stray = sounds if medium == IMAGE else pictures
    is_mixed = len(stray) > MOST_STRAY * (len(pictures) + len(sounds))
    media = {id(e) for e in (*pictures, *sounds, *nameless)} - {id(e) for e in stray if is_mixed}
    items = tuple(Item(entry) for entry in wanted if id(entry) in media)
    return MediaFiles(medium, items, tuple(entry for entry in wanted if id(entry) not in media))


def is_media(entry: Entry) -> bool:
    """Tell whether a file is called like a picture or a recording, of a kind that is read or not."""
    return entry.ending in MEDIA


def repeated_names(items: Sequence[Item]) -> list[str]:
    """Return the names that several files of an archive have."""
    return [name for name, count in Counter(item.entry.name for item in items).items() if count > 1]


def is_junk(entry: Entry) -> bool:
    """Tell what systems leave behind, in any folder."""
    return any(part.startswith(".") or part.casefold() in JUNK for part in entry.parts)
