"""What is said of a text, unit by unit: words, and Mandarin syllables with their tone; it must never import torch.

Tones are those that are spoken: 一 and 不 change, and of two third tones the first becomes a second (tone sandhi).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from bigmodel.training.speech.spoken_text import ONES, Manner

HAN = "\u4e00-\u9fff"
UNIT_PART = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:['’-][^\W_{HAN}]+)*|[,.;:!?，。；：！？、…]+")
HAN_START = re.compile(rf"[{HAN}]")
BETWEEN_DIGITS = re.compile(r"(?<=\d)-(?=\d)")
NUMERAL = re.compile(r"\d+")
THIRD, SECOND = "3", "2"
FEWEST_NUMERALS = 2  # words for digits that recordings must have before digits are read so


class Unit(NamedTuple):
    """What is joined: the `key` by which a piece of sound is known, what is written of it, and whether a pause stands before it."""

    key: str
    written: str
    is_after_pause: bool = False


def units_of(text: str, is_known: Callable[[str], bool] | None = None) -> list[Unit]:
    """Return the units of a text in order.

    Args:
        is_known: of words, where numbers in digits may be read as words: in full ("73" as seventy three) where all of
            them are known, else digit by digit.
    """
    found: list[Unit] = []
    pauses = False
    plain = BETWEEN_DIGITS.sub(" ", unicodedata.normalize("NFKC", text).lower().replace("’", "'"))
    for part in UNIT_PART.findall(plain):
        if not part[0].isalnum():
            pauses = bool(found)
            continue
        named = list(_syllables(part) if HAN_START.match(part) else _words(part, is_known))
        named[0] = named[0]._replace(is_after_pause=pauses)
        found += named
        pauses = False
    return found


def is_mandarin(texts: Sequence[str]) -> bool:
    """Tell whether most letters of texts are Chinese characters."""
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    return 2 * sum(bool(HAN_START.match(letter)) for letter in letters) > len(letters)


def reads_digits(keys: Sequence[str]) -> bool:
    """Tell whether recordings name digits in English words, so that digits of a text can be read with them."""
    return len(set(ONES[:10]) & set(keys)) >= FEWEST_NUMERALS


def _words(part: str, is_known: Callable[[str], bool] | None) -> Iterator[Unit]:
    if not NUMERAL.fullmatch(part) or is_known is None:
        yield Unit(part, part)
        return
    whole = Manner("lower", "en", numbers=True).write(part).split()
    single = [ONES[int(digit)] for digit in part]
    for word in whole if all(map(is_known, whole)) else single:
        yield Unit(word, word)


def _syllables(run: str) -> Iterator[Unit]:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionary takes a second

    said = lazy_pinyin(
        run, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True, v_to_u=False
    )
    for place in range(len(said) - 2, -1, -1):
        if said[place].endswith(THIRD) and said[place + 1].endswith(THIRD):
            said[place] = said[place][:-1] + SECOND
    for letter, syllable in zip(run, said, strict=True):
        yield Unit(syllable, letter)
