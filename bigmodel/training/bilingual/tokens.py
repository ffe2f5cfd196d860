"""Sentences as tokens and back: words, numbers, marks, and characters of scripts without spaces; spacing is learned."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = re.compile(
    rf"[{UNSPACED}]|\d+(?:[.,:]\d+)*|[^\W\d_{UNSPACED}]+['’]|[^\W\d_{UNSPACED}]+|[^\w\s]|_"
)
APOSTROPHES = ("'", "’")


def tokenize(text: str) -> list[str]:
    """Return the tokens of a sentence; an elided word keeps its apostrophe (`l'`)."""
    return TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Tell a word from a mark, a number and a character of a script without spaces."""
    return len(token) > 1 and token[0].isalpha()


def shape(token: str) -> str:
    """Return what the spaces around a token hang on: a mark itself, else the kind of the token."""
    if token[-1] in APOSTROPHES:
        return "'"
    if re.match(f"[{UNSPACED}]", token):
        return "C"
    if token[0].isalnum():
        return "W"
    return token


def count_spaces(texts: Iterable[str]) -> dict[str, bool]:
    """Return whether a space stands between two shapes, as most texts have it; a tab parts the shapes of a key."""
    spaced: Counter[str] = Counter()
    for text in texts:
        end, before = 0, ""
        for found in TOKEN.finditer(text):
            here = shape(found[0])
            if before:
                spaced[f"{before}\t{here}"] += 1 if found.start() > end else -1
            end, before = found.end(), here
    return {pair: count > 0 for pair, count in spaced.items()}


def join_tokens(tokens: Sequence[str], spaces: Mapping[str, bool]) -> str:
    """Return tokens as a text, spaced as in training."""
    parts: list[str] = []
    before = ""
    for token in tokens:
        here = shape(token)
        if before and spaces.get(f"{before}\t{here}", {before, here} == {"W"}):
            parts.append(" ")
        parts.append(token)
        before = here
    return "".join(parts)


def usual_case(sentences: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the usual form of words that begin sentences, by their lower-case form, from where they stand within one."""
    inside: dict[str, Counter[str]] = {}
    first: set[str] = set()
    for tokens in sentences:
        for place, token in enumerate(tokens):
            if place == 0:
                first.add(token)
            else:
                inside.setdefault(token.lower(), Counter())[token] += 1
    forms = {}
    for token in first:
        if (low := token.lower()) != token:
            seen = inside.get(low)
            forms[low] = seen.most_common(1)[0][0] if seen else low
    return forms


def truecase(tokens: Sequence[str], forms: Mapping[str, str]) -> list[str]:
    """Return tokens with the first one in its usual form."""
    if not tokens or (tokens[0].isupper() and len(tokens[0]) > 1):
        return list(tokens)
    return [forms.get(tokens[0].lower(), tokens[0]), *tokens[1:]]
