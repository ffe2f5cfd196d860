"""Baseline of translation: word alignment, a phrase table, a language model and a beam search; it never needs torch."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bigmodel.answers.translated import Translation
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.bilingual.alignment import Ids, align
from bigmodel.training.bilingual.beam import BeamWeights
from bigmodel.training.bilingual.document import Rendering
from bigmodel.training.bilingual.phrase_model import (
    FIRST_WORDS,
    RECORD,
    Lexicon,
    PhraseModel,
    load_phrase_model,
    memory_key,
)
from bigmodel.training.bilingual.phrases import Phrase, extract, table
from bigmodel.training.bilingual.tokens import count_spaces, tokenize, truecase, usual_case
from bigmodel.training.bilingual.trigrams import count_trigrams
from bigmodel.training.text.near_rows import NearRows, load_near, save_near

STEPS = 4  # align, extract, count, write
MOST_PAIRS = 40_000  # that are aligned; more are evenly thinned
LONGEST_LEARNED = 60  # tokens of a sentence that phrases are learned from
CAPITAL_SHARE = 0.5  # of target sentences


class TranslationBaseline:
    """A loaded instant translator. It keeps no torch and starts no threads."""

    labels: tuple[str, ...] = ()

    def __init__(self, model: PhraseModel, near: NearRows | None = None) -> None:
        self.model, self._near = model, near

    def answer(self, inputs: Sequence[str]) -> list[Translation]:
        """Return the translation of each text, with the next ones."""
        return [as_answer(self.model.translate(text)) for text in inputs]

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the training rows each text is most like."""
        return self._near.explain(inputs) if self._near else [Explanation() for _ in inputs]


def as_answer(renderings: Sequence[Rendering]) -> Translation:
    """Return what a translator found as an answer."""
    first, *others = renderings
    told = tuple((one.text, one.certainty) for one in others)
    return Translation(first.text, first.certainty, told, first.unknown)


def train_instant(data: TaskData, folder: Path, report: Reporter) -> None:
    """Train the instant translator and write it into the folder."""
    model = train_phrase_model(data, report)
    report.step(phase="instant", step=STEPS - 1, steps=STEPS)
    model.save(folder)
    save_near(data.train, folder)


def load_baseline(folder: Path) -> TranslationBaseline:
    """Load an instant translator; its answers are the same as on the day it was trained."""
    return TranslationBaseline(load_phrase_model(folder), load_near(folder))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant translator."""
    return (folder / RECORD).is_file()


def train_phrase_model(data: TaskData, report: Reporter) -> PhraseModel:
    """Return the instant translator of the training pairs.

    Raises:
        TrainingError: `pairs_empty`, where no sentence has words.
    """
    rows = thinned(data.train)
    tick = partial(report.step, phase="instant", step=0, steps=STEPS)
    raw = [(tokenize(a), tokenize(b)) for a, b in zip(rows.inputs, rows.targets, strict=True)]
    raw = [pair for pair in raw if all(pair)]
    if not raw:
        raise TrainingError("pairs_empty")
    source_forms, target_forms = (usual_case(pair[side] for pair in raw) for side in (0, 1))
    sources = [[word.lower() for word in truecase(pair[0], source_forms)] for pair in raw]
    targets = [truecase(pair[1], target_forms) for pair in raw]
    source_words, source_ids = _numbered(sources, 0)
    target_words, target_ids = _numbered(targets, FIRST_WORDS)
    counts = _phrase_counts(source_ids, target_ids, tick)
    tick(step=2)
    capitals = sum(text[:1].isupper() for text in rows.targets)
    cased = sum(text[:1].isupper() or text[:1].islower() for text in rows.targets)
    lexicon = Lexicon(
        source=source_words,
        target=target_words,
        forms=source_forms,
        spaces=count_spaces(rows.targets),
        is_capital=capitals > CAPITAL_SHARE * max(1, cased),
    )
    trigrams = count_trigrams(target_ids)
    return PhraseModel(lexicon, table(counts), trigrams, remembered(data.train), BeamWeights())


def thinned(rows: Rows) -> Rows:
    """Return at most `MOST_PAIRS` rows, evenly chosen."""
    step = -(-len(rows) // MOST_PAIRS) if rows else 1
    return Rows(rows.ids[::step], rows.inputs[::step], rows.targets[::step])


def remembered(rows: Rows) -> dict[str, str]:
    """Return the commonest translation of every training sentence, the first of equally common ones."""
    found: dict[str, Counter[str]] = {}
    for source, target in zip(rows.inputs, rows.targets, strict=True):
        found.setdefault(memory_key(tokenize(source)), Counter())[target] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in found.items() if key}


def _numbered(
    sentences: Sequence[Sequence[str]], first: int
) -> tuple[tuple[str, ...], list[list[int]]]:
    """Return every word, and sentences as the numbers of words, counted from `first`."""
    known: dict[str, int] = {}
    ids = [[first + known.setdefault(word, len(known)) for word in row] for row in sentences]
    return tuple(known), ids


def _phrase_counts(
    sources: Ids, targets: Ids, tick: partial[None]
) -> Counter[tuple[Phrase, Phrase]]:
    short = [
        (source, target)
        for source, target in zip(sources, targets, strict=True)
        if max(len(source), len(target)) <= LONGEST_LEARNED
    ]
    sources, targets = [pair[0] for pair in short], [pair[1] for pair in short]
    links = align(sources, targets, tick) if short else []
    counts: Counter[tuple[Phrase, Phrase]] = Counter()
    for number, (source, target, linked) in enumerate(zip(sources, targets, links, strict=True)):
        if number % 1000 == 0:
            tick(step=1)
        counts.update(extract(source, target, linked))
    return counts
