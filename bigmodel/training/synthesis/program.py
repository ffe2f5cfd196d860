"""The command line of programs that say texts, and how an answer is drawn; it is written into each of them."""

import json
import re
import sys
from argparse import ArgumentParser
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from bigmodel.data.media.made import made_wav
from bigmodel.training.standalone.console import command_line
from bigmodel.training.synthesis.library import VOICE_HZ, SpokenText

UNSAFE = re.compile(r"[^\w.-]+")


def answer_spoken(make: Any) -> None:
    """Write a WAV for each text of the command line, by the voice that `make` loads."""
    parser = ArgumentParser(description="Say texts with this voice.")
    parser.add_argument("texts", nargs="+", metavar="TEXT")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the files")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds more between pieces")
    args = command_line(parser)
    args.out.mkdir(parents=True, exist_ok=True)
    model = make()
    for text in args.texts:
        said = model.speak(text, args.pause)
        told: dict[str, Any] = {"text": text, "missing": list(said.missing)}
        told["seconds"] = round(len(said.sound) / VOICE_HZ, 3)
        if len(said.sound):
            place = args.out / f"{UNSAFE.sub('-', text)[:60].strip('-.') or 'spoken'}.wav"
            place.write_bytes(made_wav(said.sound))
            told["file"] = str(place)
        lacking = f"\tcannot say: {', '.join(said.missing)}" if said.missing else ""
        line = json.dumps(told, ensure_ascii=False)
        sys.stdout.write((line if args.json else f"{told.get('file', '-')}{lacking}") + "\n")


def drawn_spoken(text: str, said: SpokenText) -> str:
    """Return an answer as HTML: the text, a player, and what cannot be said."""
    sound = b64encode(made_wav(said.sound)).decode()
    lacking = escape(", ".join(said.missing))
    told = f"<p>cannot say / 说不出: {lacking}</p>" if lacking else ""
    player = f'<audio controls src="data:audio/wav;base64,{sound}"></audio>'
    return f'<div class="bm-lead" data-testid="answer">{escape(text)}</div>{told}{player}'
