"""Cleans texts by named steps, the same on the way into a version and at prediction; it keeps no text.

A step is a name, or a name with an argument ("cut:2000"); "fill:1=none" is of the second column of a row alone.
Whatever the order they are given in, they run in that of `STEPS`. It stands alone so that it can go along with a downloaded model, and takes linear time.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import ftfy

TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
BLOCKS = (("<script", "</script"), ("<style", "</style"), ("<!--", "--"))
LINK = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"'，。！？；、（）《》【】]+", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w.])[@\uff20][\w\-\u4e00-\u9fff]{1,30}[:：]?")
BLANKS = re.compile(r"\s{2,}|[^\S ]")  # a single blank is what they become
PUNCTUATION = re.compile(r"([!?,;:~\-_=*#+。，！？；：、…～—])\1{2,}|\.{4,}")
SENTENCE = re.compile(r"[.!?](?=\s|$)|[。！？；…\n]")
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
# Full-width digits and letters and the wide blank become plain ones; Chinese punctuation stays.
NARROW = {
    wide: wide - 0xFEE0
    for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for wide in range(start, end + 1)
} | {0x3000: 0x20, 0x00A0: 0x20}
LETTERS = re.compile(r"[^\W\d_]+")
JOINER = "\u200d"  # between the parts of an emoji
FILL = "fill"
# What stands in an empty cell: nothing, the mark of a column that a row lacks, what programs write for nothing.
NOTHING = frozenset({"", "–", "nan", "<na>", "null", "#n/a", "nat", "\\n"})


def _html(text: str, _: str) -> str:
    if "<" in text:
        for start, end in BLOCKS:
            text = _without_blocks(text, start, end)
        text = TAG.sub(" ", text)
    return html.unescape(text) if "&" in text else text


def _without_blocks(text: str, start: str, end: str) -> str:
    """Return a text without what stands between two marks, the closing one's ">" with it."""
    lower, parts, at = text.lower(), [], 0
    if len(lower) != len(text):
        lower = text
    while (opened := lower.find(start, at)) >= 0:
        closed = lower.find(end, opened + len(start))
        stop = lower.find(">", closed) if closed >= 0 else -1
        if stop < 0:
            break
        parts.append(text[at:opened])
        at = stop + 1
    return " ".join([*parts, text[at:]]) if parts else text


def _encoding(text: str, _: str) -> str:
    return text if text.isascii() else ftfy.fix_encoding(text)


def _unicode(text: str, _: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    plain = unicodedata.normalize("NFC", text.translate(NARROW))
    if plain.isprintable():
        return plain
    return "".join(
        letter
        if letter in "\n\t" or letter == JOINER or unicodedata.category(letter) not in UNSEEN
        else ""
        for letter in plain
    )


def _links(text: str, _: str) -> str:
    return LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _mentions(text: str, _: str) -> str:
    return MENTION.sub(" ", text) if "@" in text or "\uff20" in text else text


def _simplified(text: str, _: str) -> str:
    return text if text.isascii() else str(_converter("t2s").convert(text))


def _traditional(text: str, _: str) -> str:
    return text if text.isascii() else str(_converter("s2t").convert(text))


@cache
def _converter(name: str) -> Any:  # of a library without types
    from opencc import OpenCC  # noqa: PLC0415  (its dictionaries are read at once)

    return OpenCC(name)


def _remove(text: str, token: str) -> str:
    return _token(token).sub(" ", text) if token else text


@lru_cache(maxsize=32)
def _token(token: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(token)}(?!\w)", re.IGNORECASE)


def _spell(text: str, pairs: str) -> str:
    known = spelled(pairs)
    return LETTERS.sub(lambda found: _as_written(found[0], known), text)


def _as_written(word: str, known: Mapping[str, str]) -> str:
    meant = known.get(word.casefold())
    if meant is None:
        return word
    if word.isupper():
        return meant.upper()
    return meant.capitalize() if word[0].isupper() else meant


@lru_cache(maxsize=32)
def spelled(pairs: str) -> dict[str, str]:
    """Return the words of a spelling step and what each becomes."""
    found = (pair.partition("=") for pair in pairs.split(","))
    return {word: meant for word, _, meant in found if word and meant}


def spell_step(words: Mapping[str, str]) -> str:
    """Return the step that spells words otherwise; its words are made of letters alone."""
    return "spell:" + ",".join(f"{word}={meant}" for word, meant in words.items())


def _mask(text: str, _: str) -> str:
    from bigmodel.data.personal import mask_personal  # noqa: PLC0415  (numbering plans take memory)

    return mask_personal(text)


def _repeats(text: str, _: str) -> str:
    text = PUNCTUATION.sub(lambda found: found[1] or "...", text)
    return BLANKS.sub(" ", text).strip()


def _cut(text: str, most: str) -> str:
    """Cut a text after its last sentence within so many characters; one without an end there is cut hard."""
    limit = int(most)
    if len(text) <= limit:
        return text
    ends = [found.end() for found in SENTENCE.finditer(text, 0, limit)]
    return text[: ends[-1] if ends and ends[-1] > limit // 2 else limit].strip()


def is_empty(cell: str) -> bool:
    """Tell an empty cell, also one in which a program wrote that it is."""
    return len(cell) < 20 and cell.strip().casefold() in NOTHING


def _fill(text: str, argument: str) -> str:
    return argument.partition("=")[2] if is_empty(text) else text


def fill_step(place: int, value: str) -> str:
    """Return the step that writes a value into the empty cells of a column, counted from 0."""
    return f"{FILL}:{place}={value}"


def fills(steps: Sequence[str]) -> dict[int, str]:
    """Return what steps write into the empty cells of which columns."""
    found = (step.removeprefix(f"{FILL}:").partition("=") for step in steps if _fills(step))
    return {int(place): value for place, _, value in found}


def _fills(step: str) -> bool:
    return step.partition(":")[0] == FILL


STEPS: dict[str, Callable[[str, str], str]] = {
    "encoding": _encoding,
    "html": _html,
    "unicode": _unicode,
    "links": _links,
    "mentions": _mentions,
    "simplified": _simplified,
    "traditional": _traditional,
    "remove": _remove,
    "spell": _spell,
    "mask": _mask,
    "repeats": _repeats,
    "cut": _cut,
    FILL: _fill,
}


def in_order(steps: Sequence[str]) -> tuple[str, ...]:
    """Return steps as they run, each once.

    Raises:
        KeyError: no step has that name.
    """
    names = list(STEPS)
    return tuple(sorted(dict.fromkeys(steps), key=lambda step: names.index(step.partition(":")[0])))


def clean_text(text: str, steps: Sequence[str]) -> str:
    """Return a text after the steps, blanks around it gone."""
    for step in steps:
        name, _, argument = step.partition(":")
        text = STEPS[name](text, argument)
    return text.strip()


def clean_texts(texts: Sequence[str], steps: Sequence[str], place: int = 0) -> list[str]:
    """Return texts of one column after the steps; without steps they stay as they are, but for blanks around them.

    `place` is that of the column among those a model reads: filling is for one of them alone.
    """
    mine = f"{FILL}:{place}="
    ordered = [step for step in in_order(steps) if not _fills(step) or step.startswith(mine)]
    return [clean_text(text, ordered) for text in texts]
