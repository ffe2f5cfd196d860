"""Which columns of a person's own file a model is tried on: those it learned from, else those that an import would take; it reads no row twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Task
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.tables.guess import Guess, guess_columns
from bigmodel.data.tables.source import sample_rows
from bigmodel.services.datasets.recipe import SAMPLE_ROWS, columns_of


@dataclass(frozen=True)
class FileColumns:
    """What is read of a row and what is right of it; `remarks` say which columns were taken for others."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    remarks: tuple[Message, ...] = ()


def columns_in(upload: Upload, recipe: Recipe, kind: TargetKind, task: Task | None) -> FileColumns:
    """Return the columns of a table; what a file of pictures or recordings holds is told by its layout.

    Where several columns were learned, each of them is known by its name alone.

    Raises:
        DatasetError: `evaluation_no_answers`, `evaluation_no_texts`.
    """
    targets = recipe.targets if kind.is_given else ()
    found = FileColumns(recipe.inputs, targets)
    is_told = {*found.inputs, *found.targets} <= {*upload.columns}
    if not (is_told or upload.is_media or kind.reads_all):
        found = _guessed(upload, recipe, kind, task)
    if kind.is_given and not any(name in upload.columns for name in found.targets):
        raise DatasetError("evaluation_no_answers", column=", ".join(recipe.targets))
    if lacking := [name for name in found.inputs if name not in upload.columns]:
        raise DatasetError("evaluation_no_texts", column=lacking[0])
    return found


def _guessed(upload: Upload, recipe: Recipe, kind: TargetKind, task: Task | None) -> FileColumns:
    """Return columns of other names as an import of the file would take them, those that bear their name first."""
    known = set(upload.columns)
    sample = sample_rows(upload.source(), SAMPLE_ROWS)
    text = recipe.input if recipe.input in known else ""
    learned = [name for name in recipe.targets if name in known] if kind.is_given else []
    if kind.learns_several:
        label = learned[0] if learned else ""
        guess = guess_columns(sample, text=text, label=label, more=learned[1:])
        return _taken(recipe, guess, recipe.targets)
    more = recipe.more if {*recipe.more} <= known else ()
    label = learned[0] if learned else ""
    guess = columns_of(upload, sample, text=text, label=label, more=more, task=task)
    return _taken(recipe, guess, (guess.label,) if kind.is_given and guess.label else ())


def _taken(recipe: Recipe, guess: Guess, targets: Sequence[str]) -> FileColumns:
    inputs = (guess.text,) if recipe.also else (guess.text, *guess.more)
    others = [name for name in (*inputs, *targets) if name not in (*recipe.inputs, *recipe.targets)]
    if not others:
        return FileColumns(inputs, tuple(targets))
    args = {"inputs": ", ".join(inputs)}
    told = Message("results.remarks.columns_read", args)
    if targets:
        told = Message("results.remarks.columns_taken", {**args, "targets": ", ".join(targets)})
    return FileColumns(inputs, tuple(targets), (told,))
