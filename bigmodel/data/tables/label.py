"""Labels as people write them: which are the same class, which only look so, which hold several; it opens no file."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from bigmodel.core.datasets.spans import read_list
from bigmodel.data.tables.number import as_number

MISSING = {"nan", "<na>", "null", "#n/a", "nat", "\\n"}  # what programs write for nothing
# What people write for nothing, and what may as well be a class.
NO_ANSWER = {
    "n/a",
    "n.a.",
    "n\\a",
    "-",
    "--",
    "---",
    "—",
    "——",
    "–",
    "/",
    "\\",
    "#na",
    "<null>",
    "(null)",
    "(blank)",
    "(空)",  # of surveys
    "(跳过)",
}
MAYBE_NO_ANSWER = {
    "na",
    "none",
    "nil",
    "无",
    "空",
    "暂无",
    "没有",
    "未填",
    "未填写",
    "?",
    "??",
    "???",
    ".",
    "...",
    "*",
}
LONGEST_NO_ANSWER = 8
RARE = 0.5  # of the rows of a usual class; a word that may be a class is one where it is commoner
RARE_SHARE = 0.1  # of all rows
WHOLE = re.compile(r"[+-]?\d+\.0+")
CODE = re.compile(r"0\d+")
BLANK = " "
SEPARATORS = (";", "|", ",", "，", "、", "；", "/", "\n", "+", "&", "┋", BLANK)
TAGGED = 12  # different combinations of tags, at least
SHARE_SEVERAL = 0.1  # of the rows that hold more than one label
MOST_PARTS = 200
LONGEST_PART = 40
SHOWN_CHARACTERS = 40
PRINTED = {
    "“": "”",
    "„": "“",
    "«": "»",
    "»": "«",
    "\u2018": "\u2019",
    "「": "」",
    "『": "』",
}  # quotes, by what opens
CHOICES = "choices"  # what Label Studio writes in a cell: {"choices": ["good"]}
STOPS = ".!,;:。！，；："  # behind a label
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
REVERSED = re.compile("\u202e([^\u202c\u202e]*)\u202c?")
# Letters of other alphabets that look like Latin ones (after Unicode TS 39, the common ones).
LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝҽɡαβεικνορτυχωңԍһ", "abekmhopctyxijsdqwegabeikvoptuxwhgh"
)


def same_key(label: str) -> str:
    """Return the normal form of a label: without case, width, extra spaces and invisible characters."""
    seen = "".join(c for c in label if unicodedata.category(c) not in ("Cf", "Cc"))
    plain = "".join(unicodedata.normalize("NFKC", seen).casefold().split())
    return plain.partition(".")[0].removeprefix("+") if WHOLE.fullmatch(plain) else plain


def look_key(label: str) -> str:
    """Return what labels have in common that look alike: also letters of other alphabets, turned text, zeros in front, a stop behind."""
    turned = REVERSED.sub(lambda found: found[1][::-1], label)
    plain = unicodedata.normalize("NFC", same_key(turned)).translate(LOOKALIKES)
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKD", plain))
    plain = plain.rstrip(STOPS) or plain
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain


def joined(labels: Mapping[str, int], relabel: Mapping[str, str]) -> dict[str, str]:
    """Return the class of each label that is written in several ways: the commonest way, unless a person decided.

    Labels that hold turned text are left to the person.
    """
    decided = set(relabel.values())
    forms: dict[str, list[str]] = {}
    for label in labels:
        if not BIDI.search(label):
            forms.setdefault(same_key(_single(label)), []).append(label)
    found: dict[str, str] = {}
    for key, same in forms.items():
        chosen = _single(
            max(same, key=lambda x: (x in decided, x == key and x.isdecimal(), labels[x], -len(x)))
        )
        found |= {x: chosen for x in same if x not in (chosen, *relabel, *decided)}
    return found


class Spellings:
    """Finds the class that a label is, however it is written."""

    def __init__(self, classes: Iterable[str]) -> None:
        self._known = set(classes)
        self._by_key = {same_key(label): label for label in self._known}

    def __call__(self, label: str) -> str:
        """Return the class, or the label itself where there is none."""
        if label in self._known or not label:
            return label
        return self._by_key.get(same_key(_single(label)), label)


def alike(labels: Iterable[str]) -> list[str]:
    """Return groups of labels that look the same, each as one text."""
    forms: dict[str, list[str]] = {}
    for label in labels:
        forms.setdefault(look_key(label), []).append(label)
    return [" / ".join(map(shown, same)) for same in forms.values() if len(same) > 1]


def is_missing(label: str) -> bool:
    """Tell what a program wrote where there was no label."""
    return len(label) <= 5 and label.casefold() in MISSING


def is_no_answer(label: str) -> bool:
    """Tell what people write where there is no answer."""
    return len(label) <= LONGEST_NO_ANSWER and (is_missing(label) or same_key(label) in NO_ANSWER)


def no_answers(rows: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Return the labels that stand for no answer, and those that may be that or a class.

    A word such as *none* is no answer where it is rare or stands among numbers. Nothing is beside one other
    class ("x" and "-"), or among signs ("+" and "-").

    Args:
        rows: how many rows carry each label.
    """
    short = [label for label in rows if len(label) <= LONGEST_NO_ANSWER]
    sure = [label for label in short if same_key(label) in NO_ANSWER]
    maybe = [label for label in short if same_key(label) in MAYBE_NO_ANSWER]
    others = [label for label in rows if label not in (*sure, *maybe)]
    if not (sure or maybe):
        return [], []
    if len(others) < 2 or not all(any(c.isalnum() for c in label) for label in others):
        return [], [*sure, *maybe]
    if all(as_number(label) is not None for label in others):
        return [*sure, *maybe], []
    usual = RARE * median(rows[label] for label in others)
    is_rare = sum(rows[label] for label in maybe) <= RARE_SHARE * sum(rows.values())
    rare = [label for label in maybe if is_rare and rows[label] <= usual]
    return [*sure, *rare], [label for label in maybe if label not in rare]


