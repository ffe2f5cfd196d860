"""When a text is a number, and how a whole column writes its numbers; it opens no file.

"1,234.50" and "1.234,50" say by themselves which mark parts the decimals. "9,000" does not: then the
other values of its column decide, and where they leave it open that is told (`NumberFormat.open_value`).
"1.2万", "3亿", "1.5k" and "2M" are 12000, 300000000, 1500 and 2000000; "1万+" is what it is at least.
"12.5 kg" is 12.5 in a column of kilograms, where "500 g" is 0.5; "3 m" is no number there.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
MEASURE = (  # what is measured, as one word behind the number
    r"(?:kg|mg|[µμ]g|lbs?|oz|km|cm|mm|[µμ]m|nm|mi|ft|km2|m2|cm2|m3|sq ?m|sq ?ft|ha|ml|cl|dl|km/h|kmh|mph|m/s|°[CF]|kwh|wh|kw|mw|kv"
    r"|mah|hz|khz|mhz|ghz|db|mb|gb|tb|kb|px|kcal|kj|cal|bpm|rpm|ms|min(?:ute)?s?|minuten?|sec(?:ond)?s?|sek|h(?:ou)?rs?|std|stunden?"
    r"|heures?|horas?|days?|tage?n?|jours?|weeks?|wochen?|mo(?:nth)?s|monate?n?|mois|yrs?|years?|jahre?n?|ans|y/o|stk|pcs"
    r"|(?-i:g|(?<=\s)[tmlLshdJWVA])|公斤|千克|克|斤|吨|米|厘米|毫米|公里|千米|平方米|平米|平|毫升|升|分钟|小时|天|秒|岁|年|个月|周|℃|度)"
)
FAMILIES: tuple[Mapping[str, Decimal | int], ...] = (  # units that are one another's multiples
    {"mg": Decimal("0.001"), "g": 1, "kg": 1000, "t": 10**6, "克": 1, "千克": 1000, "公斤": 1000, "斤": 500, "吨": 10**6},
    {"mm": Decimal("0.1"), "cm": 1, "m": 100, "km": 10**5, "毫米": Decimal("0.1"), "厘米": 1, "米": 100, "千米": 10**5, "公里": 10**5},
    {"ml": 1, "cl": 10, "dl": 100, "l": 1000, "L": 1000, "毫升": 1, "升": 1000},
    {"ms": Decimal("0.001"), "s": 1, "sec": 1, "min": 60, "mins": 60, "h": 3600, "hr": 3600, "hrs": 3600, "d": 86400, "day": 86400, "days": 86400,
     "hour": 3600, "hours": 3600, "minute": 60, "minutes": 60, "秒": 1, "分钟": 60, "小时": 3600, "天": 86400},
    {"kb": 1, "mb": 1000, "gb": 10**6, "tb": 10**9},
)  # fmt: skip
ABOUT = r"(?P<about>[<>≤≥~≈]=?|ca\.?|approx\.?|about|under|over|约)?"
AMOUNT = re.compile(
    rf"{ABOUT}\s*(?P<sign>[+-]?)\s*(?:{CURRENCY})?\s*(?P<sign2>[+-]?)\s*(?P<body>\d[\d.,'’ ]*|[.,]\d+)(?P<sign3>-(?=\s*$))?\s*"
    rf"(?:(?P<unit>{MEASURE})|(?:{UNIT})?\s*(?:{CURRENCY}|[%‰])?)",
    re.IGNORECASE,
)
MARKS = str.maketrans({"\u2212": "-", "\u066b": ".", "\u066c": ",", "\u066a": "%"})
GROUPED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?=$|[.,])")
THOUSANDS = {  # digits in groups of three (or as in India, of two), parted by a mark
    mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}")
    for mark in ",."
}
ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # "9,000": thousands or decimals
OUT_OF = re.compile(
    r"(?P<of>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:/|out of)\s*(?P<top>\d{1,3})(?:\s*(?:stars?|points?))?",
    re.IGNORECASE,
)
LONGEST = 40
SAMPLE = 20_000  # values that are looked at


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes numbers. `open_value`: an example of what may be thousands or decimals, "" for none."""

    decimal: str = "."
    open_value: str = ""
    signed_value: str = ""  # an example with a currency or per cent sign
    sized_value: str = ""  # an example with a unit of size
    unit: str = ""  # what most are measured in
    measured_value: str = ""  # an example with that unit
    other_value: str = ""  # one in another unit: converted, or no number here
    about_value: str = ""  # one that says less, more, or about
    top: str = ""  # what all are out of ("4 / 5")

    def number(self, text: str) -> float | None:
        """Return the number a text stands for, or None."""
        if self.top and (rated := _rated(text)):
            return as_number(rated[0], self.decimal)
        value = as_number(text, self.decimal)
        if value is None or not self.other_value or (parts := _parts(text)) is None:
            return value
        if parts.unit in ("", self.unit):
            return value
        family = next((each for each in FAMILIES if {parts.unit, self.unit} <= each.keys()), None)
        if family is None:
            return None
        return float(Decimal(str(value)) * family[parts.unit] / family[self.unit])

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
    digits = _digits(parts.body, decimal)
    return None if digits is None else float(parts.factor * Decimal(digits))


