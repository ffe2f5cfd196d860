"""The instant translator as files: phrase table, language model, spacing, and a memory of whole sentences; it trains nothing.

It needs numpy and safetensors alone, and goes along with a downloaded model as it stands.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.training.bilingual.beam import BeamSearch, BeamWeights, Found
from bigmodel.training.bilingual.document import (
    Rendering,
    combined,
    mean_certainty,
    sentences_of,
)
from bigmodel.training.bilingual.phrases import Option, Phrase
from bigmodel.training.bilingual.tokens import is_word, join_tokens, tokenize, truecase
from bigmodel.training.bilingual.trigrams import Trigrams

RECORD, ARRAYS = "translator.json", "translator.safetensors"
ALTERNATIVES = 3
LONGEST_SENTENCE = 80  # tokens; longer ones are cut
FIRST_WORDS = 2  # numbers that are marks, not words


@dataclass(frozen=True)
class Lexicon:
    """What a translator knows of words: those of both sides, usual forms and spaces of the target."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    forms: dict[str, str]  # words that begin sentences, as they are within one; of the source
    spaces: dict[str, bool]
    is_capital: bool  # whether sentences of the target begin with a capital


class PhraseModel:
    """A translator. `memory` holds whole training sentences, by their tokens in lower case."""

    def __init__(
        self,
        lexicon: Lexicon,
        table: dict[Phrase, list[Option]],
        counts: dict[tuple[int, ...], int],
        memory: dict[str, str],
        weights: BeamWeights,
    ) -> None:
        self.lexicon, self.table, self.counts, self.memory = lexicon, table, counts, memory
        self._numbers = {word: number for number, word in enumerate(lexicon.source)}
        self._search = BeamSearch(table, Trigrams(counts, len(lexicon.target)), weights)

    @property
    def weights(self) -> BeamWeights:
        return self._search.weights

    def translate(self, text: str, count: int = ALTERNATIVES) -> list[Rendering]:
        """Return translations of a text, best first; each of its sentences is translated for itself."""
        sentences, ends = sentences_of(text)
        return combined([self._sentence(each, count) for each in sentences], ends, count)

    def _sentence(self, text: str, count: int) -> list[Rendering]:
        tokens = tokenize(text)
        if known := self.memory.get(memory_key(tokens)):
            return [Rendering(known, 1.0)]
        forms = self.lexicon.forms
        plain = [token.lower() for token in truecase(tokens, forms)]
        made: dict[str, Rendering] = {}
        for start in range(0, len(tokens), LONGEST_SENTENCE):
            numbers = [
                self._numbers.get(token, -1) for token in plain[start : start + LONGEST_SENTENCE]
            ]
            part = self._search.search(numbers, count)
            shown = [self._shown(found, tokens[start:]) for found in part]
            made = _continued(made, shown)
        return list(made.values())[:count] or [Rendering("", 0.0)]

    def _shown(self, found: Found, tokens: Sequence[str]) -> Rendering:
        """Return what was found as a text; unknown words stand in it as they came."""
        words = [
            tokens[-1 - number] if number < 0 else self.lexicon.target[number - FIRST_WORDS]
            for number in found.words
        ]
        text = join_tokens(words, self.lexicon.spaces)
        if self.lexicon.is_capital:
            text = text[:1].upper() + text[1:]
        unknown = [tokens[-1 - number] for number in found.words if number < 0]
        certainty = mean_certainty(found.shares)
        return Rendering(text, certainty, tuple(word for word in unknown if is_word(word)))

    def save(self, folder: Path) -> None:
        """Write the model: words as JSON, numbers as arrays."""
        record = {
            "v": 1,
            "lexicon": asdict(self.lexicon),
            "memory": self.memory,
            "weights": asdict(self.weights),
        }
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        rows = [(source, option) for source, options in self.table.items() for option in options]
        grams = list(self.counts)
        arrays = {
            **_packed("source", [source for source, _ in rows]),
            **_packed("target", [option[2] for _, option in rows]),
            "scores": np.array([option[:2] for _, option in rows], np.float64).reshape(-1, 2),
            **_packed("grams", grams),
            "counts": np.array([self.counts[gram] for gram in grams], np.int64),
        }
        save_file(arrays, folder / ARRAYS)


def load_phrase_model(folder: Path) -> PhraseModel:
    """Load what `PhraseModel.save` wrote; it answers as on the day it was trained."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = load_file(folder / ARRAYS)
    table: dict[Phrase, list[Option]] = {}
    rows = zip(
        _unpacked("source", arrays),
        _unpacked("target", arrays),
        arrays["scores"].tolist(),
        strict=True,
    )
    for source, target, (score, share) in rows:
        table.setdefault(source, []).append((score, share, target))
    counts = dict(zip(_unpacked("grams", arrays), arrays["counts"].tolist(), strict=True))
    known = record["lexicon"]
    sides = {name: tuple(known[name]) for name in ("source", "target")}
    lexicon = Lexicon(**(known | sides))
    return PhraseModel(lexicon, table, counts, record["memory"], BeamWeights(**record["weights"]))


def memory_key(tokens: Sequence[str]) -> str:
    """Return what two sentences share that are the same but for capitals and spaces."""
    return " ".join(tokens).lower()


def _continued(made: dict[str, Rendering], shown: Sequence[Rendering]) -> dict[str, Rendering]:
    """Return the translations of a sentence so far, each with that of its next part."""
    if made:
        [first, *_] = made.values()
        shown = [combined([[first], [one]], ["", ""], 1)[0] for one in shown]
    found: dict[str, Rendering] = {}
    for one in shown:
        found.setdefault(one.text, one)
    return found


def _packed(name: str, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return rows of numbers as one array, and where each of them ends."""
    flat = [number for row in rows for number in row]
    ends = np.cumsum([len(row) for row in rows]) if rows else np.empty(0)
    return {f"{name}_words": np.array(flat, np.int32), f"{name}_ends": ends.astype(np.int64)}


def _unpacked(name: str, arrays: dict[str, Any]) -> Iterator[tuple[int, ...]]:
    words, start = arrays[f"{name}_words"].tolist(), 0
    for end in arrays[f"{name}_ends"].tolist():
        yield tuple(words[start:end])
        start = end
