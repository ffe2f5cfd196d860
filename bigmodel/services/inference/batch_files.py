"""The answers to many pictures or recordings as a table; a file that cannot be read is a row like any other."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from bigmodel.core.answer import AnswerType
from bigmodel.core.callbacks import Tell
from bigmodel.core.errors import ModelError
from bigmodel.services.inference.answered import Answered
from bigmodel.services.inference.downloads import pack, scratch_folder, written
from bigmodel.services.results.answer_table import ENDINGS, Cell, open_table

# What ends the answering: the next file would meet the same.
FATAL = frozenset({"model_not_loading"})
ZIP = ".zip"
UNSAFE = re.compile(r"[^\w.-]+")


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


def write_answers(
    answers: Iterable[Answered],
    out: Path,
    say: Tell,
    kind: AnswerType,
    labels: Sequence[str] = (),
) -> None:
    """Write one line a file into a table. `say` puts a problem into words; `labels` are those of the model.

    Answers that consist of files go into `out` as well where that is a ZIP or a folder; the table lies
    among them as `answers.csv`. Where somebody breaks off by Ctrl-C, what was answered is written.
    """
    answers = _until_broken_off(answers)
    if out.suffix.lower() in ENDINGS:
        _write_table(answers, out, say, kind, labels)
        return
    if out.suffix.lower() == ZIP:
        with scratch_folder(out.parent) as folder:
            write_answers(answers, folder, say, kind, labels)
            pack(sorted(folder.iterdir()), out)
        return
    saved = (_saved(answer, out) for answer in answers)
    _write_table(saved, out / "answers.csv", say, kind, labels)


def _until_broken_off(answers: Iterable[Answered]) -> Iterator[Answered]:
    with suppress(KeyboardInterrupt):
        yield from answers


def save_files(answer: Answered, folder: Path) -> list[Path]:
    """Write the files that an answer consists of into a folder, each under the name of its input, and return them."""
    if answer.answer is None:
        return []
    saved = []
    with written(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for ending, content in answer.kind.files(answer.answer).items():
        stem = UNSAFE.sub("-", Path(answer.name).stem).strip("-. ")[:80] or "answer"
        places = (folder / f"{stem}{number}{ending}" for number in chain([""], count(2)))
        place = next(place for place in places if not place.exists())
        place.write_bytes(content)
        saved.append(place)
    return saved


def pack_answer(answer: Answered, out: Path) -> None:
    """Write the files that an answer consists of as one ZIP."""
    with scratch_folder(out.parent) as folder:
        pack(save_files(answer, folder), out)


def _saved(answer: Answered, folder: Path) -> Answered:
    save_files(answer, folder)
    return answer


def _write_table(
    answers: Iterable[Answered],
    out: Path,
    say: Tell,
    kind: AnswerType,
    labels: Sequence[str],
) -> None:
    columns = kind.columns_of(labels)
    strange = ("none_of_these",) if kind.detects_strangers else ()
    with open_table(out, ("file", *columns, *strange, "problem")) as table:
        for answer in answers:
            problem = say(answer.problem) if answer.problem else ""
            table.add((answer.name,), (*_cells(answer, len(columns)), problem))


def _cells(answer: Answered, width: int) -> Sequence[Cell]:
    found: list[Cell] = []
    if answer.answer is not None:
        found = ["" if cell is None else cell for cell in answer.kind.cells(answer.answer)]
    cells: list[Cell] = [*found, *[""] * width][:width]
    if answer.kind.detects_strangers:
        known = answer.is_strange if answer.answer is not None else None
        cells.append({None: "", True: "yes", False: "no"}[known])
    return cells
