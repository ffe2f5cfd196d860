"""A tray as its box in the page shows it: classes, files, and what is still missing; it changes nothing."""

from collections.abc import Sequence
from typing import Any, Protocol

from bigmodel.core.callbacks import Say
from bigmodel.core.language import Language
from bigmodel.words import Words

MODES = ("image", "audio", "speech")
FEWEST = 10  # files in all, below which nothing can be learned
FEW = 10  # of a class: enough for a first try
GOOD = 50  # of a class: enough to rely on it a little
FEW_SPOKEN = 100
ENDINGS = {
    "image": ("jpg", "jpeg", "png", "webp", "gif", "bmp", "heic", "heif"),
    "audio": (
        "wav",
        "flac",
        "ogg",
        "oga",
        "opus",
        "mp3",
        "m4a",
        "aac",
        "amr",
        "webm",
        "mp4",
        "3gp",
    ),
}
SHOWN = 60  # newest files of a class


class Item(Protocol):
    """A file of a tray."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...


class UploadSession(Protocol):
    """What was gathered."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def items(self) -> Sequence[Item]: ...


def medium_of(name: str) -> str:
    """Return "image" or "audio" by the ending of a file name, "" for anything else."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return next((medium for medium, known in ENDINGS.items() if ending in known), "")


def state(tray: UploadSession, say: Say) -> dict[str, Any]:
    """Return the tray as its box draws it."""
    groups: dict[str, list[Item]] = {name: [] for name in tray.classes}
    for item in tray.items:
        groups.setdefault(item.label, []).append(item)
    return {
        "id": tray.id,
        "mode": tray.name,
        "classes": [
            {
                "name": name,
                "count": len(items),
                "count_text": say("pages.tray.count", count=len(items)),
                "items": [_shown(item) for item in items[::-1][:SHOWN]],
            }
            for name, items in groups.items()
        ],
        "advice": advice(tray, groups, say),
        "any": bool(tray.items),
        "ready": is_ready(tray, groups),
    }


def _shown(item: Item) -> dict[str, str]:
    medium = medium_of(item.name)
    return {"id": item.id, "name": item.name, "text": item.text, "medium": medium}


def is_ready(tray: UploadSession, groups: dict[str, list[Item]]) -> bool:
    """Return whether a dataset can be made of it."""
    if tray.name == "speech":
        return sum(bool(item.text) for item in tray.items) >= FEWEST
    return len(tray.items) >= FEWEST and sum(bool(items) for items in groups.values()) >= 2


def advice(tray: UploadSession, groups: dict[str, list[Item]], say: Say) -> list[str]:
    """Return what is missing and how to get it, the most important first."""
    if tray.name == "speech":
        return _spoken_advice(tray, say)
    if tray.name not in MODES:  # a folder says nothing until it is whole
        return []
    if not tray.items and len(groups) < 2:
        return [say(f"pages.tray.begin_{tray.name}")]
    found = []
    if len(groups) < 2:
        found.append(say("pages.tray.another_class"))
    few = {name: FEW - len(items) for name, items in groups.items() if len(items) < FEW}
    found += [
        say("pages.tray.class_few", label=name, have=len(groups[name]), missing=missing)
        for name, missing in few.items()
    ]
    if few:
        found.append(say(f"pages.tray.how_{tray.name}"))
    elif any(len(items) < GOOD for items in groups.values()):
        found.append(say("pages.tray.enough_to_try", good=GOOD))
    else:
        found.append(say("pages.tray.plenty"))
    return found


def _spoken_advice(tray: UploadSession, say: Say) -> list[str]:
    if not tray.items:
        return [say("pages.tray.begin_speech")]
    said = sum(bool(item.text) for item in tray.items)
    found = []
    if silent := len(tray.items) - said:
        found.append(say("pages.tray.texts_missing", count=silent))
    if said < FEWEST:
        found.append(say("pages.tray.spoken_few", have=said, missing=FEWEST - said))
    elif said < FEW_SPOKEN:
        found.append(say("pages.tray.spoken_some", have=said, good=FEW_SPOKEN))
    else:
        found.append(say("pages.tray.plenty"))
    if said < FEW_SPOKEN:
        found.append(say("pages.tray.how_speech"))
    return found


def texts(words: Words, language: Language) -> dict[str, dict[str, str]]:
    """Return the fixed texts of the two boxes, "box" and "folder"; numbers are filled in by their scripts."""
    return {
        part: {
            key.removeprefix(f"pages.tray.{part}."): text
            for key, text in words.texts[language].items()
            if key.startswith(f"pages.tray.{part}.")
        }
        for part in ("box", "folder")
    }
