"""Baseline of writing: n-grams of characters by interpolated Kneser-Ney; it never needs torch."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bigmodel.answers.written import ANSWER, Written
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.writing.copying import learn_runs
from bigmodel.training.writing.counted import NOTHING, Counter, Surprise, asked_of, size_of
from bigmodel.training.writing.letters import count_letters
from bigmodel.training.writing.ngram_model import RECORD, NgramModel, load_ngram_model
from bigmodel.training.writing.ngrams import Runs, count_runs, longest_order

STEPS = 3  # count letters, count runs, write
ORDER = 7  # characters of a run; fewer where an alphabet is too large for that
MOST_CHARACTERS = 10_000_000  # that are learned from; rows of more are evenly thinned
USUAL_LENGTH = 120  # characters that are written where nobody said how many
USUAL = {dial.name: dial.start for dial in ANSWER.dials}


class WritingBaseline:
    """A loaded instant writer. It keeps no torch and starts no threads."""

    labels: tuple[str, ...] = ()

    def __init__(self, model: NgramModel, counter: Counter) -> None:
        self.model, self._counter = model, counter

    def answer(self, inputs: Sequence[str]) -> list[Written]:
        """Return what comes after each text, or is answered, and how surprising the text was."""
        dials = USUAL | {"length": USUAL_LENGTH}
        return [self._counter.answer(row, *self._said(row, dials)) for row in inputs]

    def stream(self, text: str) -> Iterator[Written]:
        """Yield what comes after a text, letter by letter."""
        return self.stream_by(text, {})

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Written]:
        """Yield what comes after a text by the dials."""
        written = ""
        prompt, _ = asked_of(text)
        for letter in self._letters(prompt, {**USUAL, **dials}):
            written += letter
            yield Written(written)
        yield self._counter.answer(text, NOTHING, written)

    def _said(self, row: str, dials: Mapping[str, float]) -> tuple[Surprise, str]:
        prompt, is_measured = asked_of(row, is_chat=self.model.is_chat)
        return self._surprise(row) if is_measured else NOTHING, "".join(
            self._letters(prompt, dials)
        )

    def _surprise(self, row: str) -> Surprise:
        read = self.model.letters.read(row)
        plain = self.model.letters.plain_bits(read)
        return Surprise(self.model.bits(read), float(read.counts.sum()), plain, size_of(row))

    def _letters(self, prompt: str, dials: Mapping[str, float]) -> Iterator[str]:
        if not prompt.strip():
            return iter(())
        return self.model.write(
            prompt,
            temperature=dials["temperature"],
            length=int(dials["length"]),
            seed=int(dials["seed"]),
        )


def train_instant(data: TaskData, folder: Path, report: Reporter) -> None:
    """Train the instant writer and write it into the folder.

    Raises:
        TrainingError: `texts_empty`, where no row has a text.
    """
    rows = thinned(data.train, report)
    report.step(phase="instant", step=0, steps=STEPS)
    letters = count_letters(rows)
    texts = [letters.read(row).symbols for row in rows]
    report.step(phase="instant", step=1, steps=STEPS)
    order = longest_order(letters.size, ORDER)
    runs = Runs(count_runs(texts, letters.size, order), letters.size)
    report.step(phase="instant", step=2, steps=STEPS)
    NgramModel(letters, runs, is_chat=are_chats(rows)).save(folder)
    learn_runs(rows).save(folder)


def load_baseline(folder: Path) -> WritingBaseline:
    """Load an instant writer; it writes as on the day it was trained."""
    return WritingBaseline(load_ngram_model(folder), Counter(folder))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant writer."""
    return (folder / RECORD).is_file()


def thinned(rows: Rows, report: Reporter) -> list[str]:
    """Return the rows that say something, evenly fewer where they are too many.

    Raises:
        TrainingError: `texts_empty`.
    """
    filled = [row for row in rows.inputs if (turns_of(row)[1::2] or (row,))[0].strip()]
    if not filled:
        raise TrainingError("texts_empty")
    step = -(-sum(map(len, filled)) // MOST_CHARACTERS)
    if step > 1:
        report.note("training.note.texts_thinned", "warning", step=step, rows=len(filled[::step]))
    return filled[::step]


def are_chats(rows: Sequence[str]) -> bool:
    """Tell whether most rows are conversations."""
    return 2 * sum(bool(turns_of(row)) for row in rows) > len(rows)
