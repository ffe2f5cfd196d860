"""The rows of a version most like a text or a picture, by a base as it is; nothing is trained, and vectors are kept beside the dataset."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.base_models.package import WEIGHTS, sha256_of
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.data.versions.versions import ITEMS, media_folder
from bigmodel.training.frozen.cache import FeatureCache, fill
from bigmodel.training.text.meaning import MOST_TOKENS, TextEncoder

MOST_ROWS = 10_000
BATCH = 32
PIXELS = 160

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Sequence[Floats | None]]


def find(request: Mapping[str, Any], say: Callable[[int, int], None]) -> dict[str, Any]:
    """Return the places of the nearest rows, as the answer to a request holds them."""
    version = Path(request["version"])
    table = pq.read_table(version / ITEMS, columns=["input"])
    inputs: list[str] = table.column("input").slice(0, MOST_ROWS).to_pylist()
    key, look = _encoder(request)
    media, query = media_folder(version), request["query"]
    if request["medium"] == "text":
        # A text has no file: it gets the name of one, so that its vector is kept as those of files are.
        texts = {str(media / hashlib.sha256(text.encode()).hexdigest()): text for text in inputs}
        names = [str(media / hashlib.sha256(text.encode()).hexdigest()) for text in inputs]
        encoded: Encode = lambda part: look([texts[name] for name in part])  # noqa: E731
    else:
        names, encoded = [str(media / name) for name in inputs], look
    [asked] = look([query])
    if asked is None:
        raise ModelError("search_unreadable")
    cache = FeatureCache(key, names)
    fill(sorted(names, key=len), cache, encoded, say, BATCH)
    vectors = [cache.get(name) for name in names]
    places = [place for place, vector in enumerate(vectors) if vector is not None and inputs[place]]
    nearest = _nearest(asked, [vectors[place] for place in places], request["count"])
    found = [[places[place], cosine] for place, cosine in nearest]
    return {"nearest": found, "looked_at": len(inputs), "rows": table.num_rows}


def _encoder(request: Mapping[str, Any]) -> tuple[str, Encode]:
    """Return what turns texts or paths into vectors, and the name under which its vectors are kept."""
    folder = Path(request["folder"])
    if request["medium"] == "text":
        return f"{sha256_of(folder / WEIGHTS)[:16]}-{MOST_TOKENS}", TextEncoder(folder).encode
    from bigmodel.training.images.frozen import FrozenBody, cache_key, load_frozen  # noqa: PLC0415 - texts need not wait for it

    base = BaseFiles(request["base"], "wheel", folder)
    body, side = load_frozen(base, 2, PIXELS)
    return cache_key(base, side), FrozenBody(body, side).encode


def _nearest(
    asked: Floats, vectors: Sequence[Floats | None], count: int
) -> list[tuple[int, float]]:
    """Return the places of the most similar vectors and their cosines."""
    if not vectors:
        return []
    rows = np.stack([vector for vector in vectors if vector is not None])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    cosines = rows @ (asked / max(float(np.linalg.norm(asked)), 1e-6))
    order = np.argsort(-cosines, kind="stable")[:count]
    return [(int(place), round(float(cosines[place]), 4)) for place in order]
