"""Answers that are raw bytes; only their way from the child is tested."""

from collections.abc import Mapping
from typing import Any


class BytesType:
    def encode(self, answer: bytes) -> dict[str, Any]:
        return {"picture": answer}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> bytes:
        return bytes(record["picture"])


ANSWER = BytesType()
