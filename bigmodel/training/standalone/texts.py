"""What programs that answer texts share: cleaning and the command line; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bigmodel.core.datasets.columns import Head
from bigmodel.training.standalone.console import texts_asked

Part = Mapping[
    str, Any
]  # `label` with `probabilities`, `value`, or `entities` (Any: as JSON has it)


def cleaned(texts: Sequence[str], folder: Path, place: int = 0) -> list[str]:
    """Return texts of a column as the model learned them: after the steps of `cleaning.json`, where it lies beside."""
    steps = folder / "cleaning.json"
    if not steps.is_file():
        return list(texts)
    sys.path.insert(0, str(folder))
    from cleaning import clean_texts  # type: ignore[import-not-found]  # noqa: PLC0415  (beside this file)

    return list(clean_texts(texts, json.loads(steps.read_text("utf-8")), place))


def answer_texts(make: Any) -> None:
    """Print the answer of the model that `make` loads to each text of the command line or of a file."""
    args, texts = texts_asked(ArgumentParser(description="Answer texts with this model."))
    model = make()
    for text, scores in zip(texts, model.predict(texts), strict=True):
        sys.stdout.write(answer_line(model.labels, text, scores, as_json=args.json) + "\n")


def answer_line(labels: Sequence[str], text: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one text as a line for people, or as JSON."""
    if not labels:
        return json.dumps({"value": scores[0]}) if as_json else f"{scores[0]:.6g}\t{text}"
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        return json.dumps({"label": labels[best], "probabilities": by_label}, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{text}"


def part_of(head: Head, scores: Sequence[float]) -> Part:
    """Return what is answered in a column, from its probabilities or its number."""
    if not head.classes:
        return {"value": scores[0]}
    best = max(range(len(head.classes)), key=scores.__getitem__)
    by_label = dict(zip(head.classes, scores, strict=True))
    return {"label": head.classes[best], "probabilities": by_label}


def answer_columns(make: Any) -> None:
    """Print the answers of the model that `make` loads to each text of the command line or of a file."""
    about = "Answer texts with this model, in several columns."
    args, texts = texts_asked(ArgumentParser(description=about))
    for text, parts in zip(texts, make().predict(texts), strict=True):
        sys.stdout.write(columns_line(text, parts, as_json=args.json) + "\n")


def columns_line(text: str, parts: Mapping[str, Part], *, as_json: bool) -> str:
    """Return the answers to one text as a line for people, or as JSON."""
    if as_json:
        return json.dumps({"text": text, "answers": parts}, ensure_ascii=False)
    said = (f"{name}: {said_of(part)}" for name, part in parts.items())
    return f"{' · '.join(said)}\t{text}"


def said_of(part: Part) -> str:
    """Return what is answered in a column as people read it."""
    if "entities" in part:
        marks = (f"{m['text']} ({m['kind']} {m['certainty']:.2f})" for m in part["entities"])
        return "; ".join(marks) or "-"
    return str(part["label"] if "label" in part else round(part["value"], 6))
