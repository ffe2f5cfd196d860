"""Allow-lists of what a report repeats of texts that a program wrote.

Tracebacks keep the frames of known code and the kinds of errors, logs the sentences that our own source logs, arguments
of sentences their numbers. It must never keep a text because it looks harmless.
"""

import re
from collections.abc import Mapping
from typing import Any

from bigmodel.environment import ROOT
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
_SENTENCE = re.compile(r'\blog\.\w+\(\s*"((?:[^"\\]|\\.)+)"')
_GIVEN = re.compile(r"%[-+.\d]*[sdrfg]")  # what a sentence says of the moment
_NUMBER = re.compile(r"[+-]?\d[\d.,]{0,11}(?:e[+-]?\d+)?%?")
MOST_DIGITS = 6  # of a number: longer ones may be somebody's
OURS = "bigmodel"


class Sanitiser:
    """Shortens texts to what is known to be the program's own."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._sentences: dict[str, dict[str, re.Pattern[str]]] = {}
        self._own = frozenset(part for key in words.texts["en"] for part in key.split("."))

    def args(self, args: Mapping[str, Any], plain: frozenset[str]) -> dict[str, Any]:
        """Return the arguments of a sentence: numbers, and words of the program under the names that are given."""
        return {name: self._arg(name, value, plain) for name, value in args.items()}

    def traceback(self, text: str) -> str:
        """Return frames of known code and kinds of errors, line by line."""
        kept = [self._trace_line(line) for line in text.splitlines()]
        return "\n".join(line for line in kept if line)

    def log(self, text: str) -> str:
        """Return the sentences of a log without what they say of the moment; other lines are counted."""
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
        known = self._known(found["logger"])
        said = next((text for text, form in known.items() if form.fullmatch(found["said"])), GONE)
        return f"{found['at']} {found['logger'] if known else GONE} {said}"

    def _known(self, logger: str) -> dict[str, re.Pattern[str]]:
        """Return the sentences that one of our modules logs, and what they look like; none of any other logger."""
        if logger not in self._sentences:
            path = ROOT.joinpath(*logger.split(".")).with_suffix(".py")
            is_ours = logger.split(".")[0] == OURS and path.is_file()
            found = _SENTENCE.findall(path.read_text("utf-8")) if is_ours else []
            self._sentences[logger] = {
                _GIVEN.sub("…", text): re.compile(".*".join(map(re.escape, _GIVEN.split(text))))
                for text in found
            }
        return self._sentences[logger]


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
