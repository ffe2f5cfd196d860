"""Tables of tagged words, a list of words and one of tags in each row or a word a row: they become texts with marked words."""

import re
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.spans import OUTSIDE, Span, read_list, spans_of_tags, write_spans
from bigmodel.data.tables.source import ORIGINAL, PLACE
from bigmodel.data.tables.table import Target

TEXT, ENTITIES = "text", "entities"
TAG = re.compile(r"O|[BIESMLUW]-\S{1,60}")
SENTENCES = re.compile(
    r"(sentence|sent|句子|句)[ _]?(#|id|no|nr|idx|index|编号|号)?", re.IGNORECASE
)
WORDS = re.compile(r"tokens?|words?|forms?|词|词语|单词|字", re.IGNORECASE)
UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff]")
FITTING = 0.98  # of the cells are tags
SEEN_ROWS = 2_000
FEWEST = 3
Columns = Mapping[str, Sequence[str]]
Rows = list[tuple[str, str, str]]  # text, marks, place


def joined(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return words as one text and where each stands; scripts without spaces get none."""
    text, places = "", []
    for word in words:
        is_apart = text and not (UNSPACED.match(text[-1]) and UNSPACED.match(word or " "))
        text += " " if is_apart and not text.endswith(" ") else ""
        places.append((len(text), len(text) + len(word)))
        text += word
    return text, places


def marked(words: Sequence[str], tags: Sequence[str]) -> tuple[str, list[Span]]:
    """Return words as one text, and what their tags mark in it."""
    text, places = joined(words)
    spans = spans_of_tags(tags)
    return text, [Span(places[low][0], places[high - 1][1], kind) for low, high, kind in spans]


def mark_words(target: Target) -> None:
    """Write a table that was closed anew where it holds tagged words, and say so; any other one stays as it is."""
    if len(target.columns) < 2:
        return
    head = next(pq.ParquetFile(target.path).iter_batches(SEEN_ROWS), None)
    if head is None or not (found := _columns_in(_cells(head, target.columns))):
        return
    table = pq.read_table(target.path)
    cells = _cells(table, target.columns)
    places = [place or "" for place in table.column(PLACE).to_pylist()]
    rows = list(found(cells, places))
    counts = [0, 0]
    made: Rows = []
    for words, tags, place in rows:
        text, spans = marked(words, tags)
        counts = [counts[0] + len(words), counts[1] + len(spans)]
        made.append((text, write_spans(spans), place))
    if not counts[1]:
        return
    names = [ORIGINAL + TEXT, ORIGINAL + ENTITIES, PLACE]
    arrays = [pa.array(column, pa.string()) for column in zip(*made, strict=True)]
    pq.write_table(pa.table(dict(zip(names, arrays, strict=True))), target.path, compression="zstd")
    target.columns, target.rows = (TEXT, ENTITIES), len(made)
    target.findings.note("conll", level="info", words=counts[0], marks=counts[1])


class _Lists:
    """A list of words and a list of their tags in each row."""

    def __init__(self, words: str, tags: str) -> None:
        self._words, self._tags = words, tags

    def __call__(
        self, cells: Columns, places: Sequence[str]
    ) -> Iterator[tuple[list[str], list[str], str]]:
        for words, tags, place in zip(cells[self._words], cells[self._tags], places, strict=True):
            told, marks = _listed(words), _listed(tags)
            if told and len(told) == len(marks):
                yield told, marks, place


class _Words:
    """A word and its tag in each row; a sentence begins where its column is filled with something new."""

    def __init__(self, words: str, tags: str, sentence: str) -> None:
        self._words, self._tags, self._sentence = words, tags, sentence

    def __call__(
        self, cells: Columns, places: Sequence[str]
    ) -> Iterator[tuple[list[str], list[str], str]]:
        words: list[str] = []
        tags: list[str] = []
        before, first = "", ""
        rows = zip(
            cells[self._sentence], cells[self._words], cells[self._tags], places, strict=True
        )
        for sentence, word, tag, place in rows:
            if words and sentence.strip() and sentence != before:
                yield words, tags, first
                words, tags = [], []
            before = sentence if sentence.strip() else before
            first = first if words else place
            if word.strip():
                words, tags = [*words, word.strip()], [*tags, tag.strip() or OUTSIDE]
        if words:
            yield words, tags, first


def _columns_in(cells: Columns) -> _Lists | _Words | None:
    lists = {name: list(map(_listed, column)) for name, column in cells.items()}
    lists = {name: found for name, found in lists.items() if sum(map(bool, found)) > len(found) / 2}
    tags = next((n for n, rows in lists.items() if _are_tags([t for row in rows for t in row])), "")
    if tags:
        sizes = list(map(len, lists[tags]))
        alike = (n for n, rows in lists.items() if n != tags and list(map(len, rows)) == sizes)
        words = sorted(alike, key=lambda name: not WORDS.fullmatch(name.strip()))
        return _Lists(words[0], tags) if words else None
    sentence = next((name for name in cells if SENTENCES.fullmatch(name.strip())), "")
    word = next((name for name in cells if WORDS.fullmatch(name.strip())), "")
    tag = next((name for name in list(cells)[::-1] if _are_tags(cells[name])), "")
    return _Words(word, tag, sentence) if sentence and word and tag else None


def _are_tags(values: Sequence[str]) -> bool:
    filled = [value.strip() for value in values if value.strip()]
    fitting = sum(bool(TAG.fullmatch(value)) for value in filled)
    return len(filled) >= FEWEST and fitting >= FITTING * len(filled) and set(filled) > {OUTSIDE}


def _listed(cell: str) -> list[str]:
    """Return the words that a cell lists, none where it holds something else."""
    value = read_list(cell) if cell.startswith("[") else None
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        return []
    return list(map(str, value))


def _cells(table: pa.Table | pa.RecordBatch, names: Sequence[str]) -> Columns:
    read = {name: table.column(ORIGINAL + name).to_pylist() for name in names}
    return {name: [cell or "" for cell in column] for name, column in read.items()}
