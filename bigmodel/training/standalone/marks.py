"""The command line of programs that mark words in texts; it is written into each of them."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from bigmodel.training.standalone.texts import texts_asked

Mark = tuple[int, int, str, float]  # from, to (not included), kind, certainty


def answer_marks(make: Any) -> int:
    """Print the marks of the model that `make` loads in each text of the command line or of a file."""
    as_json, texts = texts_asked("Mark words in texts with this model.")
    for text, marks in make().predict(texts):
        sys.stdout.write(marks_line(text, marks, as_json=as_json) + "\n")
    return 0


def marks_line(text: str, marks: Sequence[Mark], *, as_json: bool) -> str:
    """Return the marks of one text as a line for people, or as JSON."""
    if as_json:
        names = ("start", "end", "kind", "certainty")
        entities = [dict(zip(names, m, strict=True)) | {"text": text[m[0] : m[1]]} for m in marks]
        return json.dumps({"text": text, "entities": entities}, ensure_ascii=False)
    found = "; ".join(f"{text[start:end]} ({kind} {sure:.2f})" for start, end, kind, sure in marks)
    return f"{found or '-'}\t{text}"
