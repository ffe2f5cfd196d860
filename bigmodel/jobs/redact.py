"""Takes secrets out of texts before they are stored or shown; it must never be the only protection."""

import re

MOST_CHARACTERS = 20_000
_SECRETS = (
    re.compile(r"\bhf_[A-Za-z0-9]{6,}"),
    re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{6,}"),
    re.compile(r"(?i)\b(?:api[_-]?key|token|password|passwd|secret)\b\s*[=:]\s*\S+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
# Where an error repeats what it was given, that may be a row of somebody's data: only names stay.
_ERROR_LINE = re.compile(
    r"^(?P<kind>[\w.]*(?:Error|Exception|Warning|Interrupt))\b.*$", re.MULTILINE
)
_OF_CODE = ("Attribute", "Type", "Import", "ModuleNotFound", "Name", "FileNotFound")  # name no rows
_QUOTED = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_NAME = re.compile(r"[\w./:\[\]<>=-]{0,80}", re.ASCII)


def redacted(text: str) -> str:
    """Return the text without tokens, passwords and contents of rows; of a long one its end, which says most."""
    for secret in _SECRETS:
        text = secret.sub("[…]", text)
    text = _ERROR_LINE.sub(_without_contents, text)
    return text if len(text) <= MOST_CHARACTERS else "…" + text[-MOST_CHARACTERS:]


def _without_contents(line: re.Match[str]) -> str:
    """Return an error without what it quotes, but for names of code in errors that are about code."""
    is_of_code = line["kind"].rsplit(".", 1)[-1].startswith(_OF_CODE)

    def shown(quoted: re.Match[str]) -> str:
        inner = quoted.group()[1:-1]
        return quoted.group() if is_of_code and _NAME.fullmatch(inner) else "[…]"

    return _QUOTED.sub(shown, line.group())
