"""The command line of programs that classify files; it is written into each of them."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any


def answer_files(make: Any, about: str) -> int:
    """Print the answer of the model that `make` loads to each file of the command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    model = make()
    for path, scores in zip(args.paths, model.predict(args.paths), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")
    return 0


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one file as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        told = {"file": path, "label": labels[best], "probabilities": by_label}
        return json.dumps(told, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"
