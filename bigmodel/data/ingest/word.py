"""What a Word document (.docx) says, a paragraph a line; how it looks, its pictures and what was deleted stay behind."""

import re
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml.ElementTree import iterparse

from bigmodel.core.errors import DatasetError

WORD = ".docx"
LOCK = "~$"  # how the names of files begin that Word keeps beside an open document
MAIN = re.compile(r"word/document\d*\.xml")
SAID = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n"}
TWICE = "Fallback"  # of what stands before it already, for older programs


def word_text(place: Path, limit_mb: int) -> str:
    """Return the words of a document.

    Raises:
        DatasetError: `document_broken`, or `file_big`.
    """
    try:
        with ZipFile(place) as archive:
            part = next(info for info in archive.infolist() if MAIN.fullmatch(info.filename))
            if part.file_size > limit_mb * 2**20:
                raise DatasetError("file_big", mb=part.file_size // 2**20, limit=limit_mb)
            return "".join(_said(archive, part)).strip()
    except (BadZipFile, StopIteration, ParseError, ValueError, NotImplementedError) as error:
        raise DatasetError("document_broken") from error
    except RuntimeError as error:  # a password
        raise DatasetError("document_broken") from error


def _said(archive: ZipFile, part: ZipInfo) -> list[str]:
    """Return the pieces of text of the main part; defusedxml's refusals are ValueErrors."""
    found: list[str] = []
    twice = 0
    with archive.open(part) as file:
        for event, node in iterparse(file, events=("start", "end"), forbid_dtd=True):
            name = node.tag.rpartition("}")[2]
            if name == TWICE:
                twice += 1 if event == "start" else -1
            if event == "start" or twice:
                continue
            if name == "t":
                found.append(node.text or "")
            elif name in SAID:
                found.append(SAID[name])
            elif name == "p":
                found.append("\n")
                node.clear()
    return found
