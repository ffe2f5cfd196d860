"""Classes in file names (`cat.0.jpg`, `0_george_3.wav`): which words of a name may be the class; it chooses none itself.

A word is found by its place: `1` is the first word, `-1` the last, `words` all words that stand together
before or after the number, as `great_pyrenees` in `great_pyrenees_12.jpg`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from bigmodel.core.datasets.dataset import NO_LABEL, Form, Split
from bigmodel.core.datasets.name_class import NameClass
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import (
    UNSORTED,
    are_classes,
    are_people,
    by_folders,
    with_splits,
    without_traced,
)
from bigmodel.data.media.files import FEWEST_FILES, Item, MediaFiles
from bigmodel.data.media.listing import SPEAKER, Context
from bigmodel.data.tables.table import Findings

WORDS, LAST = "words", "-1"  # places beside the numbers of the words
SIGN = "sign "  # before the number of a run of signs, in names that are one code
RUNS = re.compile(r"\d+|[a-z]+|[A-Z]+")
BETWEEN = re.compile(r"[\s_\-.,;+~@#()（）\[\]【】、，·—–]+")
COUNTED = re.compile(r"([^\W\d_]+)(\d+)")  # "cat12" is two words
CAMERAS = re.compile(  # what devices and chats call files
    r"(img|image|dscn?|dscf|pxl|mvimg|vid|pic|picture|photo|screenshot|wechat|mmexport|signal|whatsapp|rec|recording"
    r"|audio|voice|clip|sound|track|file|copy|new|图片|照片|微信图片|截图|(新)?录音|音频|副本)s?",
    re.IGNORECASE,
)
NAMED = 0.95  # share of the names that have as many words
ENOUGH = 0.9  # share of the files whose names have a word in that place
MOST_CLASSES = 200
FILES_A_WORD, FILES_A_NUMBER = 2, 3  # on average at least
MOST_DIGITS = 3  # longer numbers are days, times and ids
MOST_PLACES = 20
FEWEST_RUNS = 3  # of signs of one kind in a name that is one code
FEWEST_CODES = 4  # numbers in a name that is made of codes
CODED = 2  # words of a name, from which on bare numbers are codes (age, sex; feeling, strength)


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if context.is_repeated and are_classes(files):
        return None
    if place := context.name_part:
        items = by_names(without_traced(files.items, context.findings), place)
        named = next(item for item in items if item.label)
        context.findings.note(
            "names_used", level="info", name=named.entry.base[-80:], label=named.label
        )
        return Annotated(Form.FOLDERS, tuple(items), name_part=place)
    is_told = context.text == NO_LABEL or context.level
    if is_told or not FEWEST_FILES <= context.unsorted <= len(files.items):
        return None
    if found := _asked(files, context.kind):
        raise ask_names(found)
    return None


def _asked(files: MediaFiles, kind: str) -> tuple[NameClass, ...]:
    """Return what is to be asked where folders say nothing, say the same of every file, or who it is while names say more."""
    try:
        usable = without_traced(files.items, Findings())
        items, _ = by_folders(usable, files.medium)
    except DatasetError as error:
        return name_classes(with_splits(usable)) if error.key in UNSORTED else ()
    found = name_classes(items) if not kind or kind == "label" else ()
    if len({item.label for item in items}) > 1:
        told = [each for each in found if not _repeats_folders(items, each.place)]
        is_of_people = are_people([item.label for item in items if item.label])
        return found if is_of_people and told and _are_codes(items, told) else ()
    found = found or name_classes(items)
    return found if any(not each.is_number for each in found) or len(found) >= CODED else ()


def _are_codes(items: Sequence[Item], told: Sequence[NameClass]) -> bool:
    """Tell names that say several things in codes, though only one of them differs beside who it is (RAVDESS)."""
    numbers = sum(word.isdigit() for word in _split(items[0].entry.base))
    return len(told) >= CODED or numbers >= FEWEST_CODES


def _repeats_folders(items: Sequence[Item], place: str) -> bool:
    """Tell whether a word of the names only says again in which folder a file lies."""
    told = {(item.label, _word(item.entry.base, place)) for item in items}
    return len(told) == len({label for label, _ in told}) == len({word for _, word in told})


def name_classes(items: Sequence[Item]) -> tuple[NameClass, ...]:
    """Return what could be the class in the names of files: words before numbers, fewer classes first."""
    shown = [item for item in items if item.split in ("", Split.TRAIN)]
    names = [item.entry.base for item in shown]
    found: dict[tuple[str, ...], NameClass] = {}
    for place in _places(names):
        values = [_word(name, place) for name in names]
        alike = tuple(values)
        if alike not in found and _may_be_classes(values):
            counted = Counter(filter(None, values)).most_common()
            example = next(name for name, value in zip(names, values, strict=True) if value)
            found[alike] = NameClass(place, example, _word(example, place), tuple(counted))
    return tuple(sorted(found.values(), key=lambda each: (each.is_number, len(each.counts))))


def by_names(items: Sequence[Item], place: str) -> list[Item]:
    """Return files with the class that a place of their names tells; test files of none that is learned have none.

    Raises:
        DatasetError: `name_part`, no name has such a word.
    """
    items = with_splits(items)
    words = [_word(item.entry.base, place) for item in items]
    if not any(words):
        raise DatasetError("name_part", place=place, name=items[0].entry.base[-80:])
    learned = {
        word for item, word in zip(items, words, strict=True) if item.split in ("", Split.TRAIN)
    }
    return [
        replace(item, label=word if word in learned else "")
        for item, word in zip(items, words, strict=True)
    ]


def ask_names(found: Sequence[NameClass]) -> DatasetError:
    """Return the refusal that asks which word is the class."""
    parts = " · ".join(
        f"{each.place}: {', '.join(f'{word} ({count})' for word, count in each.counts[:5])}"
        f"{' …' if len(each.counts) > 5 else ''}"
        for each in found
    )
    error = DatasetError("media_names", parts=parts, name=found[0].example[-80:])
    error.names = tuple(found)
    return error


def _places(names: Sequence[str]) -> list[str]:
    """Return the places that can be told apart: each word where names have as many, else the last and the run of words."""
    sizes = np.bincount([len(_split(name)) for name in names]) if names else np.zeros(1)
    usual = int(sizes.argmax())
    is_code = usual == 1 and len({_signature(name) for name in names}) == 1
    if is_code and len(_runs(names[0])) >= FEWEST_RUNS:
        return [f"{SIGN}{number}" for number in range(1, 1 + len(_runs(names[0])))]
    if sizes[usual] >= NAMED * max(1, len(names)):
        return [str(number) for number in range(1, min(usual, MOST_PLACES) + 1)]
    return [WORDS, LAST]


def _split(name: str) -> list[str]:
    stem = unicodedata.normalize("NFC", PurePosixPath(name).stem)
    found: list[str] = []
    for word in filter(None, BETWEEN.split(stem)):
        counted = COUNTED.fullmatch(word)
        found += counted.groups() if counted else (word,)
    return found


def _runs(name: str) -> list[str]:
    """Return the runs of digits, small and capital letters of a name that is one code (`03a01Fa`: 03, a, 01, F, a)."""
    return RUNS.findall(PurePosixPath(name).stem)


def _signature(name: str) -> str:
    """Return a name with each sign standing for its kind."""
    stem = re.sub(r"\d", "0", PurePosixPath(name).stem)
    return re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", stem))


def _word(name: str, place: str) -> str:
    """Return the word of a name in a place, "" where there is none."""
    is_code = place.startswith(SIGN)
    words, place = (_runs(name), place[len(SIGN) :]) if is_code else (_split(name), place)
    if place != WORDS:
        number = int(place) if re.fullmatch(r"-?\d{1,2}", place) else 0
        index = number - 1 if number > 0 else len(words) + number
        return words[index] if number and 0 <= index < len(words) else ""
    run: list[str] = []
    for word in words:
        if not any(letter.isdigit() for letter in word):
            run.append(word)
        elif run:
            break
    return " ".join(run)


def _may_be_classes(values: Sequence[str]) -> bool:
    filled = [value for value in values if value]
    different = set(filled)
    if not 2 <= len(different) <= MOST_CLASSES or len(filled) < ENOUGH * len(values):
        return False
    if all(CAMERAS.fullmatch(value) for value in different):
        return False
    if all(value.isdigit() for value in different):
        is_short = max(map(len, different)) <= MOST_DIGITS
        return is_short and len(filled) >= FILES_A_NUMBER * len(different)
    are_words = all(not any(letter.isdigit() for letter in value) for value in different)
    return are_words and len(filled) >= FILES_A_WORD * len(different)


FORMAT = AnnotationFormat("names", order=8, read=_read, kinds=("label", SPEAKER))
