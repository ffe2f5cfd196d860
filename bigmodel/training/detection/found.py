"""From a picture file to what is looked at, and from boxes as shares of it to an answer; it must never import torch."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from bigmodel.answers.boxes import Found
from bigmodel.core.datasets.boxes import Box
from bigmodel.data.media.images import LONGEST, open_picture

SHOWN_SIDE = LONGEST  # pixels of the picture that is looked at and drawn on: as pictures are kept
QUALITY = 80


@dataclass(frozen=True)
class Look:
    """A picture, upright and not larger than it is shown, and the size that its file has when it is turned upright."""

    picture: Image.Image
    size: tuple[int, int]

    def drawn(self) -> str:
        """Return the picture as a JPEG in base64."""
        buffer = BytesIO()
        self.picture.save(buffer, "JPEG", quality=QUALITY)
        return b64encode(buffer.getvalue()).decode()


def look_at(path: str) -> Look:
    """Return a picture of a file.

    Raises:
        DatasetError: it cannot be read.
    """
    picture = open_picture(Path(path), SHOWN_SIDE)
    return Look(picture, picture.info["transform"].upright)


def placed(
    look: Look,
    shares: Sequence[Box],
    sureness: Sequence[float],
    threshold: float,
    kinds: tuple[str, ...],
) -> Found:
    """Return the answer to a picture whose boxes are given as shares of its sides."""
    width, height = look.size
    boxes = tuple(
        Box(box.left * width, box.top * height, box.right * width, box.bottom * height, box.kind)
        for box in shares
    )
    return Found(look.size, boxes, tuple(sureness), threshold, kinds, look.drawn())
