"""Finds personal data in texts by form and check digit: e-mail, phone, Chinese ID, bank card, IBAN, IP; it may miss some.

Digits may be full-width or spaced. Chinese ID: GB 11643-1999 (ISO 7064, MOD 11-2). Bank cards: the Luhn
formula (ISO/IEC 7812-1). IBAN: ISO 13616 (MOD 97-10). Phones: `phonenumbers`, Google's numbering plans.
It stands alone so that it can go along with a downloaded model, and every pattern takes linear time.
"""

import ipaddress
import re
from collections.abc import Iterator
from datetime import date

import phonenumbers

NARROW = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0x00A0: 0x20, 0x2011: 0x2D}
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?: ?@ ?| ?\(at\) ?| ?\[at\] ?)[A-Za-z0-9-]{1,63}(?: ?\. ?[A-Za-z0-9-]{1,63}){0,4}"
    r" ?\. ?[A-Za-z]{2,24}(?![A-Za-z0-9])",
    re.ASCII,
)
DIGITS = re.compile(
    r"(?<![A-Za-z0-9_.])[+(]{0,2}\d(?:[ \-./()]{0,2}[\dXx](?![A-WYZa-wyz])){6,29}\)?"
)
DIGIT, AT = re.compile(r"\d"), ("@", "(at)", "[at]")
TOKEN = re.compile(r"[\dXx]+")
IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)
IPV4 = re.compile(r"(?<![A-Za-z0-9_.])(?:\d{1,3}\.){3}\d{1,3}(?![.]?[A-Za-z0-9_])")
IPV6 = re.compile(r"(?<![A-Za-z0-9_:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![A-Za-z0-9_:])")
MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
CARD = re.compile(
    r"(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|62\d{14,17}|6(?:011|5\d\d)\d{12})"
)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
KINDS = ("email", "id", "card", "iban", "phone", "ip")
SHORTEST = 7  # characters of anything found here
FEWEST_DIGITS, MOST_DIGITS = 8, 19
LONGEST_PHONE, MARKS = 15, 6  # digits of a phone, and what may stand between them

Span = tuple[int, int, str]  # from, to, kind


def find_personal(text: str) -> list[Span]:
    """Return where personal data stand in a text, in order, none over another."""
    if len(text) < SHORTEST:
        return []
    plain = text.translate(NARROW) if not text.isascii() else text
    found: list[Span] = []
    if any(mark in plain for mark in AT):
        found += [(*m.span(), "email") for m in EMAIL.finditer(plain)]
    if DIGIT.search(plain):
        found += [(*m.span(), "iban") for m in IBAN.finditer(plain) if _is_iban(m[0])]
        found += [
            (*m.span(), "ip") for m in IPV4.finditer(plain) if _is_ip(m[0], plain[: m.start()])
        ]
        for match in DIGITS.finditer(plain):
            found += _numbers(match[0], match.start())
    if plain.count(":") > 1:
        found += [(*m.span(), "ip") for m in IPV6.finditer(plain) if _is_ip(m[0], "")]
    return _apart(found)


def mask_personal(text: str) -> str:
    """Return a text with what is personal replaced by what it is: `[EMAIL]`, `[PHONE]`."""
    parts, end = [], 0
    for start, stop, kind in find_personal(text):
        parts += [text[end:start], f"[{kind.upper()}]"]
        end = stop
    return "".join([*parts, text[end:]])


def _apart(found: list[Span]) -> list[Span]:
    """Return spans in order; of two that overlap the one of the earlier kind stays."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda each: KINDS.index(each[2])):
        if all(span[1] <= start or span[0] >= stop for start, stop, _ in kept):
            kept.append(span)
    return sorted(kept)


def _numbers(text: str, start: int) -> Iterator[Span]:
    """Yield the numbers in a run of digits: as many of its groups as make one, the longest first."""
    tokens = [(m.start(), m.end(), m[0]) for m in TOKEN.finditer(text)]
    at = 0
    while at < len(tokens):
        for end in range(len(tokens), at, -1):
            digits = "".join(token for _, _, token in tokens[at:end])
            if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
                continue
            begin = tokens[at][0]
            written = text[begin : tokens[end - 1][1]]
            is_open = text[:begin].rstrip("(").endswith("+")
            kind = _kind(digits.upper(), written, is_international=is_open)
            if kind:
                begin -= is_open and text[:begin].endswith("+")
                yield start + begin, start + tokens[end - 1][1], kind
                at = end
                break
        else:
            at += 1


def _kind(digits: str, written: str, *, is_international: bool) -> str:
    """Return what a number is, "" for one that is nobody's."""
    if _is_id(digits):
        return "id"
    if not digits.isdecimal():
        return ""
    if MOBILE.fullmatch(digits):
        return "phone"
    if CARD.fullmatch(digits) and _is_luhn(digits):
        return "card"
    is_phone = len(digits) <= LONGEST_PHONE and len(written) <= len(digits) + MARKS
    if is_phone and _is_phone(digits, written, is_international=is_international):
        return "phone"
    return ""


def _is_id(digits: str) -> bool:
    """Tell a Chinese ID of 18 places: a birth date in it, and the right last place."""
    if len(digits) != 18 or not digits[:17].isdecimal():
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, ID_WEIGHTS, strict=False))
    return born.year >= 1900 and "10X98765432"[total % 11] == digits[17]


def _is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1


def _is_phone(digits: str, written: str, *, is_international: bool) -> bool:
    """Tell a phone that is written like one: with a plus, an area code, or parted as in North America."""
    if is_international:
        region, number = None, f"+{digits}"
    elif re.fullmatch(r"0\d{2,3}[ -]?\d{7,8}", written) or re.fullmatch(
        r"[48]00[ -]\d{3}[ -]?\d{4}", written
    ):
        region, number = "CN", digits
    elif re.fullmatch(r"1?[ .-]?\d{3}[).]? ?[ .-]?\d{3}[ .-]\d{4}", written):
        region, number = "US", digits
    elif re.fullmatch(r"0\d{3,4} \d{5,7}|07\d{9}|0\d{10}", written):
        region, number = "GB", digits
    else:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    number = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return 15 <= len(plain) <= 34 and int(number) % 97 == 1


def _is_ip(text: str, before: str) -> bool:
    if re.search(r"(?:\bv|version|版本|版|§) ?$", before[-9:], re.IGNORECASE):
        return False
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return found.version == 4 or sum(map(str.isalnum, text)) > 7
