"""Whether pictures of the same name show the same: small copies of some are compared, for folders of classes may be numbered alike."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.images import open_picture
from bigmodel.data.media.transform import Transform

LOOKED_AT = 12  # pairs, evenly chosen
SIDE = 32  # pixels of the copies that are compared
ALIKE = 0.8  # correlation of brightness from which two pictures show the same
SCALES = (2, 3, 4)


def show_the_same(pairs: Sequence[tuple[Entry, Entry]]) -> bool:
    """Tell whether most of some pairs (given, clear) are two to four times as large or look alike; what cannot be read says nothing."""
    places = np.linspace(0, len(pairs) - 1, min(LOOKED_AT, len(pairs))).astype(int)
    found = [same for at in places if (same := _is_same(*pairs[at])) is not None]
    return 2 * sum(found) > len(found)


def _is_same(given: Entry, clear: Entry) -> bool | None:
    try:
        small, large = (_copy(entry) for entry in (given, clear))
    except DatasetError:
        return None
    (width, height), came = (_size(copy) for copy in (small, large))
    if any((width, height) == (came[0] // times, came[1] // times) for times in SCALES):
        return True
    one, other = (_brightness(copy) for copy in (small, large))
    return (width, height) == came and float(one @ other) >= ALIKE


def _copy(entry: Entry) -> Image.Image:
    with entry.open() as file:
        return open_picture(file, SIDE)


def _size(copy: Image.Image) -> tuple[int, int]:
    transform: Transform = copy.info["transform"]
    return transform.upright


def _brightness(copy: Image.Image) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the brightness of a copy around its mean, of length 1; that of an even one is 0."""
    grey = np.asarray(copy.convert("L").resize((SIDE, SIDE)), np.float64).ravel()
    grey -= grey.mean()
    return grey / max(float(np.linalg.norm(grey)), 1e-9)
