"""One question, one answer over a Unix socket in a folder that may have a long path; JSON lines, never pickles."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PATIENCE_S = 5.0
MOST_BYTES = 65_536


def listen(folder: Path, name: str) -> socket.socket:
    """Listen on a socket in the folder; only the same user may connect. Whoever listened before is gone."""
    with contextlib.suppress(FileNotFoundError):
        (folder / name).unlink()
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o077)
    try:
        with _address(folder, name) as address:
            server.bind(address)
    finally:
        os.umask(before)
    server.listen(16)
    return server


def ask(
    folder: Path, name: str, question: Mapping[str, Any], *, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Return the answer of whoever listens on the socket.

    Raises:
        OSError: nobody listens, or no answer came in time.
        ValueError: the answer was cut off.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(patience_s)
        with _address(folder, name) as address:
            client.connect(address)
        client.sendall(json.dumps(question).encode() + b"\n")
        return receive(client)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Return the next message.

    Raises:
        ValueError: it was cut off or is too long.
    """
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(4_096)
        if not part or len(line) > MOST_BYTES:
            raise ValueError("a message was cut off")
        line += part
    message: dict[str, Any] = json.loads(line)
    return message


def send(connection: socket.socket, message: Mapping[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


@contextlib.contextmanager
def _address(folder: Path, name: str) -> Iterator[str]:
    """Yield an address of at most 108 bytes, however long the path of the folder is."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{number}/{name}"
    finally:
        os.close(number)
