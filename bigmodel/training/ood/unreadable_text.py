"""Why a text cannot be read: broken characters, no words, letters never seen; it judges texts alone and knows no model."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

BROKEN, LETTERLESS, LETTERS, UNKNOWN = "broken", "letterless", "letters", "unknown"
SEEN_TEXTS, SEEN_CHARACTERS = 2_000, 200  # looked at to learn what is usual
RARE = 0.01  # share of the training texts that makes something usual
LEAST_LETTERS = 0.02  # share of the training letters from which on a script is one of theirs
BROKEN_SHARE = 0.15  # of a text's characters

# What is left when bytes of one encoding were read, or written, as another.
LUMPS = re.compile("(?:锟斤拷|烫烫|屯屯|\ufffd|[\x00-\x08\x0e-\x1f\x7f])+")
UTF8_BYTES = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
GBK_BYTES = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]){2,}")  # the commonest Chinese characters
UTF8_HAN = re.compile(
    rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf])+"
)  # and wide punctuation
HAN = re.compile("[\u3400-\u9fff\ue000-\uf8ff]{3,}")
HAN_SHARE = 0.6  # of the bytes of a run of Chinese characters that read as another encoding


@dataclass(frozen=True)
class ScriptStats:
    """What is usual in the training texts: scripts of their letters, texts without letters, broken ones."""

    scripts: tuple[str, ...]
    has_letterless: bool
    has_broken: bool


def fit_script_stats(texts: Sequence[str]) -> ScriptStats:
    """Return what is usual in some texts, looking at evenly chosen ones."""
    step = max(1, len(texts) // SEEN_TEXTS)
    seen = [text[:SEEN_CHARACTERS] for text in texts[::step]]
    letters: Counter[str] = Counter()
    for text in seen:
        letters.update(scripts(text))
    least = LEAST_LETTERS * letters.total()
    calibration = tuple(sorted(script for script, count in letters.items() if count >= least))
    few = RARE * len(seen)
    letterless = sum(not scripts(text) for text in seen)
    return ScriptStats(calibration, letterless > few, sum(map(is_broken, seen)) > few)


def why_unreadable(
    text: str, script_stats: ScriptStats, *, is_unknown: bool, is_own: bool = True
) -> str:
    """Return why a model cannot read a text, or nothing if it can.

    Args:
        is_unknown: hardly any of its pieces is one that the model knows.
        is_own: the model knows no letters but those of its training rows.
    """
    if not script_stats.has_broken and is_broken(text):
        return BROKEN
    letters = scripts(text)
    if not letters:
        return "" if script_stats.has_letterless else LETTERLESS
    strange = sum(count for script, count in letters.items() if script not in script_stats.scripts)
    if (is_own or is_unknown) and strange > letters.total() / 2:
        return LETTERS
    return UNKNOWN if is_unknown else ""


def is_broken(text: str) -> bool:
    """Tell whether much of a text looks like bytes of another encoding."""
    characters = sum(not letter.isspace() for letter in text)
    return _broken(text) > BROKEN_SHARE * characters


def scripts(text: str) -> Counter[str]:
    """Return how many letters of each script a text has; Japanese kana count as Chinese."""
    return Counter(_script(letter) for letter in text if letter.isalpha())


def _broken(text: str) -> int:
    lumps = sum(len(found.group()) for found in LUMPS.finditer(text))
    western = bytes(map(_western, text))
    as_utf8 = sum(len(found.group()) for found in UTF8_BYTES.finditer(western))
    as_gbk = sum(len(found.group()) for found in GBK_BYTES.finditer(western))
    chinese = sum(len(run) for run in HAN.findall(text) if _is_utf8_in_gbk(run))
    return lumps + max(as_utf8, as_gbk) + chinese


def _western(letter: str) -> int:
    """Return the byte that a Western program reads as this letter; 32 where there is none."""
    if letter < "\x80":
        return ord(letter)
    try:
        return letter.encode("cp1252")[0]
    except UnicodeEncodeError:
        return ord(letter) if letter <= "\xff" else 32


def _is_utf8_in_gbk(run: str) -> bool:
    coded = run.encode("gb18030", "ignore")
    return sum(len(found) for found in UTF8_HAN.findall(coded)) >= HAN_SHARE * len(coded) > 0


@lru_cache(maxsize=20_000)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").removeprefix("FULLWIDTH ").partition(" ")[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name
