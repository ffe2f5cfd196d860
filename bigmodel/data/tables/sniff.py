"""What a file is by its content, not by its name; it must never hand on a file that is no table."""

import zipfile
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import guess_utf16
from bigmodel.data.tables.readers import SURE, Reader
from bigmodel.data.tables.readers.tmx import is_tmx
from bigmodel.data.tables.table import Findings

HEAD_BYTES = 2**16
PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)
MEDIA = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WAV"),
    (b"ID3", "MP3"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b"\x1aE\xdf\xa3", "WebM"),
)
FOREIGN = (
    (b"%PDF", "PDF"),
    (b"FEA1", "Feather V1"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"\x80\x04\x95", "pickle"),
)
OFFICE = (  # what a ZIP file of an office program is, by what is in it
    ("content.xml", "OpenDocument"),
    ("Index/Document.iwa", "Apple Numbers / Pages / Keynote"),
    ("Index.zip", "Apple Numbers / Pages / Keynote"),
    ("word/document.xml", "Word"),
    ("ppt/presentation.xml", "PowerPoint"),
    ("xl/workbook.bin", "Excel binary workbook, XLSB"),
    ("META-INF/container.xml", "EPUB"),
    ("AndroidManifest.xml", "APK"),
)
ODF = {  # by the last part of its media type
    "spreadsheet": "OpenDocument spreadsheet, ODS",
    "text": "OpenDocument text, ODT",
    "presentation": "OpenDocument presentation, ODP",
}
OFFICE_ENDINGS = (".ods", ".odt", ".odp", ".numbers", ".pages", ".key", ".docx", ".pptx", ".xlsb")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_CHUNK_BYTES = 2**20
OVERLAP_BYTES = 64  # longer than the name of a stream
OLE_STREAMS = (  # what an OLE file is, by the names of its streams
    ("EncryptedPackage", "locked"),
    ("WordDocument\0", "Word"),
    ("PowerPoint Document\0", "PowerPoint"),
    ("HwpSummaryInformation\0", "HWP"),
    ("Workbook\0", "workbook"),
    ("Book\0", "workbook"),
)
WORKBOOKS = (".xlsx", ".xlsm")
NAMED_WORKBOOKS = (*WORKBOOKS, ".xls", ".et", ".ett")  # what people take for a workbook by its name
WPS = (".et", ".ett")
UNREAD = (OLE, b"PK", b"PAR1", b"SQLite format 3", b"ARROW1")  # of tables that are no text
ACCEPTED = "CSV, TSV, JSON, YAML, XLSX, XLS, ODS, Parquet, Feather, SQLite, SQL, ARFF, HTML, TMX, XLIFF, PO, ZIP, GZ"
UNKNOWN = "data.found.unknown"  # the key of its words


def choose_reader(
    path: Path, name: str, readers: list[Reader], findings: Findings, kind: str = ""
) -> Reader:
    """Return the reader of what the file holds, with a warning when its name promises another format.

    `kind` is the target kind that the file is brought for, if somebody said so.

    Raises:
        DatasetError: `file_empty`, `workbook_locked`, `workbook_broken`, `workbook_et`, `workbook_web`,
            `file_web_page`, `file_format`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = Path(name).suffix.lower()
    if head.startswith(b"PK") and ending in NAMED_WORKBOOKS and not is_workbook(path):
        raise DatasetError("workbook_et" if ending in WPS else "workbook_broken")
    sure = (one for one in readers if one.order < SURE and head.strip() and one.claims(head, path))
    if (chosen := next(sure, None)) is None:
        _refuse_foreign(head, path, ending)
        asked = [one for one in readers if not one.is_first or one.kind == kind]
        chosen = next(reader for reader in asked if reader.claims(head, path))
    if kind and chosen is readers[-1]:
        last = [one for one in readers if one.kind == kind and not one.is_first]
        own = (one for one in last if ending in one.endings)
        chosen = next(own, chosen)
    promised = {end for reader in readers for end in reader.endings}
    if ending in promised and ending not in chosen.endings:
        findings.note("format_by_content", ending=ending, format=chosen.name.upper())
    return chosen


def require_text(path: Path, name: str) -> None:
    """Check that a file is plain text.

    Raises:
        DatasetError: as of `choose_reader`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    _refuse_foreign(head, path, Path(name).suffix.lower())
    if head.startswith(UNREAD):
        raise DatasetError("file_format", found=Path(name).suffix or UNKNOWN, accepted=".txt, .md")


