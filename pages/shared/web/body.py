"""Reads the small object that a script of ours sends; it must never read a long body to its end."""

import json
from typing import Any

from starlette.requests import Request

MOST_JSON_BYTES = 64 * 1024


async def small_object(request: Request) -> dict[str, Any]:
    """Return a small object that was sent; one that is longer than it should be is not read to its end."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON_BYTES:
            return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
