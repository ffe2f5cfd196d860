"""What is spoken stands in text files: one beside each recording, or one for many with the name first (LibriSpeech)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.drawn import head
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import AUDIO, Item, MediaFiles
from bigmodel.data.media.listing import Context

ENDINGS = (".txt", ".lab", ".trn", "")
MOST_BYTES = 4 * 2**20
ENOUGH = 0.5  # of the recordings have a text
LINES = 0.8  # of the lines of a list begin with the name of a recording


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if files.medium != AUDIO:
        return None
    texts = [e for e in files.others if e.ending in ENDINGS and e.size <= MOST_BYTES]
    for said, used in (_one_each(files.items, texts), _lists(files.items, texts)):
        items = [replace(item, label=said[i]) for i, item in enumerate(files.items) if i in said]
        if len(items) >= ENOUGH * len(files.items):
            names = tuple(entry.name for entry in used)
            context.findings.note("texts_beside", level="info", count=len(items), files=len(names))
            return Annotated(Form.TRANSCRIPTS, tuple(with_splits(items)), names)
    return None


def _one_each(
    items: Sequence[Item], texts: Sequence[Entry]
) -> tuple[dict[int, str], Sequence[Entry]]:
    """Return the text of each recording that has a file of its own name, and these files."""
    by_place = {_place(entry): entry for entry in texts}
    used = {
        i: by_place[_place(item.entry)]
        for i, item in enumerate(items)
        if _place(item.entry) in by_place
    }
    return {i: " ".join(_text(entry).split()) for i, entry in used.items()}, list(used.values())


def _lists(items: Sequence[Item], texts: Sequence[Entry]) -> tuple[dict[int, str], Sequence[Entry]]:
    """Return the texts of lists whose lines begin with the name of a recording, and these lists."""
    by_stem = {item.entry.base.rpartition(".")[0]: i for i, item in enumerate(items)}
    said: dict[int, str] = {}
    used = []
    for entry in texts:
        lines = list(_pairs(_text(entry)))
        known = {by_stem[name]: words for name, words in lines if name in by_stem}
        if known and len(known) >= LINES * len(lines):
            said |= known
            used.append(entry)
    return said, used


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, words = line.strip().replace("\t", " ").partition(" ")
        if name:
            yield name.rpartition(".")[0] if "." in name else name, words.strip()


def _place(entry: Entry) -> str:
    return entry.name.rpartition(".")[0] if entry.ending else entry.name


def _text(entry: Entry) -> str:
    content = head(entry, MOST_BYTES)
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace")


FORMAT = AnnotationFormat("beside", order=1, read=_read, kinds=("text",))
