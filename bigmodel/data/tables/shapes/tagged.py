"""Tables of tagged words, words and tags in each row, a word a row or marks inside a text: they become texts with marked words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.spans import (
    OUTSIDE,
    Span,
    parse_marks,
    read_list,
    spans_of_tags,
    write_spans,
)
from bigmodel.core.errors import DatasetError
from bigmodel.data.kept import occurrences
from bigmodel.data.tables.shapes.inline import (
    are_tagged,
    inline_shape,
    read_inline,
    read_tagged,
)
from bigmodel.data.tables.source import ORIGINAL, PLACE
from bigmodel.data.tables.table import Target

TEXT, ENTITIES = "text", "entities"
TAG = re.compile(r"O|[BIESMLUW][-_]\S{1,60}")
SENTENCES = re.compile(
    r"(sentence|sent|句子|句)[ _]?(#|id|no|nr|idx|index|编号|号)?", re.IGNORECASE
)
WORDS = re.compile(r"tokens?|words?|forms?|词|词语|单词|字", re.IGNORECASE)
UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff]")
FITTING = 0.98  # of the cells are tags
SEEN_ROWS = 2_000
FEWEST = 3
NAMED = 0.9  # of the words of a kind stand in the text beside them
LISTED = re.compile(r"[;；、|]")
SPANS, COLUMNS = "spans", "columns"  # target kinds that words are marked for
Columns = Mapping[str, Sequence[str]]
Marked = tuple[list[str], list[str], str, int]  # words, tags, place, row


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
    head = next(pq.ParquetFile(target.path).iter_batches(SEEN_ROWS), None)
    seen = _cells(head, target.columns) if head is not None else {}
    found = _columns_in(seen)
    if found is None:
        if target.asked.kind in (SPANS, COLUMNS) and not _lists_marks(seen):
            _require_names(seen)
            _read_marks_inside(target, seen)
        return
    table = pq.read_table(target.path)
    cells = _cells(table, target.columns)
    places = [place or "" for place in table.column(PLACE).to_pylist()]
    # what else a row says is learned too where several columns are; else it would only be in the way
    kept = found.others(cells) if target.asked.kind == COLUMNS else []
    names = [TEXT, ENTITIES, *(name for name in kept if name not in (TEXT, ENTITIES))]
    words = marks = 0
    made: list[tuple[str, ...]] = []
    for told, tags, place, row in found(cells, places):
        text, spans = marked(told, tags)
        words, marks = words + len(told), marks + len(spans)
        made.append((text, write_spans(spans), *(cells[n][row] for n in names[2:]), place))
    if marks:
        _write(target, names, made)
        target.findings.note("conll", level="info", words=words, marks=marks)


def _read_marks_inside(target: Target, seen: Columns) -> None:
    """Part texts from the marks that stand inside them, a column of marks behind all others."""
    readers = {name: read for name, texts in seen.items() if (read := _reader_of(texts))}
    kinds = [] if readers else _kinds_in(seen)
    if not readers and not kinds:
        return
    name = max(readers or set(seen) - set(kinds), key=lambda each: sum(map(len, seen[each])))
    table = pq.read_table(target.path)
    cells = dict(_cells(table, target.columns))
    if readers:
        parted = [readers[name](text) for text in cells[name]]
    else:
        told = zip(*(cells.pop(kind) for kind in kinds), strict=True)
        parted = [(t, _found(t, kinds, row)) for t, row in zip(cells[name], told, strict=True)]
    cells[name] = [text for text, _ in parted]
    cells[ENTITIES] = [write_spans(spans) for _, spans in parted]
    places = [place or "" for place in table.column(PLACE).to_pylist()]
    _write(target, list(cells), list(zip(*cells.values(), places, strict=True)))
    marks = sum(len(spans) for _, spans in parted)
    target.findings.note("marks_inside", level="info", column=name, marks=marks)


def _reader_of(texts: Sequence[str]) -> Callable[[str], tuple[str, list[Span]]] | None:
    if are_tagged(texts):
        return lambda text: marked(*read_tagged(text))
    shape = inline_shape(texts)
    return (lambda text: read_inline(text, shape)) if shape else None


def _kinds_in(seen: Columns) -> list[str]:
    """Return the columns that name words of a longer text beside them, each being their kind."""
    longest = max(seen, key=lambda name: sum(map(len, seen[name])), default="")
    kinds = []
    for name, cells in seen.items():
        told = [(t, w) for t, cell in zip(seen[longest], cells, strict=True) for w in _words(cell)]
        inside = sum(word in text for text, word in told)
        if name != longest and len(told) >= FEWEST and inside >= NAMED * len(told):
            kinds.append(name)
    return kinds


def _found(text: str, kinds: Sequence[str], cells: Sequence[str]) -> list[Span]:
    """Return the words that cells name, wherever they stand in a text."""
    pairs = ((kind, word) for kind, cell in zip(kinds, cells, strict=True) for word in _words(cell))
    return [
        Span(place, place + len(word), kind)
        for kind, word in pairs
        for place in occurrences(text, word)
    ]


def _words(cell: str) -> list[str]:
    return [word.strip() for word in LISTED.split(cell) if word.strip()]


def _require_names(seen: Columns) -> None:
    """Check that tags have names: numbers do not say what they stand for.

    Raises:
        DatasetError: `tags_numbers`.
    """
    lists = {name: list(map(_listed, cells)) for name, cells in seen.items()}
    for name, rows in lists.items():
        sizes, told = list(map(len, rows)), [tag for row in rows for tag in row]
        alike = any(n != name and list(map(len, r)) == sizes for n, r in lists.items())
        if alike and len(told) >= FEWEST and all(tag.isdigit() for tag in told):
            raise DatasetError("tags_numbers", column=name)


def _lists_marks(seen: Columns) -> bool:
    """Tell whether some column lists marks already."""
    heads = (next((cell for cell in cells if cell.strip()), "") for cells in seen.values())
    return any(cell.startswith(("[[", "[{")) and parse_marks(cell) for cell in heads)


def _write(target: Target, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table anew, the place of each row behind its cells."""
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    whole = [*(ORIGINAL + name for name in names), PLACE]
    pq.write_table(pa.table(dict(zip(whole, arrays, strict=True))), target.path, compression="zstd")
    target.columns, target.rows = tuple(names), len(rows)