def _refuse_foreign(head: bytes, path: Path, ending: str) -> None:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise DatasetError("file_empty")
    if head.startswith(OLE):
        _refuse_ole(path, ending)
        return
    if found := _named(head, PACKED):
        raise DatasetError("archive_format", found=found)
    if found := _named(head, MEDIA):
        raise DatasetError("media_single", found=found)
    if found := _named(head, FOREIGN):
        raise DatasetError("file_format", found=found, accepted=ACCEPTED)
    if head.startswith(b"PK") and not is_workbook(path):
        if office := office_kind(path, ending):
            raise DatasetError("file_office", found=office)
        raise DatasetError("file_format", found="ZIP", accepted=ACCEPTED)
    _refuse_markup(head, ending)
    if is_binary(head):
        if ending in WPS:
            raise DatasetError("workbook_et")
        raise DatasetError("file_format", found=UNKNOWN, accepted=ACCEPTED)


def _refuse_ole(path: Path, ending: str) -> None:
    """Let only a workbook through; one that is locked as a whole, or another program's file, is named."""
    kinds = _ole_kinds(path)
    if "locked" in kinds:
        raise DatasetError("workbook_locked")
    if "workbook" in kinds and (len(kinds) == 1 or ending in NAMED_WORKBOOKS):
        return
    if kinds:
        raise DatasetError("file_format", found=kinds[0], accepted=ACCEPTED)
    if ending in WPS:
        raise DatasetError("workbook_et")
    raise DatasetError("workbook_broken" if ending in NAMED_WORKBOOKS else "workbook_old")


def _ole_kinds(path: Path) -> list[str]:
    """Return what an OLE file may be: its streams are named in UTF-16, wherever its directory lies."""
    wanted = {name.encode("utf-16-le"): kind for name, kind in OLE_STREAMS}
    seen: set[bytes] = set()
    overlap = b""
    with path.open("rb") as file:
        while chunk := file.read(OLE_CHUNK_BYTES):
            window = overlap + chunk
            seen |= {name for name in wanted if name in window}
            overlap = window[-OVERLAP_BYTES:]
    return list(dict.fromkeys(kind for name, kind in wanted.items() if name in seen))


def _refuse_markup(head: bytes, ending: str) -> None:
    if is_tmx(head):
        return
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_web = text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta"))
    is_sheet = b"excel.sheet" in text or b"schemas-microsoft-com:office:" in text
    if ending in NAMED_WORKBOOKS and (is_web or text.startswith((b"<?xml", b"<workbook"))):
        raise DatasetError("workbook_web")
    if is_sheet and text.startswith(b"<?xml"):
        raise DatasetError("workbook_web")
    if is_web or (text.startswith((b"<!--", b"<?xml")) and b"<html" in text):
        raise DatasetError("file_web_page")
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        raise DatasetError("media_single", found="SVG")
    if found := _written_for_programs(head, ending):
        raise DatasetError("file_format", found=found, accepted=ACCEPTED)


def _written_for_programs(head: bytes, ending: str) -> str:
    """Return what a text is that holds rows in a language of its own, which would be torn as a table; "" for any other."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"#FORMAT=WebAnno"):
        return "WebAnno TSV"
    is_xml = text.lower().startswith(b"<?xml") or (ending == ".xml" and text.startswith(b"<"))
    return "XML" if is_xml else ""


def _named(head: bytes, kinds: tuple[tuple[bytes, str], ...]) -> str:
    return next((name for magic, name in kinds if head.startswith(magic)), "")


def is_binary(head: bytes) -> bool:
    """Tell bytes that no text has from text; UTF-16 and UTF-32 hold many zeros and are let through."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"PAR1", b"PK")) or guess_utf16(head):
        return False
    strange = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b\x00" for byte in head)
    zeros = head.count(0)
    return strange > 0.02 * len(head) or zeros > 0.02 * len(head)


def is_workbook(path: Path) -> bool:
    """Tell whether a ZIP file is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return False


def office_kind(path: Path, ending: str) -> str:
    """Return what a ZIP file of an office program is that is no workbook read here, "" for any other."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = (
                archive.read("mimetype")[:200].decode("ascii", "replace")
                if "mimetype" in names and archive.getinfo("mimetype").file_size < 200
                else ""
            )
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, RuntimeError):
        return ""
    if "opendocument" in kind:
        return ODF.get(kind.rpartition(".")[2].strip(), "OpenDocument")
    inside = next((found for name, found in OFFICE if name in names), "")
    is_iwork = any(name.endswith(".iwa") for name in names)
    return (
        inside
        or ("Apple Numbers / Pages / Keynote" if is_iwork else "")
        or (ending.removeprefix(".").upper() if ending in OFFICE_ENDINGS else "")
    )
