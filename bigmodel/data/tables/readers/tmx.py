"""Translation memories (TMX) and files of translators (XLIFF): a column a language, a row a unit; entities and anything outside the file are refused."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
CODES = {"bpt", "ept", "ph", "it", "ut"}  # mark-up of the program that wrote the text
HOLDERS, UNITS = ("xliff", "file"), ("trans-unit", "segment")  # of XLIFF 1.2 and 2
SIDES = (("srclang", "source-language", "srcLang"), ("target-language", "trgLang"))
PROGRESS_UNITS = 5_000
FEWEST_LANGUAGES = 2
Unit = dict[str, str]


def is_tmx(head: bytes) -> bool:
    """Tell a translation memory or a file of translators by its first bytes."""
    start = head.replace(b"\x00", b"")[:4096]
    return b"<tmx" in start or b"<xliff" in start


def _read(path: Path, target: Target) -> None:
    try:
        names = _languages(path)
        target.start(names)
        size, alone = path.stat().st_size, 0
        for number, (unit, place) in enumerate(_units(path), 1):
            if len(unit) < FEWEST_LANGUAGES:
                alone += 1
                continue
            target.add([unit.get(name, "") for name in names], number)
            if number % PROGRESS_UNITS == 0:
                target.progress(min(0.95, place / max(1, size)))
            if target.is_full:
                break
    except (ParseError, ValueError) as error:  # defusedxml's refusals are ValueErrors
        if isinstance(error, DefusedXmlException):
            raise DatasetError("tmx_entities") from error
        line = error.position[0] if isinstance(error, ParseError) else 0
        raise DatasetError("tmx_broken", line=line) from error
    target.findings.note("tmx", level="info", languages=", ".join(names))
    if alone:
        target.findings.note("tmx_alone", count=alone)


def _languages(path: Path) -> list[str]:
    """Return the languages of the units, that of the sources first, then the commonest.

    Raises:
        DatasetError: `tmx_one_language`.
    """
    counts: Counter[str] = Counter()
    for unit, _ in _units(path):
        counts.update(unit.keys())
    if len(counts) < FEWEST_LANGUAGES:
        raise DatasetError("tmx_one_language", languages=", ".join(counts) or "–")
    source = _source(path).lower()
    return sorted(counts, key=lambda name: (name.lower() != source, -counts[name], name))


def _source(path: Path) -> str:
    with path.open("rb") as file:
        for _, element in _events(file, ("start",)):
            if _tag(element) in ("header", *HOLDERS) and (sides := _sides(element)):
                return sides[0]
            if _tag(element) == "body":
                break
    return ""


def _units(path: Path) -> Iterator[tuple[Unit, int]]:
    """Yield the texts of each unit by language, and how far the file was read."""
    with path.open("rb") as file:
        parents: list[Any] = []
        sides = ["source", "target"]
        for event, element in _events(file, ("start", "end")):
            if event == "start":
                parents.append(element)
                sides = _sides(element) or sides if _tag(element) in HOLDERS else sides
                continue
            parents.pop()
            if (tag := _tag(element)) in ("tu", *UNITS):
                found = _texts(element) if tag == "tu" else _told(element, sides)
                yield dict(found), file.tell()
                if parents:
                    parents[-1].clear()


def _texts(unit: Any) -> Iterator[tuple[str, str]]:
    for variant in unit.iter():
        if _tag(variant) != "tuv":
            continue
        language = variant.get(LANGUAGE) or variant.get("lang") or ""
        for segment in variant.iter():
            text = " ".join("".join(_inner(segment)).split()) if _tag(segment) == "seg" else ""
            if language and text:
                yield language.strip(), text


def _told(unit: Any, sides: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the source and the target of a unit of XLIFF."""
    for part in unit:
        text = " ".join("".join(_inner(part)).split())
        if _tag(part) in ("source", "target") and text:
            yield sides[_tag(part) == "target"], text


def _sides(element: Any) -> list[str]:
    """Return the languages that an element says its units have, the source first."""
    found = [next(filter(None, map(element.get, names)), "") for names in SIDES]
    return [found[0], found[1] or "target"] if found[0] else []


def _inner(element: Any) -> Iterator[str]:
    """Yield the text of an element without the mark-up in it."""
    yield element.text or ""
    for child in element:
        if _tag(child) not in CODES:
            yield from _inner(child)
        yield child.tail or ""


def _events(file: Any, kinds: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield elements as they are read. A document type may be named, but declares nothing and loads nothing."""
    yield from iterparse(file, events=kinds, forbid_dtd=False, forbid_entities=True)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


READER = Reader(
    name="tmx",
    order=2,
    endings=(".tmx", ".xml", ".xlf", ".xliff", ".sdlxliff", ".mxliff"),
    claims=lambda head, path: is_tmx(head),  # noqa: ARG005
    read=_read,
)
