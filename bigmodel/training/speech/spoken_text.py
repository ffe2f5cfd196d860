"""What a model wrote, in the manner of a person's transcripts: numbers as words, one Chinese script; standard library only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bigmodel.training.speech.charset import Case, normalise

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
YEARS = range(1100, 2100)
UNITS = {"$": "dollars", "£": "pounds", "€": "euros"}
_NUMBER = re.compile(r"([$£€]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%|st\b|nd\b|rd\b|th\b)?")
HAN_DIGITS, HAN_PLACES, HAN_SCALES = (
    "零一二三四五六七八九",
    ("", "十", "百", "千"),
    ("", "万", "亿"),
)


@dataclass(frozen=True)
class Manner:
    """How transcripts are written. `letters` maps characters of the other Chinese script to this one."""

    case: Case = "lower"
    language: str = ""
    numbers: bool = False  # as words
    letters: Mapping[str, str] = field(default_factory=dict)

    def write(self, text: str) -> str:
        """Return a text in this manner."""
        text = normalise(text, self.case)
        if self.numbers and self.language == "en":
            text = _NUMBER.sub(_english, text)
        elif self.numbers and self.language == "zh":
            text = re.sub(r"\d+(?:\.\d+)?", lambda found: chinese_number(found[0]), text)
        return text.translate({ord(old): new for old, new in self.letters.items()})


def english_number(value: int) -> str:
    """Return a whole number in English words; a number that reads like a year is read as one."""
    if value in YEARS and value % 1000 > 9:
        high, low = divmod(value, 100)
        rest = "hundred" if low == 0 else f"oh {ONES[low]}" if low < 10 else english_number(low)
        return f"{english_number(high)} {rest}"
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    for size, name in SCALES:
        if value >= size:
            high, left = divmod(value, size)
            return f"{english_number(high)} {name}" + (f" {english_number(left)}" if left else "")
    raise ValueError(value)


def chinese_number(digits: str) -> str:
    """Return digits as they are said in Mandarin."""
    whole, _, part = digits.partition(".")
    said = "点" + "".join(HAN_DIGITS[int(digit)] for digit in part) if part else ""
    if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
        return "".join(HAN_DIGITS[int(digit)] for digit in whole) + said
    groups = []
    value, scale = int(whole), 0
    while value:
        value, group = divmod(value, 10_000)
        if group:
            gap = "零" if value and group < 1000 else ""
            groups.append(gap + _group(group) + HAN_SCALES[scale])
        scale += 1
    text = "".join(reversed(groups)) or "零"
    return (text[1:] if text.startswith("一十") else text) + said


def writes_no_digits(texts: Sequence[str]) -> bool:
    """Tell whether transcripts write every number as a word."""
    return not any(letter.isdecimal() for text in texts for letter in text)


def one_script(texts: Sequence[str]) -> dict[str, str]:
    """Return what brings Chinese to the script of the texts, simplified or traditional; nothing where none is seen."""
    from opencc import OpenCC  # noqa: PLC0415  (its dictionaries are read at once)

    seen = {letter for text in texts for letter in text if "\u4e00" <= letter <= "\u9fff"}
    ways = [OpenCC("t2s"), OpenCC("s2t")]
    foreign = [sum(way.convert(letter) != letter for letter in seen) for way in ways]
    if foreign[0] == foreign[1]:
        return {}
    way = ways[0] if foreign[0] < foreign[1] else ways[1]
    every = (chr(number) for number in range(0x4E00, 0xA000))
    pairs = ((letter, way.convert(letter)) for letter in every)
    return {letter: other for letter, other in pairs if letter != other and len(other) == 1}


def _group(value: int) -> str:
    """Return a number below 10,000 in Mandarin."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + HAN_DIGITS[digit] + HAN_PLACES[place]
            gap = False
        else:
            gap = True
    return text


def _english(found: re.Match[str]) -> str:
    unit, whole, part, after = found.groups()
    value = int(whole.replace(",", ""))
    if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
        words = " ".join(ONES[int(digit)] for digit in whole)
    else:
        words = _plain(value) if "," in whole or unit or part else english_number(value)
    if part:
        words += " point " + " ".join(ONES[int(digit)] for digit in part[1:])
    if after == "%":
        words += " percent"
    elif after:
        words = _ordinal(words)
    return f"{words} {UNITS[unit]}" if unit else words


def _plain(value: int) -> str:
    """Return a number that is no year."""
    high, rest = divmod(value, 1000)
    if value not in YEARS:
        return english_number(value)
    return f"{english_number(high)} thousand" + (f" {english_number(rest)}" if rest else "")


def _ordinal(words: str) -> str:
    before, _, last = words.rpartition(" ")
    name = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{before} {name}".strip()
