"""The command line of programs that make pictures, and how they draw an answer; it is written into each of them."""

import json
import re
import sys
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from bigmodel.data.media.made import Squares, made_png, made_sheet
from bigmodel.training.standalone.console import command_line

COUNT, SEED, GUIDANCE, STEPS = 4, 0, 2.0, 10
UNSAFE = re.compile(r"[^\w.-]+")


def classes_of(asked: str, labels: Sequence[str], count: int) -> list[int]:
    """Return the classes of pictures: the one that is named, or all in turn where none is.

    Raises:
        ValueError: the class is none of the model's.
    """
    if not labels or not asked.strip():
        return [number % max(1, len(labels)) for number in range(count)]
    named = {label.casefold(): place for place, label in enumerate(labels)}
    if asked.strip().casefold() not in named:
        raise ValueError(f"no class {asked!r}: there are {', '.join(labels)}")
    return [named[asked.strip().casefold()]] * count


def drawn_pictures(asked: str, squares: Squares) -> str:
    """Return pictures as HTML."""
    sheet = b64encode(made_sheet([squares])).decode()
    name = escape(asked.strip()) or "–"
    return (
        f'<div class="bm-lead" data-testid="answer">{name}</div>'
        f'<img alt="{name}" src="data:image/png;base64,{sheet}" style="image-rendering:pixelated">'
    )


class PictureMaker:
    """Makes pictures of classes that are asked for by name; what a model is adds `labels` and `drawn`."""

    labels: Sequence[str]

    def show(self, asked: str) -> str:
        """Return pictures of a class as HTML."""
        return drawn_pictures(asked, self.make(asked))

    def make(
        self,
        asked: str = "",
        *,
        count: int = COUNT,
        seed: int = SEED,
        guidance: float = GUIDANCE,
        steps: int = STEPS,
    ) -> Squares:
        """Return pictures of a class, (count, side, side, 3)."""
        classes = classes_of(asked, self.labels, count)
        return self.drawn(classes, [(seed, number) for number in range(count)], guidance, steps)

    def drawn(
        self, classes: list[int], seeds: list[tuple[int, int]], guidance: float, steps: int
    ) -> Squares:
        """Return a picture of each class, all chance from its seeds."""
        raise NotImplementedError


def answer_classes(make: Any, about: str) -> None:
    """Write the pictures of each class of the command line into files, each with a note that a model made it."""
    parser = ArgumentParser(description=about)
    parser.add_argument("classes", nargs="*", metavar="CLASS", default=[""])
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the files")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures of each class")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--guidance", type=float, default=GUIDANCE, help="how much the class counts"
    )
    parser.add_argument("--steps", type=int, default=STEPS, help="from noise to a picture")
    args = command_line(parser)
    args.out.mkdir(parents=True, exist_ok=True)
    model = make()
    how = {"count": args.count, "seed": args.seed}
    how |= {"guidance": args.guidance, "steps": args.steps}
    for asked in args.classes or [""]:
        files = []
        for number, square in enumerate(model.make(asked, **how), 1):
            stem = UNSAFE.sub("-", asked).strip("-.") or "picture"
            path = args.out / f"{stem}-{number}.png"
            path.write_bytes(made_png(square))
            files.append(str(path))
        line = json.dumps({"class": asked, "files": files}, ensure_ascii=False)
        sys.stdout.write((line if args.json else "\n".join(files)) + "\n")
