"""The parts of a workbook or a document: found by their relations, changed by bytes, and copied into a new package; all others stay as they are."""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.outline import Outline, free_name, outline
from bigmodel.data.writeback.splice import text_of

CHUNK_BYTES = 2**18
SMALL_BYTES = 64 * 2**20  # a part that is no sheet and is changed
TYPES = "[Content_Types].xml"
OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError, ValueError)

Write = Callable[[bytes], object]
Change = Callable[[Iterator[bytes], Write], None]  # copies a part with changes


@dataclass(frozen=True)
class Sheet:
    """A worksheet by the name people know, and the name of its part."""

    name: str
    part: str


class Package:
    """An open workbook and what is to be changed in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {entry.filename: entry for entry in archive.infolist()}
        self._small: dict[str, bytes] = {}  # whole new contents by part
        self._changes: dict[str, Change] = {}
        self._new: dict[str, bytes] = {}
        self._main = self._target("", "/officeDocument")
        self.workbook = self.outline(self._main)

    @property
    def office(self) -> str:
        """The name space of relations in this kind of package."""
        return next((space for space in OFFICE if space in self.workbook.prefixes), OFFICE[0])

    def sheets(self) -> list[Sheet]:
        """Return the worksheets in their order; sheets of charts alone have no cells."""
        listed = self.workbook.root.child("sheets")
        found = []
        for node in listed.named("sheet") if listed else []:
            ids = [value for name, value in node.attributes.items() if name.endswith(" id")]
            part, kind = self._related(self._main).get(ids[0] if ids else "", ("", ""))
            if kind.endswith("/worksheet") and part in self._entries:
                found.append(Sheet(node.attributes.get("name", ""), part))
        return found

    def parts(self, kinds: Sequence[str]) -> list[str]:
        """Return the main part and those of some kinds that it names, in the order in which `save` copies them."""
        has_others = self._relations(self._main) in self._entries
        named = self._related(self._main).values() if has_others else ()
        found = {part for part, kind in named if kind.rpartition("/")[2] in kinds}
        return [part for part in self._entries if part in {self._main, *found}]

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield a part as it came."""
        with self._archive.open(self._entries[part]) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def outline(self, part: str) -> Outline:
        """Return the outline of a small part as it is by now."""
        return outline(self._content(part))

    def styles(self) -> str:
        """Return the name of the part that holds the styles, or nothing."""
        found = [
            part for part, kind in self._related(self._main).values() if kind.endswith("/styles")
        ]
        return found[0] if found and found[0] in self._entries else ""

    def put(self, part: str, content: bytes) -> None:
        """Give a small part new content."""
        self._small[part] = content

    def change(self, part: str, change: Change) -> None:
        """Let a part be copied with changes."""
        self._changes[part] = change

    def add_sheet(self, title: str, content: bytes) -> None:
        """Add a worksheet after all others."""
        book = self.workbook
        listed = book.root.child("sheets")
        if listed is None:
            raise DatasetError("workbook_broken")
        sheets = listed.named("sheet")
        name = free_name(title, [node.attributes.get("name", "") for node in sheets])
        number = 1 + max((int(node.attributes.get("sheetId", 0)) for node in sheets), default=0)
        part = self._free_part(posixpath.join(posixpath.dirname(self._main), "worksheets"))
        relation = self._relate(part)
        prefix = book.prefixes.get(self.office)
        said = {
            "name": text_of(name).decode("ascii"),
            "sheetId": str(number),
            f"{prefix or 'r'}:id": relation,
        }
        if prefix is None:
            said |= {"xmlns:r": self.office}
        self.put(self._main, book.appended(listed, "sheet", said))
        types = self.outline(TYPES)
        override = {"PartName": f"/{part}", "ContentType": SHEET_TYPE}
        self.put(TYPES, types.appended(types.root, "Override", override))
        self._new[part] = content

    def save(self, out: Path) -> None:
        """Write the new package: every part in its order, as it was or as it became, then the new ones."""
        with zipfile.ZipFile(out, "w") as target:
            target.comment = self._archive.comment
            for entry in self._entries.values():
                fresh = _like(entry)
                with target.open(fresh, "w", force_zip64=entry.file_size > 2**30) as file:
                    self._copy(entry.filename, file.write)
            for name, content in self._new.items():
                fresh = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                fresh.compress_type, fresh.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                target.writestr(fresh, content)

    def _copy(self, part: str, write: Write) -> None:
        if part in self._small:
            write(self._small[part])
        elif part in self._changes:
            self._changes[part](self.chunks(part), write)
        else:
            for chunk in self.chunks(part):
                write(chunk)

    def _content(self, part: str) -> bytes:
        if part in self._small:
            return self._small[part]
        entry = self._entries.get(part)
        if entry is None:
            raise DatasetError("workbook_broken")
        with self._archive.open(entry) as file:
            content = file.read(SMALL_BYTES + 1)
        if len(content) > SMALL_BYTES:
            raise DatasetError("workbook_bomb", mb=SMALL_BYTES // 2**20)
        return content

    def _relations(self, part: str) -> str:
        return posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")

    def _related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Return the parts a part names, with their kind, by relation."""
        found = {}
        for node in self.outline(self._relations(part)).root.named("Relationship"):
            said = node.attributes
            if said.get("TargetMode") != "External":
                place = posixpath.join("/", posixpath.dirname(part), said.get("Target", ""))
                name = self._known(posixpath.normpath(place).lstrip("/"))
                found[said.get("Id", "")] = (name, said.get("Type", ""))
        return found

    def _known(self, name: str) -> str:
        """Return a name as the package writes it: case does not tell parts apart."""
        if name in self._entries:
            return name
        folded = {known.casefold(): known for known in self._entries}
        return folded.get(name.casefold(), name)

    def _target(self, part: str, kind: str) -> str:
        for name, found in self._related(part).values():
            if found.endswith(kind):
                return name
        raise DatasetError("workbook_broken")

    def _relate(self, part: str) -> str:
        relations = self._relations(self._main)
        known = self.outline(relations)
        taken = [node.attributes.get("Id", "") for node in known.root.named("Relationship")]
        name = free_name("rIdAnswers", taken)
        said = {
            "Id": name.replace(" ", ""),
            "Type": f"{self.office}/worksheet",
            "Target": f"/{part}",
        }
        self.put(relations, known.appended(known.root, "Relationship", said))
        return said["Id"]

    def _free_part(self, folder: str) -> str:
        taken = {name.casefold() for name in self._entries}
        number = 1
        while f"{folder}/sheet{number}.xml".casefold() in taken:
            number += 1
        return f"{folder}/sheet{number}.xml"


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a workbook.

    Raises:
        DatasetError: `workbook_broken`, also while the block reads or writes parts.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Package(archive)
    except BROKEN as error:
        raise DatasetError("workbook_broken") from error


def _like(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    fresh = zipfile.ZipInfo(entry.filename, entry.date_time)
    fresh.compress_type = entry.compress_type
    fresh.external_attr, fresh.create_system = entry.external_attr, entry.create_system
    fresh.comment = entry.comment
    return fresh
