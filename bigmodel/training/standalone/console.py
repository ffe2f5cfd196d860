"""The command line that all programs have; it is written into each of them."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path


def command_line(parser: ArgumentParser) -> Namespace:
    """Return what the command line says, with `--json`; from here on, any console shows any text."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser.parse_args()


def files_asked(about: str) -> Namespace:
    """Return the command line of a program that is asked about files."""
    parser = ArgumentParser(description=about)
    parser.add_argument("paths", nargs="+", metavar="FILE")
    return command_line(parser)


def texts_asked(parser: ArgumentParser) -> tuple[Namespace, list[str]]:
    """Return the command line of a program that is asked about texts, and the texts: there, or in a file."""
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--file", type=Path, help="one text a line, UTF-8")
    args = command_line(parser)
    texts = list(args.texts)
    if args.file:
        texts += args.file.read_text("utf-8-sig").splitlines()
    if not texts:
        parser.error("give texts, or --file")
    return args, texts
