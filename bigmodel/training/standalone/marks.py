"""The command line of programs that mark words in texts; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from bigmodel.training.standalone.console import texts_asked
from bigmodel.training.standalone.texts import Part, said_of

Found = tuple[int, int, str, float]  # from, to (not included), kind, certainty


def answer_marks(make: Any) -> None:
    """Print the marks of the model that `make` loads in each text of the command line or of a file."""
    args, texts = texts_asked(ArgumentParser(description="Found words in texts with this model."))
    for text, marks in make().predict(texts):
        sys.stdout.write(marks_line(text, marks, as_json=args.json) + "\n")


def marks_line(text: str, marks: Sequence[Found], *, as_json: bool) -> str:
    """Return the marks of one text as a line for people, or as JSON."""
    part = marks_part(text, marks)
    if as_json:
        return json.dumps({"text": text, **part}, ensure_ascii=False)
    return f"{said_of(part)}\t{text}"


def marks_part(text: str, marks: Sequence[Found]) -> Part:
    """Return the marks of one text as JSON has them."""
    names = ("start", "end", "kind", "certainty")
    found = [dict(zip(names, m, strict=True)) | {"text": text[m[0] : m[1]]} for m in marks]
    return {"entities": found}
