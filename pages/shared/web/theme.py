"""How everything looks: a theme of system fonts (nothing is fetched), and what stands in assets: style sheet, icons, scripts."""

from base64 import b64encode
from pathlib import Path

import gradio as gr

from pages.shared.web.language import LOCALES

ASSETS = Path(__file__).parents[3] / "assets"
_FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
_MONO = ["ui-monospace", "Menlo", "Consolas", "Noto Sans Mono CJK SC", "monospace"]

EDGE, FOCUS, HINT = (
    ("#7c8ba1", "*neutral_500"),
    ("*primary_600", "*primary_400"),
    ("*neutral_500", "*neutral_400"),
)


def script(*names: str) -> str:
    """Return scripts one after another, as one text."""
    return "\n".join((ASSETS / name).read_text("utf-8") for name in names)


def style_sheet() -> str:
    """Return the style sheet; each icon is a mask in it, so that it takes the colour of the text beside it."""
    icons = "".join(
        f"--icon-{path.stem}: url(data:image/svg+xml;base64,{b64encode(path.read_bytes()).decode()});"
        for path in sorted((ASSETS / "icons").glob("*.svg"))
    )
    sheets = [(ASSETS / name).read_text("utf-8") for name in ("studio.css", "marks.css")]
    others = [
        f':not(:lang({locale})) > .bm-each[lang="{locale}"] {{ display: none; }}'
        for locale in LOCALES.values()
    ]
    return "\n".join([f":root {{ {icons} }}", *sheets, *others])


def theme() -> gr.themes.Base:
    """Return the theme. Texts have a contrast of 4.5 to 1, edges of boxes to fill in and the mark of focus of 3 to 1."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        spacing_size=gr.themes.sizes.spacing_md,
        font=_FONTS,
        font_mono=_MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        input_background_fill="*neutral_50",
        input_background_fill_dark="*neutral_800",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*primary_50",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_text_color="*primary_800",
        button_secondary_text_color_dark="*primary_200",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        link_text_color_visited="*primary_700",
        link_text_color_visited_dark="*primary_300",
        block_title_text_weight="600",
        input_border_width="1px",
        checkbox_border_width="1px",
        **_each(
            ("input_border_color", "checkbox_border_color", "checkbox_border_color_hover"), EDGE
        ),
        **_each(("input_border_color_focus", "checkbox_border_color_focus"), FOCUS),
        **_each(("input_placeholder_color",), HINT),
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
    )


def _each(names: tuple[str, ...], colours: tuple[str, str]) -> dict[str, str]:
    """Return a colour in light and in dark for several parts."""
    light, dark = colours
    return dict.fromkeys(names, light) | {f"{name}_dark": dark for name in names}
