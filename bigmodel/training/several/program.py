"""Programs that read rows of several media: blocks that weigh alike, linear heads, and the command line; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from bigmodel.training.audio.features import describe, level
from bigmodel.training.images.features import SIDE, features_of
from bigmodel.training.several.blocks import PICTURE, SOUND, Floats
from bigmodel.training.several.lines import TOGETHER, lines_of
from bigmodel.training.standalone.audio.sounds import read_sound
from bigmodel.training.standalone.console import command_line
from bigmodel.training.standalone.pictures import read_square
from bigmodel.training.standalone.texts import cleaned

Look = Callable[[str], Floats]  # what stands in a cell to its vector


class RowsModel:
    """Blocks of each medium that weigh alike, and linear heads on all of them and on each alone."""

    def __init__(self, folder: Path, name: str, looks: Mapping[str, Look]) -> None:
        self._folder, self._looks = folder, looks
        record = json.loads((folder / f"{name}.json").read_text("utf-8"))
        self._lines = lines_of(record, load_file(folder / f"{name}.safetensors"))
        self.labels: list[str] = list(self._lines.labels)
        self.boxes: list[tuple[str, str]] = [(c.name, c.medium) for c in self._lines.columns]

    def answer(self, rows: Sequence[Sequence[str]]) -> list[dict[str, list[float]]]:
        """Return what all media together and each alone say of rows: probabilities in the order of `labels`, or one number."""
        width = len(self.boxes)
        cells = [
            [*(cell or "" for cell in row), *[""] * (width - len(row))][:width] for row in rows
        ]
        for at, (_, medium) in enumerate(self.boxes):
            if medium not in (PICTURE, SOUND):
                clean = cleaned([row[at] for row in cells], self._folder, at)
                for row, cell in zip(cells, clean, strict=True):
                    row[at] = cell
        vectors: dict[str, Floats] = {}
        for row in cells:
            for cell, (_, medium) in zip(row, self.boxes, strict=True):
                if cell and cell not in vectors and medium in self._looks:
                    vectors[cell] = self._looks[medium](cell)
        told = self._lines.answers(self._lines.side(cells, vectors))
        return [{name: said[at].tolist() for name, said in told.items()} for at in range(len(rows))]

    def show(self, row: Sequence[str]) -> str:
        """Return the answer to a row as HTML."""
        [told] = self.answer([row])
        lines = "".join(
            f"<li>{escape(name)}: {escape(self.line(scores))}{self._sure(scores)}</li>"
            for name, scores in told.items()
        )
        said = escape(self.line(told[TOGETHER]))
        return f'<div class="bm-lead" data-testid="answer">{said}</div><ul>{lines}</ul>'

    def _sure(self, scores: Sequence[float]) -> str:
        return f" ({100 * max(scores):.1f} %)" if self.labels else ""

    def line(self, scores: Sequence[float]) -> str:
        """Return an answer in one line."""
        if not self.labels:
            return f"{scores[0]:,.4g}"
        return self.labels[max(range(len(scores)), key=scores.__getitem__)]


def seen(path: str) -> Floats:
    """Return edges and colours of a picture."""
    found: Floats = features_of(np.stack([read_square(path, SIDE)]))[0]
    return found


def heard(path: str) -> Floats:
    """Return the tone colour of a recording."""
    return describe(level(read_sound(path)))


def plain_looks() -> dict[str, Look]:
    """Return what is made of the cells of each medium whose features are fixed."""
    return {PICTURE: seen, SOUND: heard}


def answer_rows(make: Any) -> None:
    """Answer the row of the command line."""
    parser = ArgumentParser(description="Answer a row with this model.")
    parser.add_argument("cells", nargs="*", metavar="CELL", help="in the order of the columns")
    parser.add_argument(
        "--columns", action="store_true", help="list the columns and what they hold"
    )
    args = command_line(parser)
    model = make()
    if args.columns:
        for name, medium in model.boxes:
            sys.stdout.write(f"{name}\t{medium}\n")
        return
    if not any(args.cells):
        parser.error("give the cells of a row")
    [told] = model.answer([args.cells])
    said: dict[str, Any] = {name: model.line(scores) for name, scores in told.items()}
    if args.json:
        line = json.dumps(
            {"labels": model.labels, "said": said, "scores": told}, ensure_ascii=False
        )
    else:
        line = "\t".join(f"{name}: {text}" for name, text in said.items())
    sys.stdout.write(f"{line}\n")
