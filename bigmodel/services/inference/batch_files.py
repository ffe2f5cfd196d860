"""The answers to many pictures or recordings as a table; a file that cannot be read is a row like any other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.core.results.results import Prediction
from bigmodel.core.task import Explanation
from bigmodel.services.results.answer_table import Cell, open_table

STRANGE = 1.0  # from here on an input looks like none of the classes
# What ends the answering: the next file would meet the same.
FATAL = frozenset({"model_not_loading"})


@dataclass(frozen=True)
class NamedFile:
    """A file to ask about, and the name under which its answer is listed."""

    name: str
    path: Path


@dataclass(frozen=True)
class FileAnswer:
    """What a model says of one file; `problem` stands in place of an answer where the file cannot be read."""

    name: str
    prediction: Prediction | None = None
    said: Explanation = field(default_factory=Explanation)
    problem: Message | None = None

    @property
    def is_strange(self) -> bool | None:
        """Whether it looks like none of the classes; None where the model cannot tell."""
        return is_strange(self.said)


Ask = Callable[[NamedFile], FileAnswer]
Say = Callable[[Message], str]


def is_strange(said: Explanation) -> bool | None:
    """Tell whether an input looks like none of the training rows; None where the model cannot tell."""
    if said.unreadable:
        return True
    return None if said.ood_score is None else said.ood_score > STRANGE


def answer_each(files: Iterable[NamedFile], ask: Ask) -> Iterator[FileAnswer]:
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
            yield FileAnswer(file.name, problem=error.message)


def write_answers(answers: Iterable[FileAnswer], out: Path, say: Say, *, hears: bool) -> None:
    """Write one line a file. `say` puts a problem into words; `hears` tells transcripts from classes."""
    columns = ("file", "transcript") if hears else ("file", "predicted")
    rest = ("certainty", "problem") if hears else ("certainty", "none_of_these", "problem")
    with open_table(out, (*columns, *rest)) as table:
        for answer in answers:
            problem = say(answer.problem) if answer.problem else ""
            cells = _heard(answer) if hears else _predicted(answer)
            table.add((answer.name,), (*cells, problem))


def _heard(answer: FileAnswer) -> Sequence[Cell]:
    heard = answer.said.transcript
    return (heard.text, round(heard.certainty, 4)) if heard else ("", "")


def _predicted(answer: FileAnswer) -> Sequence[Cell]:
    said = answer.prediction
    if said is None:
        return ("", "", "")
    strange = {None: "", True: "yes", False: "no"}[answer.is_strange]
    if said.label is None:
        return (round(said.value or 0.0, 6), "", strange)
    return (said.label, round(said.probabilities[said.label], 4), strange)
