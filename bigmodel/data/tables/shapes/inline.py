"""Words marked inside a text, such as `[Rome](PLACE)`, `<PLACE>Rome</PLACE>` or `Rome/PLACE`; it opens no file."""

import re
from collections import Counter
from collections.abc import Sequence

from bigmodel.core.datasets.spans import Span

KIND = r"[^\W\d_][\w -]{0,39}"
# How a word and its kind are written; the first that fits most texts is taken.
SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"\[(?P<word>[^\[\]\n]{{1,200}})\]\s?[(（](?P<kind>{KIND})[)）]",
        rf"<(?P<kind>{KIND})>(?P<word>[^<>\n]{{1,200}})</(?P=kind)>",
        rf"<[A-Z]+EX TYPE=\"(?P<kind>{KIND})\">(?P<word>[^<>\n]{{1,200}})</[A-Z]+EX>",
        rf"\[\[?(?P<kind>{KIND})\s?[:：]\s?(?P<word>[^\[\]\n]{{1,200}})\]\]?",
        rf"(?P<open>\{{{{|\{{|\[)(?P<word>[^\[\]{{}}|\n]{{1,200}})\|(?P<kind>{KIND})[\]}}]+",
        r"(?P<word>[^\s/]+)/(?P<kind>[A-Z][A-Z_-]{1,30})(?![\w/])",
    )
)
HTML = frozenset(["a", "b", "i", "u", "p", "em", "br", "li", "td", "th", "div", "img", "span", "font", "strong", "table", "h1", "h2", "h3", "code", "pre"])  # fmt: skip
TAGGED = re.compile(r"(\S+)[/_|](O|[BIESMLUW][-_]\S{1,60})\s*")  # a word and its tag
FEWEST = 3  # texts with a mark
MARKED = 0.3  # share of the texts, at least
RECURRING = 2.0  # marks of a usual kind
MOST_KINDS = 100


def inline_shape(texts: Sequence[str]) -> re.Pattern[str] | None:
    """Return how words are marked in texts, None where they are not."""
    filled = [text for text in texts if text.strip()]
    best: tuple[int, re.Pattern[str] | None] = (max(FEWEST, int(MARKED * len(filled))) - 1, None)
    for shape in SHAPES:
        found = [list(shape.finditer(text)) for text in filled]
        kinds = Counter(match["kind"].casefold() for row in found for match in row)
        is_usual = 0 < len(kinds) <= MOST_KINDS and kinds.total() >= RECURRING * len(kinds)
        rows = sum(map(bool, found))
        if is_usual and not kinds.keys() & HTML and rows > best[0]:
            best = rows, shape
    return best[1]


def are_tagged(texts: Sequence[str]) -> bool:
    """Tell texts in which each word has its tag behind it."""
    filled = [text.strip() for text in texts if text.strip()]
    fitting = sum(not TAGGED.sub("", text) for text in filled)
    return len(filled) >= FEWEST and fitting == len(filled)


def read_tagged(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text, and the tags behind them."""
    found = TAGGED.findall(text.strip())
    return [word for word, _ in found], [tag for _, tag in found]


def read_inline(text: str, shape: re.Pattern[str]) -> tuple[str, list[Span]]:
    """Return a text without its markup, and what is marked in it."""
    plain, spans, done = "", [], 0
    for match in shape.finditer(text):
        plain += text[done : match.start()]
        spans.append(Span(len(plain), len(plain) + len(match["word"]), match["kind"].strip()))
        plain += match["word"]
        done = match.end()
    return plain + text[done:], spans
