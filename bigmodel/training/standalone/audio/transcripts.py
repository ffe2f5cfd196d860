"""The command line of programs that write down recordings; it is written into each of them."""

import json
import sys
from argparse import Namespace
from typing import Any

from bigmodel.training.standalone.console import files_asked


def answer_recordings(make: Any, asked: Namespace | None = None) -> None:
    """Print what the model that `make` loads hears in each file of the command line."""
    args = asked or files_asked("Write down recordings with this model.")
    for path, text in zip(args.paths, make().transcribe(args.paths), strict=True):
        line = json.dumps({"file": path, "text": text}, ensure_ascii=False)
        sys.stdout.write((line if args.json else f"{path}\t{text}") + "\n")
