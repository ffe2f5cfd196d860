"""Colours that no tool looks at: hints in empty boxes, edges of boxes and the mark of focus stand out in light and in dark."""

import re

import pytest

from pages.shared.web.theme import ASSETS, theme

TEXT, PART = 4.5, 3.0  # what WCAG 2.2 asks of a text, and of what one must see to use something
THEME = vars(theme())
PAIRS = [
    ("input_placeholder_color", "input_background_fill", TEXT),
    ("body_text_color_subdued", "body_background_fill", TEXT),
    ("input_border_color", "input_background_fill", PART),
    ("input_border_color", "block_background_fill", PART),
    ("input_border_color_focus", "block_background_fill", PART),
    ("checkbox_border_color", "block_background_fill", PART),
    ("checkbox_border_color_hover", "block_background_fill", PART),
]


def luminance(name: str) -> float:
    value = str(THEME[name]).lower()
    if value.startswith("*"):
        own = value[1:]
        return luminance(
            f"{own}_dark" if name.endswith("_dark") and f"{own}_dark" in THEME else own
        )
    value = {"white": "#ffffff", "black": "#000000"}.get(value, value)
    parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    line = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


@pytest.mark.parametrize("suffix", ["", "_dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_what_one_must_see_stands_out(front: str, ground: str, least: float, suffix: str) -> None:
    dim, bright = sorted(luminance(f"{name}{suffix}") for name in (front, ground))
    assert (bright + 0.05) / (dim + 0.05) >= least


def test_what_marked_words_look_like_is_said_in_one_sheet() -> None:
    sheets = [(ASSETS / name).read_text("utf-8") for name in ("studio.css", "marks.css")]
    page, marks = (set(re.findall(r"(?m)^(\.[\w-]+) \{", sheet)) for sheet in sheets)
    assert ".bm-mark" in marks
    assert not page & marks, "a box of the page Sort made a block of every marked word"
