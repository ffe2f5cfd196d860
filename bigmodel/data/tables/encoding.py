"""How the bytes of a text file become lines: found on the content, and never by replacing what cannot be read in silence."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.table import Findings

CHUNK_BYTES = 2**20
MAX_LINE_CHARACTERS = 2**24
PAIR_BYTES = 2**16  # looked at to tell East Asian encodings apart
FEWEST_PAIRS = 12
MIXED_SHARE = 0.5  # of UTF-8, from which on the rest are lines from elsewhere
COMMON = {  # name, codec: the eleven commonest letters of the languages that use it
    ("Windows-1251", "cp1251"): "оеаинтсрвлк",
    ("KOI8-R", "koi8_r"): "оеаинтсрвлк",
    ("CP866", "cp866"): "оеаинтсрвлк",
    ("ISO-8859-5", "iso8859_5"): "оеаинтсрвлк",
    ("Windows-1253", "cp1253"): "αοιετσνηυρπ",
    ("Windows-1255", "cp1255"): "יוהלארתמשבנ",
    ("Windows-1256", "cp1256"): "اليمونرتبةع",
    ("Windows-874", "cp874"): "านรอกเงมยลว",
}
LOOKED_AT = 2**16  # bytes
FEWEST = 20  # bytes above 127 that tell anything
FOREIGN_SHARE = 0.3  # of the letters are above 127 where the script is not Latin
COMMON_SHARE = 0.45  # of those are common letters, in lower case
CENTRAL = ("Windows-1250", "cp1250")
FEWEST_SIGNS = 3
ACCENTED = "àâäáãåæçéèêëíìîïñóòôöõøœúùûüß"  # what texts of Western Europe hold
MAC, QUOTES = "mac_roman", bytes(range(0x91, 0x98))  # of Windows, letters of the Mac
WINDOWS = re.compile(rb"(?<=[A-Za-z])\x92(?=[a-z])|\xa3(?=\d)")  # an apostrophe, pounds
OLD = (("Mac OS Roman", MAC), ("DOS, CP850", "cp850"))  # what they were written in once
BOMS = (
    (codecs.BOM_UTF8, "UTF-8 (BOM)", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "UTF-16 LE (BOM)", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16 BE (BOM)", "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding by the name people know and by Python's codec. A mixed one is repaired line by line."""

    name: str
    codec: str
    is_mixed: bool = False
    is_assumed: bool = False  # by its letters: every byte would mean something in others too


