"""How everything looks: a theme of system fonts (nothing is fetched), and what stands in assets: style sheet, icons, scripts."""

from base64 import b64encode
from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parents[3] / "assets"
_FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
_MONO = ["ui-monospace", "Menlo", "Consolas", "Noto Sans Mono CJK SC", "monospace"]


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
    return "\n".join([f":root {{ {icons} }}", *sheets])


def theme() -> gr.themes.Base:
    """Return the theme; selected texts are darker than Gradio's own, for a contrast of 4.5 to 1."""
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
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
    )
