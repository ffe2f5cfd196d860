"""Writes the sample of one made-up person who says numbers and a few words, to make a voice of; never run by the app.

`python -m assets.samples.generate_numbers` needs espeak-ng (Debian's package of that name).
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assets.samples.generate_media import EPOCH, _uttered

OUT = Path(__file__).parent / "numbers_en.zip"
PERSON = ("en-us+f2", 52, 135)  # voice, pitch and pace
TAKES = 4  # of each word
WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "hundred", "platform", "train", "number", "please", "to",
)  # fmt: skip
SENTENCES = ("please mind the gap", "the next train leaves in five minutes")


def main() -> None:
    """Write the ZIP."""
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_STORED) as archive:
        for path, content in _files(np.random.default_rng(7)):
            archive.writestr(zipfile.ZipInfo(path, EPOCH), content)


def _files(dice: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield recordings of the words and sentences, and the table of what is said."""
    rows = []
    voice, pitch, pace = PERSON
    for text in (*WORDS * TAKES, *SENTENCES * 2):
        name = f"takes/{len(rows) + 1:03d}.ogg"
        turned, paced = pitch + int(dice.integers(-2, 3)), pace + int(dice.integers(-6, 7))
        yield name, _uttered(text, voice, turned, paced, noise=0.001, dice=dice)
        rows.append((name, text))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("file", "text"), *rows])
    yield "transcripts.csv", table.getvalue().encode()


if __name__ == "__main__":
    main()
