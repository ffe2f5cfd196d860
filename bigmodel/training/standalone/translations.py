"""The command line of programs that translate texts; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from html import escape
from typing import Any

from bigmodel.training.standalone.console import texts_asked


def drawn_translations(found: Sequence[Any]) -> str:
    """Return the translations of one text as HTML, the best in large letters."""
    others = "".join(
        f"<li>{escape(one.text)} ({100 * one.certainty:.0f} %)</li>" for one in found[1:]
    )
    best = f'<div class="bm-lead" data-testid="answer">{escape(found[0].text)}</div>'
    return best + (f"<ol>{others}</ol>" if others else "")


def answer_translations(make: Any) -> None:
    """Print the translation of each text of the command line or of a file; an empty line stays one."""
    args, texts = texts_asked(ArgumentParser(description="Translate texts with this model."))
    filled = [text for text in texts if text.strip()]
    made = iter(make().translate(filled) if filled else [])
    for text in texts:
        found = next(made) if text.strip() else []
        if args.json:
            others = [{"text": one.text, "certainty": one.certainty} for one in found]
            sys.stdout.write(json.dumps({"text": text, "translations": others}, ensure_ascii=False))
        else:
            sys.stdout.write(found[0].text if found else "")
        sys.stdout.write("\n")
