"""How files become vectors: fixed features of pictures and recordings; encoders of downloaded bases take their place elsewhere.

It never needs torch. What cannot be read has no vector.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bigmodel.training.audio.features import FEATURES, describe, read_clip
from bigmodel.training.frozen.cache import FeatureCache, Say, fill, readable
from bigmodel.training.images.features import COLOURS, EDGES, SIDE, features_of
from bigmodel.training.images.read import read_square
from bigmodel.training.several.blocks import PICTURE, SOUND, Cells, Column, Floats

BATCH = 32
Encode = Callable[
    [Sequence[str]], Sequence[Floats | None]
]  # paths to vectors, None for what cannot be read


@dataclass(frozen=True)
class Sense:
    """How files or texts of one medium become vectors; `key` names it and all that its vectors depend on, "" of texts.

    `parts` are the widths that a vector consists of: each weighs as much as any other.
    """

    key: str
    encode: Encode
    parts: tuple[int, ...]


def plain_senses() -> dict[str, Sense]:
    """Return what stands in seconds: edges and colours of pictures, tone colour of recordings."""
    return {
        PICTURE: Sense("edges-1", _look, (EDGES, COLOURS)),
        SOUND: Sense("tones-1", _listen, (FEATURES,)),
    }


def vectors_of(
    cells: Cells, columns: Sequence[Column], senses: Mapping[str, Sense], say: Say
) -> dict[str, Floats]:
    """Return the vector of each file that rows name, by its path; each file is looked at once.

    Args:
        say: is told which step of how many is done.
    """
    found: dict[str, Floats] = {}
    for medium, sense in senses.items():
        places = [at for at, column in enumerate(columns) if column.medium == medium]
        paths = list(dict.fromkeys(row[at] for row in cells for at in places if row[at]))
        if not paths:
            continue
        if not sense.key:  # texts, which are no files
            for start in range(0, len(paths), BATCH):
                part = paths[start : start + BATCH]
                pairs = zip(part, sense.encode(part), strict=True)
                found |= {text: vector for text, vector in pairs if vector is not None}
                say(start, len(paths))
            continue
        cache = FeatureCache(sense.key, paths)
        fill(paths, cache, sense.encode, say, BATCH)
        known = ((path, cache.get(path)) for path in paths)
        found |= {path: vector for path, vector in known if vector is not None}
    return found


def _look(paths: Sequence[str]) -> list[Floats | None]:
    found = readable(partial(read_square, side=SIDE), paths)
    seen = features_of(np.stack(list(found.values()))) if found else ()
    vectors = dict(zip(found, seen, strict=True))
    return [vectors.get(place) for place in range(len(paths))]


def _listen(paths: Sequence[str]) -> list[Floats | None]:
    found = readable(read_clip, paths)
    return [describe(found[place]) if place in found else None for place in range(len(paths))]
