"""Whether what was heard is the sentence that was asked for, and whether one voice speaks in many recordings: numbers only, nothing is decided; it must never import torch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.people.consent import NAMES, SENTENCES
from bigmodel.core.results import alignment
from bigmodel.training.speaker.takes import Ear
from bigmodel.training.speaker.voice import Floats, seconds_of
from bigmodel.training.synthesis.units import units_of

JOINED_S = 6.0  # of speech that are heard as one voice
ALSO = {"en": {"oh": "0", "o": "0"}, "zh": {"\u3007": "0", "幺": "1", "两": "2", "兩": "2"}}
# Mandarin digits by their sound, for a listener writes homophones; only after "number is", since words before sound so too.
SOUNDS = {"ling": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3", "si": "4", "wu": "5", "liu": "6", "qi": "7", "ba": "8", "jiu": "9"}  # fmt: skip
NUMBER_IS = ["ma", "shi"]  # 号码是
WORD = {"en": re.compile(r"\d|[a-z']+"), "zh": re.compile(r"\d|[^\W\d_]")}


@dataclass(frozen=True)
class Likeness:
    """The cosine of a voice and the mean of others, and of that group of them which is least like it, with the places of its recordings."""

    mean: float
    worst: float
    places: tuple[int, ...]


def digits_in(heard: str, language: str) -> str:
    """Return the digits of a text in order, those that are written as words too, in Chinese also as what sounds alike."""
    names = {name: str(digit) for digit, name in enumerate(NAMES[language])}
    names |= ALSO[language]
    parts = WORD[language].findall(heard.lower())
    start = _number_at(parts, language)
    if start:
        names = {part: SOUNDS[_sound(part)] for part in parts if _sound(part) in SOUNDS} | names
    return "".join(part if part.isdecimal() else names.get(part, "") for part in parts[start:])


def words_wrong(heard: str, language: str) -> float:
    """Return the share of the sentence, its number aside, that was heard otherwise: of letters, in Chinese of syllables."""
    asked = _plain(SENTENCES[language].format(digits=""), language)
    parts = WORD[language].findall(heard.lower())
    end = _number_at(parts, language) or len(parts)
    told = _plain(" ".join(parts[:end]), language)
    return alignment.count(alignment.kinds_of(asked, told)).errors / len(asked)


def _number_at(parts: Sequence[str], language: str) -> int:
    """Return where the number begins in what was heard in Chinese, 0 where that is not certain."""
    if language != "zh":
        return 0
    sounds = [_sound(part) for part in parts]
    ends = [at for at in range(2, len(parts)) if sounds[at - 2 : at] == NUMBER_IS]
    return ends[-1] if ends else 0


def _sound(part: str) -> str:
    """Return a Chinese character as it is said, without its tone; anything else as it is."""
    return "".join(unit.key for unit in units_of(part)).rstrip("12345") or part


def _plain(text: str, language: str) -> list[str]:
    numbers = {*NAMES[language], *ALSO[language]}
    parts = [p for p in WORD[language].findall(text.lower()) if not p.isdecimal() and p not in numbers]  # fmt: skip
    if language == "zh":
        return [unit.key.rstrip("12345") for unit in units_of("".join(parts))]
    return list("".join(parts).replace("'", ""))


def likeness(voice: Floats, sounds: Sequence[Floats], ear: Ear) -> Likeness:
    """Compare a voice with all speech of recordings: short ones are joined, those that are like it first.

    So recordings of somebody else come together, however they are mixed in.
    """
    single = ear.vectors(sounds)
    order = np.argsort([-float(vector @ voice) for vector in single], kind="stable").tolist()
    ends = _ends([seconds_of(sounds[place]) for place in order])
    groups = [order[start:end] for start, end in pairwise(ends)]
    heard = ear.vectors([np.concatenate([sounds[place] for place in group]) for group in groups])
    each = np.array([float(vector @ voice) for vector in heard])
    mean = _unit(np.mean(heard, axis=0))
    worst = int(each.argmin())
    return Likeness(float(mean @ voice), float(each[worst]), tuple(groups[worst]))


def _ends(seconds: Sequence[float]) -> list[int]:
    """Return where groups of enough speech begin and end; what is left over belongs to the last."""
    ends, held = [0], 0.0
    for place, length in enumerate(seconds, start=1):
        held += length
        if held >= JOINED_S:
            ends.append(place)
            held = 0.0
    if ends[-1] != len(seconds):
        ends = [*ends[: max(1, len(ends) - 1)], len(seconds)]
    return ends


def _unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    found: NDArray[np.floating] = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found
