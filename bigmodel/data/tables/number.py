"""When a text is a number, and how a whole column writes its numbers; it opens no file.

"1,234.50" and "1.234,50" say by themselves which mark parts the decimals. "9,000" does not: then the
other values of its column decide, and where they leave it open that is told (`NumberFormat.open_value`).
"1.2万", "3亿", "1.5k" and "2M" are 12000, 300000000, 1500 and 2000000; "1万+" is what it is at least.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
CURRENCY = r"(?:US\$|HK\$|NT\$|R\$|[$€£¥₩₹₽₺₫฿]|USD|EUR|GBP|CNY|RMB|JPY|CHF|HKD|TWD|KRW|INR|元|块|圆|円|kr)"
TENS = {"": 1, "十": 10, "百": 100, "千": 1000}
SIZES = (
    {f"{tens}{name}": size * value for tens, value in TENS.items() for name, size in (("万", 10**4), ("萬", 10**4), ("亿", 10**8), ("億", 10**8))}
    | {"千": 1000, "百": 100, "万亿": 10**12, "k": 1000, "M": 10**6, "mn": 10**6, "mio": 10**6, "Mio": 10**6, "million": 10**6, "B": 10**9}
    | {"bn": 10**9, "Mrd": 10**9, "billion": 10**9, "thousand": 1000, "lakh": 10**5, "crore": 10**7}
)  # fmt: skip
SIZE = "|".join(sorted(SIZES, key=len, reverse=True)).replace("k", "[kK]")
UNIT = rf"(?-i:(?P<size>{SIZE}))\+?"
AMOUNT = re.compile(
    rf"(?P<sign>[+-]?)\s*(?:{CURRENCY})?\s*(?P<sign2>[+-]?)\s*(?P<body>\d[\d.,'’ ]*|[.,]\d+)\s*(?:{UNIT})?\s*(?:{CURRENCY}|[%‰])?",
    re.IGNORECASE,
)
GROUPED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?=$|[.,])")
THOUSANDS = {  # digits in groups of three (or as in India, of two), parted by a mark
    mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}")
    for mark in ",."
}
ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # "9,000": thousands or decimals
LONGEST = 40
SAMPLE = 20_000  # values that are looked at


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes numbers. `open_value`: an example of what may be thousands or decimals, "" for none."""

    decimal: str = "."
    open_value: str = ""
    signed_value: str = ""  # an example with a currency or per cent sign
    sized_value: str = ""  # an example with a unit of size

    def number(self, text: str) -> float | None:
        """Return the number a text stands for, or None."""
        return as_number(text, self.decimal)

    def plain(self, text: str) -> str:
        """Return a number as other programs write it, any other text as it is."""
        value = None if PLAIN.fullmatch(text) else self.number(text)
        if value is None:
            return text
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def as_number(text: str, decimal: str = ".") -> float | None:
    """Return the number a text stands for ("3.5", "-2", "1e3", "3,5", "$1,234.50", "85%" = 85), or None.

    `decimal` is the mark of the decimals, for texts that leave it open: "9,000".
    """
    if PLAIN.fullmatch(text) and not (decimal == "," and ONE_GROUP.fullmatch(text)):
        value = float(text)
        return value if math.isfinite(value) else None
    parts = _parts(text)
    if parts is None:
        return None
    factor, body, _ = parts
    digits = _digits(body, decimal)
    return None if digits is None else float(factor * Decimal(digits))


def find_format(values: Iterable[str], *, delimiter: str = "", decimal: str = "") -> NumberFormat:
    """Return how the values of a column write numbers; `delimiter` parts the columns of the file.

    `decimal` is the mark of the decimals that a person chose for values which leave it open.

    Where no value tells, a comma before three digits parts thousands, unless the file is one of those
    (parted by semicolons) in which a comma parts decimals.
    """
    marks = {",": 0, ".": 0}
    open_comma = open_point = signed = sized = ""
    for count, text in enumerate(values):
        if count == SAMPLE:
            break
        parts = _parts(text)
        if parts is None:
            continue
        _, body, has_size = parts
        sized = sized or (text if has_size else "")
        if not signed and not has_size and text.strip("+-0123456789., \u00a0"):
            signed = text
        if mark := _tells(body):
            marks[mark] += 1
        elif ONE_GROUP.fullmatch(body):
            open_comma = open_comma or (text if "," in body else "")
            open_point = open_point or (text if "." in body else "")
    if marks[","] != marks["."]:
        return NumberFormat("," if marks[","] > marks["."] else ".", "", signed, sized)
    if decimal:
        return NumberFormat(decimal, "", signed, sized)
    if open_comma:
        return NumberFormat("," if delimiter == ";" else ".", open_comma, signed, sized)
    return NumberFormat(".", open_point if delimiter == ";" else "", signed, sized)


def _parts(text: str) -> tuple[int, str, bool] | None:
    """Return what the digits are to be multiplied with, the digits with their marks, and whether a unit of size stands behind."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return None
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    is_debit = plain.startswith("(") and plain.endswith(")")
    found = AMOUNT.fullmatch(plain[1:-1] if is_debit else plain)
    if found is None or (found["sign"] and found["sign2"]):
        return None
    body = found["body"].strip()
    if re.search(r"[ '’]", body):
        grouped = GROUPED.match(body)
        if grouped is None:
            return None
        body = re.sub(r"[ '’]", "", grouped[0]) + body[grouped.end() :]
    is_negative = is_debit or "-" in (found["sign"], found["sign2"])
    size = SIZES["k" if found["size"] == "K" else found["size"]] if found["size"] else 1
    return (-size if is_negative else size), body, size > 1


def _digits(body: str, decimal: str) -> str | None:
    """Return digits with a point as Python reads them."""
    mark = _tells(body) or (decimal if ONE_GROUP.fullmatch(body) else "")
    if not mark:
        return body if body.isdecimal() and body.isascii() else None
    other = "," if mark == "." else "."
    whole, point, rest = body.rpartition(mark) if mark in body else (body, "", "")
    if rest and not rest.isdecimal():
        return None
    if other in whole:
        if not THOUSANDS[other].fullmatch(whole):
            return None
        whole = whole.replace(other, "")
    return f"{whole or '0'}{'.' if point else ''}{rest}" if (whole or "0").isdecimal() else None


def _tells(body: str) -> str:
    """Return the mark of the decimals where a number leaves no doubt, "" where it has none or leaves it open."""
    commas, points = body.count(","), body.count(".")
    if commas and points:
        return "," if body.rindex(",") > body.rindex(".") else "."
    for mark, count, other in ((",", commas, "."), (".", points, ",")):
        if count > 1:
            return other if THOUSANDS[mark].fullmatch(body) else ""
        if count == 1 and not ONE_GROUP.fullmatch(body):
            return mark
    return ""
