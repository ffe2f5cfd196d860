"""Tables that name files and say their class or what is spoken in them; a name in one is looked up and never opened.

A table that names most of the files wins over folders. Of several, those called train, dev and test
are parts, `validated` stands for the rest of its kind, and where two disagree the one that names more counts.
"""

from collections.abc import Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import are_classes, with_splits
from bigmodel.data.media.annotations.lists import without_captions
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import IMAGE, Item, MediaFiles
from bigmodel.data.media.listing import (
    SPEAKER,
    Context,
    Listing,
    ask_columns,
    open_listing,
)
from bigmodel.data.media.naming.lists import are_captions, marked_columns
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import split_of

ENDINGS = {".csv", ".tsv", ".txt", ".jsonl", ".json", ".ndjson", ".manifest", ".xlsx", ".xls", ".parquet", ".list"}  # fmt: skip
STEMS = {
    "transcripts",
    "transcript",
    "metadata",
    "labels",
    "classes",
    "annotations",
    "list",
    "trans",
}
SKIPPED = ("submission", "license", "readme")
SECOND_CHOICE = {"invalidated", "other", "reported", "unvalidated", "validated_sentences"}
REFUSED = {"transcripts_paths", "media_boxes", "media_several"}  # whatever the folders are
MOST_TABLES = 40
MOST_BYTES = 256 * 2**20
ENOUGH = 0.5  # of the files are named: then the table counts, whatever the folders are


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    opened = _opened(files, context)
    chosen = _chosen([each for each in opened if each.says])
    if not chosen:
        asked = next((each for each in opened if each.names_files or _is_asked(each)), None)
        if asked is not None and not are_classes(files):
            raise ask_columns(asked, files.medium)
        _tell_unused(opened, context)
        return None
    items = _joined(chosen, files)
    count = len({item.entry.name for item in items})
    if are_classes(files) and (count < ENOUGH * len(files.items) or _repeat_folders(items, files)):
        _tell_unused(opened, context)
        return None
    has_captions = files.medium == IMAGE and are_captions([item.label for item in items])
    if has_captions and (bare := without_captions(items, chosen[0].entry.name, context)):
        return bare
    _tell(chosen, opened, files, items, context)
    if not items:
        raise DatasetError("transcripts_none")
    is_spoken = sum(each.is_spoken for each in chosen) * 2 > len(chosen)
    form = Form.TRANSCRIPTS if is_spoken else Form.FOLDERS
    names = tuple(each.entry.name for each in chosen)
    is_of_people = not is_spoken and all(each.is_of_people for each in chosen)
    kind = SPEAKER if is_of_people and not context.kind else ""
    return Annotated(form, tuple(with_splits(items)), names, kind=kind)


def _repeat_folders(items: Sequence[Item], files: MediaFiles) -> bool:
    """Tell whether tables say of some files what the folders say of all, as lists of the training part do."""
    return len(items) < len(files.items) and all(item.label in item.folders for item in items)


def _opened(files: MediaFiles, context: Context) -> list[Listing]:
    """Return the tables of an upload; one that cannot be read is an error only where it is called like one."""
    found = [entry for entry in files.others if may_be_table(entry)]
    named = [entry for entry in found if _is_named(entry)]
    texts = [entry for entry in found if entry not in named and entry.ending == ".txt"]
    marked = [e for e in texts if marked_columns(e)] if len(texts) <= MOST_TABLES else []
    rest = [e for e in found if e not in named and (e in marked or e not in texts)]
    opened = []
    for entry in [*named, *rest][:MOST_TABLES]:
        try:
            opened.append(open_listing(entry, files, context))
        except DatasetError as error:
            is_meant = entry in named or error.key == "media_pieces"
            if error.key in REFUSED or (is_meant and not are_classes(files)):
                raise
    return opened


def may_be_table(entry: Entry) -> bool:
    """Tell whether a file looks like a table that says something of others."""
    stem = _stem(entry)
    is_skipped = any(word in stem for word in SKIPPED)
    return entry.ending in ENDINGS and entry.size <= MOST_BYTES and not is_skipped


def _is_named(entry: Entry) -> bool:
    return _stem(entry) in STEMS


def _is_asked(listing: Listing) -> bool:
    """Tell a table that is called like one of classes and leaves something to choose."""
    return _is_named(listing.entry) and len(listing.columns) > 1


def _stem(entry: Entry) -> str:
    return entry.base.casefold().rpartition(".")[0]


def _chosen(says: Sequence[Listing]) -> list[Listing]:
    """Return the tables that count."""
    parts = [each for each in says if split_of(_stem(each.entry)) not in (None, Split.NONE)]
    if len({split_of(_stem(each.entry)) for each in parts}) > 1:
        return [replace(each, split=str(split_of(_stem(each.entry)))) for each in parts]
    first = [each for each in says if _stem(each.entry) not in SECOND_CHOICE] or list(says)
    whole = [each for each in first if _stem(each.entry) == "validated"]
    kept: list[Listing] = []
    for each in sorted(whole or first, key=lambda x: (-len(x.rows), not _is_named(x.entry))):
        taken = {item.entry.name for other in kept for item, _, _ in other.rows}
        if not any(item.entry.name in taken for item, _, _ in each.rows):
            kept.append(each)
    return kept


def _joined(chosen: Sequence[Listing], files: MediaFiles) -> list[Item]:
    order = {item.entry.name: place for place, item in enumerate(files.items)}
    items = [
        replace(item, label=label.strip(), split=split or each.split)
        for each in chosen
        for item, label, split in each.rows
    ]
    return sorted(items, key=lambda item: order[item.entry.name])


def _tell(
    chosen: Sequence[Listing],
    opened: Sequence[Listing],
    files: MediaFiles,
    items: Sequence[Item],
    context: Context,
) -> None:
    note = context.findings.note
    for each in chosen:
        context.findings.merge(each.findings)
        note(
            "table_used", level="info", name=each.entry.name, file=each.file, text=each.text,
            count=len(each.rows),
        )  # fmt: skip
        if each.missing:
            note("files_missing", count=len(each.missing), names=listed(each.missing))
    used = {each.entry.name for each in chosen}
    _tell_unused([each for each in opened if each.entry.name not in used], context)
    named = {item.entry.name for item in items}
    silent = sorted(item.entry.name for item in files.items if item.entry.name not in named)
    if silent:
        note("files_unlisted", count=len(silent), names=listed(silent))


def _tell_unused(opened: Sequence[Listing], context: Context) -> None:
    unused = [each.entry.name for each in opened if each.names_files]
    if unused:
        context.findings.note("tables_unused", count=len(unused), names=listed(unused))


FORMAT = AnnotationFormat("tables", order=2, read=_read, kinds=("label", "text", SPEAKER))
