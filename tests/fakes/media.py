"""Small pictures, recordings and archives made on the spot."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from bigmodel.data.media.audio import write_sound


def picture(seed: int = 0, *, side: int = 16, kind: str = "PNG") -> bytes:
    """Return a picture of noise; another seed gives another one."""
    values = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(values).save(buffer, kind)
    return buffer.getvalue()


def recording(seed: int = 0, *, seconds: float = 0.2) -> bytes:
    """Return a tone; another seed gives another height."""
    at = np.arange(int(16_000 * seconds)) / 16_000
    return write_sound((0.5 * np.sin(2 * np.pi * (200 + 20 * seed) * at)).astype(np.float32))


def classes(*labels: str, count: int = 6, ending: str = "png") -> dict[str, bytes]:
    """Return files of pictures (or recordings) in one folder for each label."""
    make = picture if ending == "png" else recording
    return {
        f"{label}/{i}.{ending}": make(100 * place + i)
        for place, label in enumerate(labels)
        for i in range(count)
    }


def packed(path: Path, files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write files as a ZIP."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
