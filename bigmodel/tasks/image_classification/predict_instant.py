"""Sorts pictures with the model beside this file; it needs numpy, pillow and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > answers.jsonl

Or in Python: `Model().predict(["photo.jpg"])`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import load_file

CELL, DIRECTIONS, HUES, GREYS, PLACES = 8, 9, 12, 6, 4


class Model:
    """Edges and colours of a picture, their likeness to some training pictures, and a linear model on it."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._side: int = record["side"]
        self._arrays: dict[str, Any] = load_file(folder / "instant.safetensors")

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, one row a picture."""
        return [self._scores(features_of(read_square(path, self._side))) for path in paths]

    def _scores(self, features: Any) -> list[float]:
        arrays = self._arrays
        far = ((arrays["landmarks"] - features) ** 2).sum(axis=1)
        like = np.exp(-far * arrays["width"][0])
        raw = (like @ arrays["mix"] @ arrays["weights"].T + arrays["bias"]).astype(np.float64)
        raised = np.exp(raw - raw.max())
        return [float(share) for share in raised / raised.sum()]


def read_square(path: str, side: int) -> Any:
    """Return the middle square of a picture, upright, as fractions: (side, side, 3)."""
    with Image.open(path) as file:
        picture = ImageOps.exif_transpose(file).convert("RGB")
    picture.thumbnail((2 * side, 2 * side))
    width, height = picture.size
    part = min(width, height)
    left, top = (width - part) / 2, (height - part) / 2
    box = (left, top, left + part, top + part)
    made = picture.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    return np.asarray(made).astype(np.float32) / 255


def features_of(picture: Any) -> Any:
    """Return shares of edge directions, of hues and greys, and mean colours of places."""
    return np.concatenate([_edges(picture), _colours(picture)])


def _edges(picture: Any) -> Any:
    side = len(picture)
    down, right = np.gradient(np.sqrt(picture.mean(axis=2)))
    strength = np.hypot(down, right)
    turn = (np.arctan2(down, right) / np.pi % 1.0) * DIRECTIONS
    low = np.floor(turn).astype(np.int64)
    share = turn - low
    cells = side // CELL
    place = np.arange(side) // CELL
    cell = place[:, None] * cells + place[None, :]
    found = np.zeros(cells * cells * DIRECTIONS)
    for number, weight in ((low, strength * (1 - share)), (low + 1, strength * share)):
        index = cell * DIRECTIONS + number % DIRECTIONS
        found += np.bincount(index.ravel(), weight.ravel(), minlength=len(found))
    grid = found.reshape(cells, cells, DIRECTIONS)
    blocks = np.concatenate([grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]], axis=2)
    normed = np.minimum(blocks / (np.linalg.norm(blocks, axis=2, keepdims=True) + 0.05), 0.2)
    flat = normed.ravel()
    return (flat / (np.linalg.norm(flat) + 1e-6)).astype(np.float32)


def _colours(picture: Any) -> Any:
    side = len(picture)
    high, low = picture.max(axis=2), picture.min(axis=2)
    chroma = high - low
    safe = np.maximum(chroma, 1e-6)
    red, green, blue = np.moveaxis(picture, 2, 0)
    hue = np.where(
        high == red,
        (green - blue) / safe,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hue_bin = np.minimum((hue % 6) / 6 * HUES, HUES - 1).astype(np.int64)
    grey_bin = np.minimum(high * GREYS, GREYS - 1).astype(np.int64)
    is_grey = chroma < 0.12 * np.maximum(high, 0.3)
    bright, vivid = (high > 0.5).astype(np.int64), (chroma > 0.5 * high).astype(np.int64)
    bins = np.where(is_grey, 4 * HUES + grey_bin, hue_bin * 4 + 2 * bright + vivid)
    total = 4 * HUES + GREYS
    ring = np.zeros((side, side), dtype=np.int64)
    ring[side // 4 : -side // 4, side // 4 : -side // 4] = 1
    shares = np.bincount((ring * total + bins).ravel(), minlength=2 * total)
    step = side // PLACES
    means = picture.reshape(PLACES, step, PLACES, step, 3).mean(axis=(1, 3)).ravel()
    parts = [np.sqrt(shares / (side * side)), means / np.sqrt(PLACES * PLACES * 3)]
    return np.concatenate(parts).astype(np.float32)


def main() -> int:
    """Answer the pictures of the command line."""
    parser = argparse.ArgumentParser(description="Sort pictures with this model.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    model = Model()
    for path, scores in zip(args.pictures, model.predict(args.pictures), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")
    return 0


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one picture as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        return json.dumps({"label": labels[best], "probabilities": by_label}, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
