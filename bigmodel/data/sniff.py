"""What a file is by its content, not by its name; it must never hand on a file that is no table."""

import zipfile
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.encoding import guess_utf16
from bigmodel.data.readers import Reader
from bigmodel.data.table import Findings

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
    (b"SQLite format 3", "SQLite"),
    (b"ARROW1", "Arrow"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"\x80\x04\x95", "pickle"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOKS = (".xlsx", ".xlsm")
ACCEPTED = "CSV, TSV, JSONL, XLSX, Parquet, ZIP"


def choose_reader(path: Path, name: str, readers: list[Reader], findings: Findings) -> Reader:
    """Return the reader of what the file holds, with a warning when its name promises another format.

    Raises:
        DatasetError: `file_empty`, `workbook_locked`, `workbook_broken`, `file_web_page`, `file_format`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = Path(name).suffix.lower()
    if head.startswith(b"PK") and ending in WORKBOOKS and not is_workbook(path):
        raise DatasetError("workbook_broken")
    _refuse_foreign(head, path)
    chosen = next(reader for reader in readers if reader.claims(head, path))
    promised = {end for reader in readers for end in reader.endings}
    if ending in promised and ending not in chosen.endings:
        findings.note("format_by_content", ending=ending, format=chosen.name.upper())
    return chosen


def _refuse_foreign(head: bytes, path: Path) -> None:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise DatasetError("file_empty")
    if head.startswith(OLE):
        raise DatasetError("workbook_locked")
    if found := _named(head, PACKED):
        raise DatasetError("archive_format", found=found)
    if found := _named(head, MEDIA):
        raise DatasetError("media_single", found=found)
    if found := _named(head, FOREIGN):
        raise DatasetError("file_format", found=found, accepted=ACCEPTED)
    if head.startswith(b"PK") and not is_workbook(path):
        raise DatasetError("file_format", found="ZIP", accepted=ACCEPTED)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        text.startswith((b"<!--", b"<?xml")) and b"<html" in text
    ):
        raise DatasetError("file_web_page")
    if text.startswith(b"<?xml"):
        raise DatasetError("file_format", found="XML", accepted=ACCEPTED)
    if _is_binary(head):
        raise DatasetError("file_format", found="?", accepted=ACCEPTED)


def _named(head: bytes, kinds: tuple[tuple[bytes, str], ...]) -> str:
    return next((name for magic, name in kinds if head.startswith(magic)), "")


def _is_binary(head: bytes) -> bool:
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