class _Lists:
    """Words and their tags in each row, as lists or parted by blanks."""

    def __init__(self, words: str, tags: str) -> None:
        self._words, self._tags = words, tags

    def others(self, cells: Columns) -> list[str]:
        """Return the further columns of a row, lists of other tags left out."""
        used = (self._words, self._tags)
        return [n for n in cells if n not in used and not any(map(_listed, cells[n][:FEWEST]))]

    def __call__(self, cells: Columns, places: Sequence[str]) -> Iterator[Marked]:
        rows = zip(cells[self._words], cells[self._tags], places, strict=True)
        for row, (words, tags, place) in enumerate(rows):
            told, marks = _parted(words), _parted(tags)
            if told and len(told) == len(marks):
                yield told, marks, place, row


class _Words:
    """A word and its tag in each row; a sentence begins where its column is filled with something new."""

    def __init__(self, words: str, tags: str, sentence: str) -> None:
        self._words, self._tags, self._sentence = words, tags, sentence

    def others(self, cells: Columns) -> list[str]:
        """Return the further columns: what the first word of a sentence says is said of the sentence."""
        return [n for n in cells if n not in (self._words, self._tags, self._sentence)]

    def __call__(self, cells: Columns, places: Sequence[str]) -> Iterator[Marked]:
        words: list[str] = []
        tags: list[str] = []
        before, first, begun = "", "", 0
        rows = zip(
            cells[self._sentence], cells[self._words], cells[self._tags], places, strict=True
        )
        for row, (sentence, word, tag, place) in enumerate(rows):
            if words and sentence.strip() and sentence != before:
                yield words, tags, first, begun
                words, tags = [], []
            before = sentence if sentence.strip() else before
            first, begun = (first, begun) if words else (place, row)
            if word.strip():
                words, tags = [*words, word.strip()], [*tags, tag.strip() or OUTSIDE]
        if words:
            yield words, tags, first, begun


def _columns_in(cells: Columns) -> _Lists | _Words | None:
    if len(cells) < 2:
        return None
    if found := _strings_in(cells):
        return found
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


def _strings_in(cells: Columns) -> _Lists | None:
    """Return the columns of texts and of as many tags, both parted by blanks."""
    for tags in cells:
        rows = [cell.split() for cell in cells[tags]]
        if max(map(len, rows), default=0) < 2 or not _are_tags([t for row in rows for t in row]):
            continue
        sizes = list(map(len, rows))
        alike = (n for n in cells if n != tags and [len(c.split()) for c in cells[n]] == sizes)
        if words := next(alike, ""):
            return _Lists(words, tags)
    return None


def _parted(cell: str) -> list[str]:
    return _listed(cell) or cell.split()


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