def find_encoding(path: Path) -> Encoding:
    """Return the encoding: byte order mark, then UTF-8, then those of East Asia, each proved on the whole file.

    Raises:
        DatasetError: `encoding_broken` when a byte order mark promises what the bytes do not keep.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK_BYTES)
    for mark, name, codec in BOMS:
        if head.startswith(mark):
            if not _decodes(path, codec):
                raise DatasetError("encoding_broken", encoding=name)
            return Encoding(name, codec)
    wide = guess_utf16(head)
    if wide and _decodes(path, wide):
        return Encoding(wide.upper(), wide)
    if _decodes(path, "utf-8"):
        return Encoding("UTF-8", "utf-8")
    for encoding, is_such in EAST_ASIAN:
        if is_such(head) and _decodes(path, encoding.codec):
            return encoding
    good = _good_utf8(head)
    found = find_single_byte(head, has_utf8=bool(good)) if good < MIXED_SHARE else None
    if found and _decodes(path, found[1]):
        return Encoding(*found, is_assumed=True)
    if not good:
        return Encoding("Windows-1252", "utf-8", is_mixed=True)
    return Encoding("UTF-8 + Windows-1252", "utf-8", is_mixed=True)


def read_lines(
    path: Path, encoding: Encoding, findings: Findings, newline: str | None = None
) -> Iterator[str]:
    """Yield the lines, each with its line end as one newline; with `newline=""` as it was written.

    Raises:
        DatasetError: `line_long`, with the line.
    """
    errors = "surrogateescape" if encoding.is_mixed else "strict"
    with path.open(encoding=encoding.codec, errors=errors, newline=newline) as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_CHARACTERS), ""), 1):
            if len(line) == MAX_LINE_CHARACTERS and not line.endswith("\n"):
                raise DatasetError("line_long", line=number)
            if "\0" in line:
                findings.at("zeros", number)
                line = line.replace("\0", "")
            yield _repaired(line, number, findings) if encoding.is_mixed else line


def _repaired(line: str, number: int, findings: Findings) -> str:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        findings.at("encoding_mixed", number)
        raw = line.encode("utf-8", "surrogateescape")
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    return line


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def guess_utf16(head: bytes) -> str:
    """Return the UTF-16 codec that bytes without a mark are in, or an empty text.

    Line ends, separators and digits have a zero byte, always on the same side; a stray zero in
    other text keeps to no side.
    """
    odd, even = head[1::2].count(0), head[0::2].count(0)
    most = max(odd, even)
    if most < max(2, 0.01 * len(head)) or min(odd, even) > 0.02 * most:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _pairs(head: bytes, first: range) -> list[tuple[int, int]]:
    """Return the two bytes of each character that begins in a range, read from the start as such encodings are."""
    found, place = [], 0
    while place < len(head) - 1:
        if head[place] in first:
            found.append((head[place], head[place + 1]))
            place += 1
        place += 1
    return found


def _looks_like_chinese(head: bytes) -> bool:
    """Tell real GB text from Western text that happens to decode: there, high bytes swallow letters."""
    text = head.decode("gb18030", "ignore")
    wide = [character for character in text[:100_000] if character > "\x7f"]
    swallowed = 0
    for character in wide:
        raw = character.encode("gb18030", "ignore")
        swallowed += len(raw) == 2 and raw[1] < 0x80
    return swallowed <= 0.4 * len(wide) and not _looks_like_korean(head)


def _looks_like_big5(head: bytes) -> bool:
    """Tell traditional Chinese: nearly all characters are common ones, and many end in a byte below 0x80."""
    pairs = _pairs(head[:PAIR_BYTES], range(0x81, 0xFF))
    common = sum(0xA1 <= lead <= 0xC6 for lead, _ in pairs)
    low = sum(0x40 <= trail <= 0x7E for _, trail in pairs)
    return len(pairs) >= FEWEST_PAIRS and common >= 0.95 * len(pairs) and low >= 0.15 * len(pairs)


def _looks_like_korean(head: bytes) -> bool:
    """Tell Korean: its syllables fill less than a third of where Chinese characters lie."""
    pairs = _pairs(head[:PAIR_BYTES], range(0xA1, 0xFF))
    hangul = sum(0xB0 <= lead <= 0xC8 for lead, _ in pairs)
    signs = sum(lead in (0xA1, 0xA3) for lead, _ in pairs)
    return len(pairs) >= 2 * FEWEST_PAIRS and hangul + signs >= 0.98 * len(pairs) and hangul > signs


def _looks_like_old_japanese(head: bytes) -> bool:
    """Tell Japanese in EUC: its kana lie where Chinese encodings have kana too, which Chinese texts hardly hold."""
    pairs = _pairs(head[:PAIR_BYTES], range(0xA1, 0xFF))
    kana = sum(lead in (0xA4, 0xA5) and trail >= 0xA1 for lead, trail in pairs)
    return len(pairs) >= FEWEST_PAIRS and kana >= 0.2 * len(pairs)


def _looks_like_japanese(head: bytes) -> bool:
    """Tell Japanese: kana lie in two rows of Shift-JIS, and make up a good part of any text."""
    pairs = _pairs(head[:PAIR_BYTES], range(0x81, 0xA0))
    kana = sum(lead in (0x82, 0x83) for lead, _ in pairs)
    if len(pairs) >= FEWEST_PAIRS and kana >= 0.3 * len(pairs):
        return True
    wide = [c for c in head[:PAIR_BYTES].decode("cp932", "ignore") if c > "\x7f"]
    full = sum(
        "\u3041" <= c <= "\u30ff" for c in wide
    )  # Chinese read as Japanese is half-width kana
    half = sum("\uff61" <= c <= "\uff9f" for c in wide)
    return len(wide) >= FEWEST_PAIRS and full >= 0.15 * len(wide) and half <= 0.1 * len(wide)


EAST_ASIAN = (  # asked in this order, each proved on the whole file
    (Encoding("EUC-JP", "euc_jp"), _looks_like_old_japanese),
    (Encoding("Shift-JIS", "cp932"), _looks_like_japanese),
    (Encoding("Big5", "big5hkscs"), _looks_like_big5),
    (Encoding("EUC-KR", "cp949"), _looks_like_korean),
    (Encoding("GB18030", "gb18030"), _looks_like_chinese),
)


def _good_utf8(head: bytes) -> float:
    """Return the share of bytes above 127 that are UTF-8: a few are so by chance in any encoding."""
    high = sum(byte > 127 for byte in head)
    text = head.decode("utf-8", "surrogateescape")
    good = sum(
        len(character.encode())
        for character in text
        if character > "\x7f" and not 0xDC80 <= ord(character) <= 0xDCFF
    )
    return good / max(1, high)


# one byte a character ------------------------------------------------------------------------


def find_single_byte(head: bytes, *, has_utf8: bool = False) -> tuple[str, str] | None:
    """Return name and codec where the letters leave little doubt, None for Western European texts."""
    head = head[:LOOKED_AT]
    high = sum(byte > 127 for byte in head)
    letters = sum(bytes((byte,)).isalpha() for byte in head)
    if high < FEWEST_SIGNS:
        return None
    if high < FEWEST or high < FOREIGN_SHARE * (high + letters):
        return None if has_utf8 else _old(head) or (CENTRAL if _is_central(head) else None)
    shares = {kind: _share(head, kind[1], common) for kind, common in COMMON.items()}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= COMMON_SHARE else None


def _share(head: bytes, codec: str, common: str) -> float:
    high = bytes(byte for byte in head if byte > 127)
    text = high.decode(codec, "replace")
    return sum(text.count(letter) for letter in common) / len(text)


def _old(head: bytes) -> tuple[str, str] | None:
    """Return what a Western text was written in before Windows, where that gives it twice as many of its letters."""
    plain = WINDOWS.sub(b"", head)
    has_letters = _accented(plain.translate(None, QUOTES), MAC) >= FEWEST_SIGNS
    found = {(n, c): _accented(plain, c) * (c != MAC or has_letters) for n, c in OLD}
    best = max(found, key=found.__getitem__)
    is_sure = found[best] >= max(FEWEST_SIGNS, 2 * _accented(head, "cp1252"))
    return best if is_sure else None


def _accented(head: bytes, codec: str) -> int:
    text = head.decode(codec, "replace")
    return sum(text.count(letter) for letter in ACCENTED)


def _is_central(head: bytes) -> bool:
    """Tell Polish, Czech and their kin: letters where Western Europe has signs, or ones that no Western language joins."""
    western, central = head.decode("cp1252", "replace"), head.decode("cp1250", "replace")
    pairs = list(zip(western, central, strict=True))
    inside = sum(
        not west.isalpha()
        and east.isalpha()
        and (pairs[place - 1][1].isalpha() if place else False)
        for place, (west, east) in enumerate(pairs)
    )
    czech = min(sum(head.count(b) for b in (0xEC, 0xF8)), sum(head.count(b) for b in (0x9A, 0x9E)))
    return max(inside, czech) >= FEWEST_SIGNS
