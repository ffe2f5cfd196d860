"""Takes everything of a person out of what a program wrote; what it does not know by heart, it leaves out.

Tracebacks keep the frames of known code and the kinds of errors, logs the words that stand in the
program's own source, arguments of sentences their numbers. It must never keep a text because it looks harmless.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bigmodel.environment import ROOT
from bigmodel.jobs.redact import redacted
from bigmodel.words import Words

GONE = "[…]"
_FRAME = re.compile(r'^\s*File "(?P<path>.*)", line (?P<line>\d+)(?:, in (?P<name>[\w<>.]+))?')
_ERROR = re.compile(
    r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Requested))\b:?\s*(?P<rest>.*)$"
)
_CHAIN = ("Traceback (most recent call last)", "During handling of", "The above exception was")
_LOG = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3}) (?P<logger>[\w.]+) (?P<said>.*)$"
)
_PIECE = re.compile(r"[A-Za-z_]+|\d+|[^\w\s]|\w+")
_WORD = re.compile(r"[A-Za-z_]{2,}")
_NUMBER = re.compile(r"[+-]?\d[\d.,]{0,11}(?:e[+-]?\d+)?%?")
MOST_DIGITS = 6  # of a number in a log: longer ones may be somebody's
OURS = "bigmodel"


class Sanitiser:
    """`secrets` are texts known to be a person's; they are taken out once more wherever they stand."""

    def __init__(self, words: Words, secrets: Sequence[str], places: Mapping[str, str]) -> None:
        self._words = words
        self._places = sorted(places.items(), key=lambda each: -len(each[0]))
        self._secrets = sorted({text for text in secrets if text.strip()}, key=len, reverse=True)
        self._sources: dict[str, frozenset[str]] = {}
        self._own = own_words(words)

    def whole(self, text: str) -> str:
        """Return a finished text without tokens, places and known secrets: the last look at all that leaves."""
        for place, name in self._places:
            text = text.replace(place, name)
        text = redacted(text)
        for secret in self._secrets:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", GONE, text, flags=re.IGNORECASE)
        return text

    def args(self, args: Mapping[str, Any], plain: frozenset[str]) -> dict[str, Any]:
        """Return the arguments of a sentence: numbers, and words of the program under the names that are given."""
        return {name: self._arg(name, value, plain) for name, value in args.items()}

    def traceback(self, text: str) -> str:
        """Return frames of known code and kinds of errors, line by line."""
        kept = [self._trace_line(line) for line in text.splitlines()]
        return "\n".join(line for line in kept if line)

    def log(self, text: str) -> str:
        """Return a log with the program's own words; other lines are counted."""
        kept, left = [], 0
        for line in text.splitlines():
            shown = self._log_line(line) or self._trace_line(line)
            if shown:
                kept.append(shown)
            elif line.strip():
                left += 1
        return "\n".join([*kept, f"({left} other lines left out)"] if left else kept)

    def _arg(self, name: str, value: object, plain: frozenset[str]) -> object:
        if isinstance(value, bool | int | float):
            return value
        text = str(value)
        is_number = _NUMBER.fullmatch(text) and sum(map(str.isdigit, text)) <= MOST_DIGITS
        if not text or is_number or (name in plain and text in self._own):
            return text
        return "[folder]" if name == "path" else f"[{len(text)} characters]"

    def _trace_line(self, line: str) -> str:
        if frame := _FRAME.match(line):
            path, is_known = _short(frame["path"])
            name = f", in {frame['name']}" if is_known and frame["name"] else ""
            return f"  {path}, line {frame['line']}{name}"
        if line.startswith(_CHAIN):
            return line.split(" (")[0] if line.startswith("Traceback") else "(then)"
        error = _ERROR.match(line)
        if error is None:
            return ""
        key = error["rest"].split(" ")[0]
        is_ours = self._words.has(f"errors.{key}.problem")
        return f"{error['kind']}: {key if is_ours else GONE}" if error["rest"] else error["kind"]

    def _log_line(self, line: str) -> str:
        found = _LOG.match(line)
        if found is None:
            return ""
        known = self._vocabulary(found["logger"])
        logger = found["logger"] if known else GONE
        tokens = [token if _is_known(token, known) else "…" for token in found["said"].split()]
        said = re.sub(r"(?:… )+…", "…", " ".join(tokens)) if known else GONE
        return f"{found['at']} {logger} {said}".rstrip()

    def _vocabulary(self, logger: str) -> frozenset[str]:
        """Return the words that stand in the source of one of our modules; none for any other logger."""
        if logger not in self._sources:
            path = ROOT.joinpath(*logger.split(".")).with_suffix(".py")
            is_ours = logger.split(".")[0] == OURS and path.is_file()
            text = path.read_text("utf-8") if is_ours else ""
            self._sources[logger] = frozenset(_WORD.findall(text))
        return self._sources[logger]


def _is_known(token: str, known: frozenset[str]) -> bool:
    """Tell whether all of a token is the program's own: its words, short numbers, and signs between them."""
    for piece in _PIECE.findall(token):
        is_sign = not re.match(r"\w", piece)
        is_number = piece.isdigit() and len(piece) <= MOST_DIGITS
        if not piece.isascii() or not (is_sign or is_number or piece in known):
            return False
    return True


def _short(path: str) -> tuple[str, bool]:
    """Return the place of a source file without folders of a person, and whether its code is known."""
    plain = path.replace("\\", "/")
    for mark in ("/site-packages/", "/dist-packages/"):
        if mark in plain:
            return plain.rsplit(mark, 1)[1], True
    root = ROOT.as_posix() + "/"
    if plain.startswith(root):
        return plain.removeprefix(root), True
    library = re.search(r"/lib/python3\.\d+/(.+)$", plain)
    if library:
        return library[1], True
    if plain.startswith("<frozen "):
        return "<frozen>", True
    return "[own file]", False


def own_words(words: Words) -> frozenset[str]:
    """Return the words that the program itself says: of metrics, states, phases, and all that has a sentence."""
    return frozenset(part for key in words.texts["en"] for part in key.split("."))


def known_texts(texts: Sequence[str], least: int, words: Words) -> list[str]:
    """Return the texts worth looking for: long enough, and no words that the program itself says."""
    own = own_words(words)
    return [
        text.strip() for text in texts if len(text.strip()) >= least and text.lower() not in own
    ]


def folder_name(path: Path) -> list[str]:
    """Return how a folder may be written."""
    return list({str(path), str(path.resolve()), path.as_posix()})
