"""The answers to many pictures or recordings as a table; a file that cannot be read is a row like any other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.answer import AnswerType
from bigmodel.core.callbacks import Tell
from bigmodel.core.errors import ModelError
from bigmodel.services.inference.answered import Answered
from bigmodel.services.results.answer_table import Cell, open_table

# What ends the answering: the next file would meet the same.
FATAL = frozenset({"model_not_loading"})


@dataclass(frozen=True)
class NamedFile:
    """A file to ask about, and the name under which its answer is listed."""

    name: str
    path: Path


Ask = Callable[[NamedFile], Answered]


def answer_each(files: Iterable[NamedFile], ask: Ask, kind: AnswerType) -> Iterator[Answered]:
    """Yield the answer to each file; what is wrong with one is part of its answer.

    Raises:
        ModelError: the model cannot be loaded.
    """
    for file in files:
        try:
            yield ask(file)
        except ModelError as error:
            if error.key in FATAL:
                raise
            yield Answered(kind, name=file.name, problem=error.message)


def write_answers(answers: Iterable[Answered], out: Path, say: Tell, kind: AnswerType) -> None:
    """Write one line a file. `say` puts a problem into words."""
    strange = ("none_of_these",) if kind.detects_strangers else ()
    with open_table(out, ("file", kind.column, "certainty", *strange, "problem")) as table:
        for answer in answers:
            problem = say(answer.problem) if answer.problem else ""
            table.add((answer.name,), (*_cells(answer), problem))


def _cells(answer: Answered) -> Sequence[Cell]:
    cells: list[Cell] = ["", ""]
    if answer.answer is not None:
        found = ["" if cell is None else cell for cell in answer.kind.cells(answer.answer)]
        cells = [*found, ""][:2]
    if answer.kind.detects_strangers:
        known = answer.is_strange if answer.answer is not None else None
        cells.append({None: "", True: "yes", False: "no"}[known])
    return cells