def are_codes(labels: Sequence[str]) -> bool:
    """Tell numbers that are names: zeros in front of them, all equally long."""
    is_padded = sum(bool(CODE.fullmatch(label)) for label in labels)
    return is_padded > 1 and len({len(label) for label in labels}) <= 2


def several(rows: Mapping[str, int]) -> tuple[str, Sequence[str]] | None:
    """Return the separator and the single labels where rows carry several at once ("food;price"), or None.

    Args:
        rows: how many rows carry each label.
    """
    total = sum(rows.values())
    listed = {label: _list(label) for label in rows if label.startswith(("[", "{"))}
    lists = sum(rows[label] for label, parts in listed.items() if len(parts) > 1)
    if lists and lists >= SHARE_SEVERAL * total:
        return "[]", _parts(v for v in listed.values() if v)
    for mark in SEPARATORS:
        split = {
            label: [part.strip() for part in label.split(mark)] for label in rows if mark in label
        }
        if mark == BLANK and not _are_tags(split, rows):
            continue
        if _is_several(split, rows, total):
            alone = [[label] for label in rows if label not in split]
            return mark, _parts([*split.values(), *alone])
    return None


def _are_tags(split: Mapping[str, Sequence[str]], rows: Mapping[str, int]) -> bool:
    """Tell tags parted by blanks from names of several words.

    Either each of them stands alone as well, or all begin with #, or each first one stands alone and they share
    others ("cat indoor", "dog indoor", but not "very good"), or they are up to three and more, few in very many combinations.
    """
    parts = {part for found in split.values() for part in found}
    if parts and (parts <= rows.keys() or all(part.startswith("#") for part in parts)):
        return True
    firsts = {found[0] for found in split.values()}
    ends = Counter(tuple(found[1:]) for found in split.values())
    if firsts and firsts <= rows.keys() and max(ends.values()) > 1:
        return True
    longest = max(map(len, split.values()), default=0)
    return longest > 2 and len(rows) >= TAGGED and len(parts) <= 0.5 * len(rows)


def _is_several(split: Mapping[str, Sequence[str]], rows: Mapping[str, int], total: int) -> bool:
    if not split or sum(rows[label] for label in split) < SHARE_SEVERAL * total:
        return False
    parts = Counter(part for found in split.values() for part in found)
    if len(split) < 2 and not parts.keys() <= rows.keys():
        return False
    if not all(parts) or max(map(len, parts)) > LONGEST_PART or len(parts) > MOST_PARTS:
        return False
    if any(len(set(found)) < len(found) for found in split.values()):
        return False
    again = sum(parts[part] > 1 or part in rows for part in parts)
    return again >= 0.5 * len(parts) and len(parts) < len(rows)


def _parts(found: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(part for parts in found for part in parts))


def _single(label: str) -> str:
    """Return the label that a list of one holds, as programs write it: `['good']`, or that stands in printed quotes: “good”."""
    found = _list(label) if label.startswith(("[", "{")) else []
    if len(found) == 1 and found[0].strip():
        return found[0]
    inside = label[1:-1].strip()
    is_quoted = PRINTED.get(label[:1]) == label[-1:] and label[0] not in inside and bool(inside)
    return inside if is_quoted else label


def _list(label: str) -> list[str]:
    value = read_list(label)
    if isinstance(value, dict):
        value = value.get(CHOICES)
    if not isinstance(value, list) or not all(isinstance(x, str | int) for x in value):
        return []
    return [str(x) for x in value]


def shown(label: str) -> str:
    """Return a label for a sentence: short, its invisible characters named."""
    seen = "".join(
        f"⟨U+{ord(c):04X}⟩" if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn") else c
        for c in label[: 2 * SHOWN_CHARACTERS]
    )
    return seen if len(seen) <= SHOWN_CHARACTERS else f"{seen[:SHOWN_CHARACTERS]}…"


def listed(labels: Sequence[str], most: int = 5) -> str:
    """Return labels for a sentence."""
    text = ", ".join(map(shown, labels[:most]))
    return f"{text} …" if len(labels) > most else text
