"""Takes secrets out of texts before they are stored or shown; it must never be the only protection."""

import re

MOST_CHARACTERS = 20_000
_SECRETS = (
    re.compile(r"\bhf_[A-Za-z0-9]{6,}"),
    re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{6,}"),
    re.compile(r"(?i)\b(?:api[_-]?key|token|password|passwd|secret)\b\s*[=:]\s*\S+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)


def redacted(text: str) -> str:
    """Return the text without tokens and passwords; of a long one its end, which says most."""
    for secret in _SECRETS:
        text = secret.sub("[…]", text)
    return text if len(text) <= MOST_CHARACTERS else "…" + text[-MOST_CHARACTERS:]
