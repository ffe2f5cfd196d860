"""The one style that answers need, percent: found among those of a workbook, or added after them; no other number changes."""

import re

from bigmodel.data.writeback.outline import Node, outline

PERCENT = "9"  # the built-in number format 0%
COUNT = re.compile(rb"(\scount\s*=\s*[\"'])\d+")
PLAIN = ("fontId", "fillId", "borderId", "xfId")
ADDED = {"numFmtId": PERCENT, **dict.fromkeys(PLAIN, "0"), "applyNumberFormat": "1"}


def with_percent(styles: bytes) -> tuple[bytes, str]:
    """Return the styles part and the number of a plain percent style in it; "" where there is no list of styles."""
    found = outline(styles)
    listed = found.root.child("cellXfs")
    if listed is None or listed.is_empty:
        return styles, ""
    known = listed.named("xf")
    for number, style in enumerate(known):
        if _is_plain_percent(style):
            return styles, str(number)
    longer = found.appended(listed, "xf", ADDED)
    head, rest = longer[: listed.start], longer[listed.start :]
    end = rest.index(b">")
    counted = COUNT.sub(rb"\g<1>%d" % (len(known) + 1), rest[:end])
    return head + counted + rest[end:], str(len(known))


def _is_plain_percent(style: Node) -> bool:
    said = style.attributes
    plain = all(said.get(name, "0") == "0" for name in PLAIN)
    return plain and said.get("numFmtId") == PERCENT and not style.children
