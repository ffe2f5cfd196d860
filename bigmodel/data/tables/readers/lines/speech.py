"""Parts of speech, a word and its tag (`dog NN`, `dog/NN`, CoNLL-U): tags of every word mark nothing, and cut up as a table they teach nonsense."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target

SETS = tuple(
    frozenset(names.split())
    for names in (
        "ADJ ADP ADV AUX CCONJ CONJ DET INTJ NOUN NUM PART PRON PROPN PRT PUNCT SCONJ SYM VERB X .",  # Universal
        "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG"
        " VBN VBP VBZ WDT WP WP$ WRB . , : `` '' ( ) -LRB- -RRB- HYPH NFP ADD AFX # $",  # Penn
        "a ad ag an b bg c d dg e f g h i j k l m mg n ng nr ns nt nx nz o p q r rg s t tg u ud ug uj ul uv uz v"
        " vd vg vn w x y yg z",  # Peking
        "VA VC VE VV NR NT NN LC PN DT CD OD M AD P CC CS DEC DEG DER DEV SP AS MSP ETC IJ ON PU JJ FW LB SB BA",  # Chinese Penn
    )
)
TAG_PLACES = (-1, 1, 3, 4)  # in a line; CoNLL-U has two kinds of tags after the word's base form
FEWEST_LINES, FEWEST_SENTENCES, FEWEST_TAGS = 6, 3, 3
MOST_STRANGE = 0.02
HEAD_BYTES = 2**16
OUTSIDE = "O"  # nothing is marked: other words are
JOINED = re.compile(r"\S+/([A-Za-z.,:$#'`]{1,6})(?=\s|$)")


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the content tells
    return bool(_tags(head))


def _read(path: Path, target: Target) -> None:  # noqa: ARG001 - nothing of it is a row
    with path.open("rb") as file:
        tags = _tags(file.read(HEAD_BYTES))
    raise DatasetError("tags_of_words", tags=", ".join(sorted(set(tags))[:6]))


def _tags(head: bytes) -> list[str]:
    """Return the tags of a text whose every word has one, none of any other."""
    texts = (head.decode(encoding, "ignore") for encoding in ("utf-8-sig", "gb18030"))
    return next(filter(None, map(_tags_in, texts)), [])


def _tags_in(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()[:-1]]
    told = [line for line in lines if line and not line.startswith("# ")]
    if len(told) < FEWEST_LINES:
        return []
    if inside := _joined(told):
        return inside
    gaps = sum(not above and bool(line) for above, line in pairwise(lines))
    if gaps < FEWEST_SENTENCES:
        return []
    rows = [line.split("\t") if "\t" in line else line.split() for line in told]
    if any(row[-1] == OUTSIDE for row in rows):
        return []
    columns = ([row[at] for row in rows if len(row) > max(1, at)] for at in TAG_PLACES)
    return next((tags for tags in columns if _are_parts(tags, len(rows))), [])


def _joined(lines: Sequence[str]) -> list[str]:
    """Return the tags of lines in which nearly every word bears one behind a slash."""
    tags = [tag for line in lines for tag in JOINED.findall(line)]
    return tags if _are_parts(tags, sum(len(line.split()) for line in lines)) else []


def _are_parts(tags: Sequence[str], count: int) -> bool:
    """Tell tags of one known set, one for nearly each of so many words."""
    enough = (1 - MOST_STRANGE) * count
    fitting = max(sum(tag in each for tag in tags) for each in SETS)
    return count > 0 and fitting >= enough and len(set(tags)) >= FEWEST_TAGS


READER = Reader(
    name="pos",
    order=96,
    endings=(".conllu", ".pos"),
    claims=_claims,
    read=_read,
)
