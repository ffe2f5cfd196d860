"""From what a detector with anchors found to its boxes: numpy only, so it is written into programs too."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def boxes_of_found(
    boxes: Floats, scores: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the boxes, certainties and kinds without the places that hold none: overlaps are gone already."""
    is_one = scores > 0
    return boxes[is_one], scores[is_one], labels[is_one].astype(np.int64)
