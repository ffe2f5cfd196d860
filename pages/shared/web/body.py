"""Reads the small object that a script of ours sends; it must never read a long body to its end."""

import json
from typing import Any

from starlette.requests import Request

MOST_JSON_BYTES = 64 * 1024
MOST_DRAINED_BYTES = 2**20  # thrown away, so that the sender hears the answer and no broken line


async def small_object(request: Request) -> dict[str, Any]:
    """Return a small object that was sent, every text in it valid Unicode; one that is too long is empty."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_JSON_BYTES:
            body += chunk
        if size > MOST_DRAINED_BYTES:
            break
    if size > MOST_JSON_BYTES:
        return {}
    try:
        value = json.loads(body)
        # An escape can spell half a character (a lone surrogate), which nothing else can write.
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
