"""The command line of programs that find answers in a text; it is written into each of them. A choice is one of `extraction`."""

import json
import sys
from argparse import ArgumentParser
from html import escape
from pathlib import Path
from typing import Any

from bigmodel.training.standalone.console import command_line


def drawn_extract(passage: str, choice: Any) -> str:
    """Return an answer as HTML: its words in large letters, the passage with them marked, and the next candidates."""
    places = choice.places[: 0 if choice.is_nothing else 1]
    others = choice.places[len(places) :][:2]
    said = "".join(escape(passage[start:end]) for start, end, _ in places)
    shown, at = "", 0
    for start, end, _ in places:
        shown += (
            f'{escape(passage[at:start])}<mark class="bm-mark">{escape(passage[start:end])}</mark>'
        )
        at = end
    lines = "".join(
        f"<li>{escape(passage[start:end])} ({100 * sure:.0f} %)</li>" for start, end, sure in others
    )
    lead = f'<div class="bm-lead" data-testid="answer">{said or "–"}</div>'
    text = f'<p style="white-space: pre-wrap">{shown}{escape(passage[at:])}</p>'
    return lead + text + (f"<ol>{lines}</ol>" if lines else "")


def answer_extracts(make: Any) -> None:
    """Print the answers of the model that `make` loads to the questions of the command line."""
    parser = ArgumentParser(description="Find answers in a text with this model.")
    parser.add_argument("questions", nargs="+", metavar="QUESTION")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--text", help="the text to look in")
    given.add_argument("--file", type=Path, help="the file of the text, UTF-8")
    args = command_line(parser)
    passage = args.text if args.file is None else args.file.read_text("utf-8-sig")
    for question, (text, choice) in zip(
        args.questions, make().find(passage, args.questions), strict=True
    ):
        sys.stdout.write(extract_line(text, question, choice, as_json=args.json) + "\n")


def extract_line(passage: str, question: str, choice: Any, *, as_json: bool) -> str:
    """Return one answer as a line for people, or as JSON."""
    found = [
        {"answer": passage[start:end], "start": start, "end": end, "certainty": sure}
        for start, end, sure in choice.places
    ]
    if as_json:
        told = {"question": question, "in_text": not choice.is_nothing, "candidates": found}
        return json.dumps(told, ensure_ascii=False)
    said = "-" if choice.is_nothing else str(found[0]["answer"])
    return f"{said}\t{question}"
