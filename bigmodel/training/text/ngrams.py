"""Texts as n-grams of characters and of words weighted by rarity, and how much of a text is made of known ones; it learns no answers.

TF-IDF as in Salton and Buckley 1988 (sublinear term counts, smoothed rarity, rows of length 1).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]
    CountVectorizer,
    TfidfVectorizer,
)
from sklearn.preprocessing import normalize  # type: ignore[import-untyped]

from bigmodel.core.errors import TrainingError

MOST_FEATURES = 200_000
MOST_CHARACTERS = 12_000_000  # of all training texts together: beyond it, texts are cut
FEWEST_CHARACTERS = 300  # no text is cut below this
UNSPACED_LONGEST = 3  # n-gram of scripts written without spaces
WORD = r"\w+|[^\w\s]"  # punctuation counts as a word
# A number or key of somebody (a phone, a card, a token): it tells of one row only, and a model is handed to others.
OF_ONE = re.compile(r"(?<!\w)(?=\w*\d)\w{8,}")
ROWS_TO_REPEAT = 1000  # from so many rows on, a term must occur in two of them

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VectorizerConfig:
    """How texts become features: kind of n-gram, its lengths, and where texts are cut.

    `char_wb` keeps n-grams within words, that is between spaces; Chinese writes whole clauses so.
    """

    analyzer: Literal["char", "char_wb"]
    shortest: int
    longest: int
    characters: int

    def vectorizer(self, terms: Sequence[str] | None = None, rows: int = 0) -> TfidfVectorizer:
        """Return a reader of known terms, or one that finds its terms in so many rows."""
        return TfidfVectorizer(
            analyzer=self.analyzer,
            ngram_range=(self.shortest, self.longest),
            sublinear_tf=True,
            max_features=None if terms else MOST_FEATURES,
            min_df=2 if rows >= ROWS_TO_REPEAT else 1,
            vocabulary=list(terms) if terms else None,
            dtype=np.float64,
        )

    def cut(self, texts: Sequence[str]) -> list[str]:
        return [text[: self.characters] for text in texts]

    def count(self, text: str) -> int:
        """Return how many n-grams a text has, known or not."""
        words = [text] if self.analyzer == "char" else text.lower().split()
        around = 0 if self.analyzer == "char" else 2
        return sum(self._count(len(word) + around) for word in words)

    def _count(self, length: int) -> int:
        most = min(self.longest, length - 1)  # a word as short as an n-gram counts once
        whole = sum(length - size + 1 for size in range(self.shortest, most + 1))
        return whole + (most < self.longest)


@dataclass(frozen=True)
class Features:
    """Some texts as features (texts, terms) of length 1.

    `unknown` is the share of a text's n-grams that are no terms; `whole` is how long the features would
    be among those of all its n-grams, 0 to 1: what a likeness to other texts must be multiplied with.
    """

    features: csr_matrix
    unknown: Floats
    whole: Floats


class Ngrams:
    """A reader of texts that knows its terms."""

    def __init__(self, reading: VectorizerConfig, terms: Sequence[str], rarity: Floats) -> None:
        self.reading, self.terms, self.rarity = reading, terms, rarity
        self._counter = reading.vectorizer(terms)
        self._rarest = float(rarity.max()) ** 2

    def read(self, texts: Sequence[str]) -> Features:
        """Return texts as features, and how much of each is known."""
        texts = self.reading.cut(texts)
        counts = CountVectorizer.transform(self._counter, texts).tocsr()
        known = np.asarray(counts.sum(axis=1)).ravel()
        every = np.maximum(1, [self.reading.count(text) for text in texts])
        weights = counts.astype(np.float64)
        weights.data = (np.log(weights.data) + 1.0) * self.rarity[weights.indices]
        mass = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
        missing = np.maximum(0, every - known)
        whole = np.sqrt(mass / np.maximum(1e-12, mass + missing * self._rarest))
        return Features(normalize(weights, copy=False), missing / every, whole)


class Words:
    """Words and pairs of neighbouring words, weighted by rarity, beside n-grams of characters."""

    def __init__(self, terms: Sequence[str], rarity: Floats) -> None:
        self.terms, self.rarity = terms, rarity
        self._counter = _word_vectorizer(terms)

    def read(self, texts: Sequence[str]) -> csr_matrix:
        """Return texts as features (texts, terms) of length 1."""
        weights = CountVectorizer.transform(self._counter, texts).astype(np.float64).tocsr()
        weights.data = (np.log(weights.data) + 1.0) * self.rarity[weights.indices]
        return normalize(weights, copy=False)


def fit_words(texts: Sequence[str]) -> tuple[Words, Any] | None:
    """Return a reader that knows the words of these texts, and their features; None where they have none."""
    vectorizer = _word_vectorizer()
    try:
        features = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's word for "no word in any row"
        return None
    terms = vectorizer.get_feature_names_out()
    rows_with = features.getnnz(axis=0)
    kept = [
        rows > 1 or not OF_ONE.search(term) for term, rows in zip(terms, rows_with, strict=True)
    ]
    if not any(kept):
        return None
    return Words(terms[kept].tolist(), vectorizer.idf_[kept]), normalize(features[:, kept])


def _word_vectorizer(terms: Sequence[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=(1, 2),
        token_pattern=WORD,
        sublinear_tf=True,
        max_features=None if terms else MOST_FEATURES,
        vocabulary=list(terms) if terms else None,
        dtype=np.float64,
    )


def fit_ngrams(texts: Sequence[str]) -> tuple[Ngrams, Any]:
    """Return a reader that knows the n-grams of these texts, and their features as a sparse matrix.

    Raises:
        TrainingError: `texts_are_empty`.
    """
    reading = choose_vectorizer(texts)
    vectorizer = reading.vectorizer(rows=len(texts))
    try:
        features = vectorizer.fit_transform(reading.cut(texts))
    except ValueError as error:  # scikit-learn's word for "no character n-gram in any row"
        raise TrainingError("texts_are_empty") from error
    terms = vectorizer.get_feature_names_out().tolist()
    return Ngrams(reading, terms, np.asarray(vectorizer.idf_)), features


def choose_vectorizer(texts: Sequence[str]) -> VectorizerConfig:
    """Choose short n-grams for scripts without spaces, whose characters say more; five-fold checks chose these."""
    characters = max(FEWEST_CHARACTERS, MOST_CHARACTERS // max(1, len(texts)))
    if unspaced_share(texts) > 0.2:
        return VectorizerConfig("char_wb", 1, UNSPACED_LONGEST, characters)
    return VectorizerConfig("char_wb", 2, 5, characters)


def unspaced_share(texts: Sequence[str]) -> float:
    """Return the share of letters from scripts written without spaces (Chinese, Japanese, Thai and kin)."""
    letters = [letter for text in texts[:2000] for letter in text[:500] if letter.isalpha()]
    unspaced = sum(
        "\u3040" <= letter <= "\u9fff" or "\u0e00" <= letter <= "\u0eff" or letter >= "\U00020000"
        for letter in letters
    )
    return unspaced / max(1, len(letters))