def find_format(values: Iterable[str], *, delimiter: str = "", decimal: str = "") -> NumberFormat:
    """Return how the values of a column write numbers; `delimiter` parts the columns of the file.

    `decimal` is the mark of the decimals that a person chose for values which leave it open.

    Where no value tells, a comma before three digits parts thousands, unless the file is one of those
    (parted by semicolons) in which a comma parts decimals.
    """
    marks = {",": 0, ".": 0}
    seen, units = _Seen(), Counter[str]()
    for count, text in enumerate(values):
        if count == SAMPLE:
            break
        parts = _parts(text)
        if parts is None:
            seen.rate(text)
            continue
        seen.note(text, parts)
        units[parts.unit] += bool(parts.unit)
        if mark := _tells(parts.body):
            marks[mark] += 1
        elif ONE_GROUP.fullmatch(parts.body):
            seen.first.setdefault("," if "," in parts.body else ".", text)
    read = seen.format(units)
    open_comma, open_point = seen.first.get(",", ""), seen.first.get(".", "")
    if marks[","] != marks["."]:
        return replace(read, decimal="," if marks[","] > marks["."] else ".")
    if decimal:
        return replace(read, decimal=decimal)
    if open_comma:
        return replace(read, decimal="," if delimiter == ";" else ".", open_value=open_comma)
    return replace(read, open_value=open_point if delimiter == ";" else "")


@dataclass(frozen=True)
class _Parts:
    """An amount in its parts: what its digits are to be multiplied with, the digits with their marks, and what stands around."""

    factor: int
    body: str
    unit: str
    is_about: bool


class _Seen:
    """The first example of each way in which the numbers of a column are written."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.tops: set[str] = set()

    def note(self, text: str, parts: _Parts) -> None:
        """Take a value in."""
        if abs(parts.factor) > 1:
            self.first.setdefault("sized", text)
        elif parts.unit:
            self.first.setdefault(f"unit {parts.unit}", text)
        elif not parts.is_about and text.strip("'+-0123456789., \u00a0"):
            self.first.setdefault("signed", text)
        if parts.is_about:
            self.first.setdefault("about", text)

    def rate(self, text: str) -> None:
        """Take in a value out of a highest one."""
        if rated := _rated(text):
            self.tops.add(rated[1])
            self.first.setdefault("signed", text)

    def format(self, units: Counter[str]) -> NumberFormat:
        """Return how the numbers are written; `units` are how often each stood behind one."""
        first, (unit, *others) = self.first, [name for name, _ in units.most_common()] or [""]
        told = [first.get(f"unit {name}", "") for name in (unit, *others)]
        return NumberFormat(
            signed_value=first.get("signed", ""),
            sized_value=first.get("sized", ""),
            unit=unit,
            measured_value=told[0],
            other_value=next(filter(None, told[1:]), ""),
            about_value=first.get("about", ""),
            top=next(iter(self.tops)) if len(self.tops) == 1 else "",
        )


def _rated(text: str) -> tuple[str, str] | None:
    """Return what "4 / 5" and "4.0 out of 5 stars" count and out of how many, None for anything else."""
    found = OUT_OF.fullmatch(_plain(text)) if len(text) <= LONGEST else None
    value = as_number(found["of"]) if found else None
    is_rated = found is not None and value is not None and value <= int(found["top"])
    return (found["of"], found["top"]) if found and is_rated else None


def _parts(text: str) -> _Parts | None:
    """Return the parts of an amount, None where a text is none."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return None
    plain = _plain(text)
    is_debit = plain.startswith("(") and plain.endswith(")")
    found = AMOUNT.fullmatch(plain[1:-1] if is_debit else plain)
    signs = [found[name] for name in ("sign", "sign2", "sign3") if found[name]] if found else []
    if found is None or len(signs) > 1:
        return None
    body = found["body"].strip()
    if re.search(r"[ '’]", body):
        grouped = GROUPED.match(body)
        if grouped is None:
            return None
        body = re.sub(r"[ '’]", "", grouped[0]) + body[grouped.end() :]
    is_negative = is_debit or "-" in signs
    size = SIZES["k" if found["size"] == "K" else found["size"]] if found["size"] else 1
    unit = found["unit"] or ""
    unit = unit if len(unit) == 1 else unit.casefold()
    return _Parts(-size if is_negative else size, body, unit, bool(found["about"]))


def is_measure(text: str) -> bool:
    """Tell what a column is measured in, as it stands below its name: "kg", "(€)", "[m/s]", "%"."""
    plain = unicodedata.normalize("NFKC", text).strip("()[] ")
    return bool(re.fullmatch(rf"{MEASURE}|{CURRENCY}|[%‰]", plain, re.IGNORECASE))


def _plain(text: str) -> str:
    """Return an amount in the signs and digits of ASCII, without the mark by which Excel keeps a text."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(MARKS).removeprefix("'")
    if plain.isascii():
        return plain
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


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
