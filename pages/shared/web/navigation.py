"""The groups of tabs: named above the tabs on a wide screen, a bar at the bottom on a phone. The tabs stay Gradio's."""

import html
from collections.abc import Sequence
from pathlib import Path

from bigmodel.core.callbacks import Say
from pages.shared.web.page import GROUPS, Page

SCRIPT = (Path(__file__).parents[3] / "assets" / "navigation.js").read_text("utf-8")


def bar(pages: Sequence[Page], say: Say) -> str:
    """Return the bar with a button for each group that has tabs; a script marks the group of the open tab."""
    groups = {group: [page.slug for page in pages if page.group == group] for group in GROUPS}
    buttons = "".join(
        f'<button type="button" data-group="{group}" data-tabs="{" ".join(slugs)}">'
        f'<i class="bm-icon" style="--icon: var(--icon-{group})"></i>'
        f"{html.escape(say(f'shell.group.{group}'))}</button>"
        for group, slugs in groups.items()
        if slugs
    )
    label = html.escape(say("shell.group.all"), quote=True)
    return f'<nav class="bm-nav" aria-label="{label}">{buttons}</nav>'
