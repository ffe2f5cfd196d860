"""The command line of programs that write; it is written into each of them."""

import argparse
import json
import sys
from html import escape
from pathlib import Path
from typing import Any

TEMPERATURE, SEED = 0.8, 0


def drawn_writing(text: str) -> str:
    """Return what was written as HTML."""
    shown = escape(text) if text.strip() else "–"
    return f'<div class="bm-lead is-text" data-testid="answer">{shown}</div>'


def answer_writings(make: Any, about: str) -> int:
    """Print what comes after each text of the command line, or of a file, or what is answered to it."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--file", type=Path, help="one text a line, UTF-8")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--temperature", type=float, default=TEMPERATURE, help="0 takes the likeliest"
    )
    parser.add_argument("--length", type=int, default=200, help="of what is written, at most")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    texts = list(args.texts)
    if args.file:
        texts += args.file.read_text("utf-8-sig").splitlines()
    if not texts:
        parser.error("give texts, or --file")
    how = {"temperature": args.temperature, "length": args.length, "seed": args.seed}
    made = make().write(texts, **how)
    for text, found in zip(texts, made, strict=True):
        record = json.dumps({"text": text, "written": found}, ensure_ascii=False)
        sys.stdout.write((record if args.json else found) + "\n")
    return 0
