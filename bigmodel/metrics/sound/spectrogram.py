"""A sound as a small picture, a PNG: time goes to the right, pitch upwards, and what is louder is brighter."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

FRAME = 512
MOST_ACROSS, DOWN = 480, 128  # pixels
RANGE_DB = 70.0  # from the loudest down to black
COLOURS = ((0, 0, 4), (60, 15, 110), (150, 40, 120), (235, 100, 70), (252, 230, 160))
SHADES = 64


def spectrogram(sound: NDArray[np.float32], loudest_db: float | None = None) -> tuple[bytes, float]:
    """Return the picture of a sound and its loudest level in dB; several are compared at the same `loudest_db`."""
    count = min(MOST_ACROSS, max(1, len(sound) // (FRAME // 4)))
    padded = np.pad(sound, (0, FRAME))
    starts = np.linspace(0, max(0, len(sound) - 1), count).astype(np.int64)
    frames = padded[starts[:, None] + np.arange(FRAME)] * np.hanning(FRAME)
    power = np.square(np.abs(np.fft.rfft(frames)))[:, 1:]  # (across, FRAME / 2)
    level = 10 * np.log10(power.reshape(count, DOWN, -1).mean(axis=2) + 1e-9)
    top = float(level.max()) if loudest_db is None else loudest_db
    shades = np.clip((level - top) / RANGE_DB + 1, 0, 1) * (SHADES - 1)
    return _png(shades.astype(np.uint8).T[::-1]), top


def _png(shades: NDArray[np.uint8]) -> bytes:
    """Return a PNG of shades (down, across) with its palette."""
    down, across = shades.shape
    at = np.linspace(0, len(COLOURS) - 1, SHADES)
    table = np.array(COLOURS, np.float64).T
    palette = np.stack([np.interp(at, np.arange(len(COLOURS)), row) for row in table], axis=1)
    lines = np.pad(shades, ((0, 0), (1, 0)))  # each line begins with its filter: none
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", across, down, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
