"""The command line of programs that write; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from html import escape
from typing import Any

from bigmodel.training.standalone.console import texts_asked

TEMPERATURE, SEED = 0.8, 0


def drawn_writing(text: str) -> str:
    """Return what was written as HTML."""
    shown = escape(text) if text.strip() else "–"
    return f'<div class="bm-lead is-text" data-testid="answer">{shown}</div>'


def answer_writings(make: Any, about: str) -> None:
    """Print what comes after each text of the command line, or of a file, or what is answered to it."""
    parser = ArgumentParser(description=about)
    parser.add_argument(
        "--temperature", type=float, default=TEMPERATURE, help="0 takes the likeliest"
    )
    parser.add_argument("--length", type=int, default=200, help="of what is written, at most")
    parser.add_argument("--seed", type=int, default=SEED)
    args, texts = texts_asked(parser)
    how = {"temperature": args.temperature, "length": args.length, "seed": args.seed}
    made = make().write(texts, **how)
    for text, found in zip(texts, made, strict=True):
        record = json.dumps({"text": text, "written": found}, ensure_ascii=False)
        sys.stdout.write((record if args.json else found) + "\n")
