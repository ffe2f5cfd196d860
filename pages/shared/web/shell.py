"""The frame around the tabs: head, language switch, tabs and address. It knows every page and builds none itself."""

import html
import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import gradio as gr

from bigmodel.core.callbacks import Say
from pages.shared.web import address, language
from pages.shared.web.front.blocks import Blocks
from pages.shared.web.page import GROUPS, QUIET, Context, Page
from pages.shared.web.theme import script

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

CACHE_S = (3_600, 21_600)  # how often Gradio looks at its copies of files, and how old they get
SKIPPED = {(gr.Button, "click"), (gr.Timer, "tick")}
ON_LOAD = (script("pulse.js"), script("navigation.js"), script("press.js"), script("said.js"))
# A part of each sentence that Gradio says by itself, and what stands in its place (`assets/said.js`).
SAID = {
    "Connection to the server was lost": "shell.lost",
    "Connection errored out": "shell.lost",
    "currently busy": "shell.busy",
    "Could not parse server response": "errors.unexpected",
    "An Unexpected Error Occurred": "errors.unexpected",
    "Invalid file type": "shell.wrong_type",
}


def build_shell(services: "Services", pages: Sequence[Page]) -> tuple[gr.Blocks, gr.I18n]:
    """Return the whole dashboard and the texts its browser half needs."""
    title = services.words.text("en", "shell.title")
    with Blocks(title=title, analytics_enabled=False, delete_cache=CACHE_S) as demo:
        dataset = gr.Textbox("", visible="hidden", elem_id="shell-dataset", container=False)
        job = gr.Textbox("", visible="hidden", elem_id="shell-job", container=False)
        for each in (address.SCRIPT, *ON_LOAD):
            demo.load(None, None, None, js=each)
        with gr.Row(elem_id="shell-head"):
            head = gr.HTML(f'<div class="bm-head"><b>{html.escape(title)}</b></div>')
            switch = gr.Button(size="sm", scale=0, min_width=90, elem_id="shell-language")
        with gr.Tabs(elem_id="main", overflow_behavior="wrap") as tabs:
            context = Context(services=services, dataset=dataset, job=job, tabs=tabs)
            for page in pages:
                with gr.Tab(
                    context.t(f"pages.{page.slug.replace('-', '_')}.tab"),
                    id=page.slug,
                    elem_id=f"tab-{page.slug}",
                ) as tab:
                    address.keep(tab, page.slug)
                    page.build(context, tab)
        _wire(demo, context, head, switch, pages)
    answer_every_gesture(demo)
    texts = language.browser_texts(services.words, context.used_keys)
    return demo, gr.I18n(**texts)


def empty_shell() -> tuple[gr.Blocks, gr.I18n]:
    """Return a dashboard with nothing in it, behind which other pages are served."""
    with gr.Blocks(analytics_enabled=False) as demo:
        pass
    return demo, gr.I18n()


def answer_every_gesture(demo: gr.Blocks) -> None:
    """Let no choice, file or question be lost that comes while the one before it is still being answered.

    Gradio skips it ("once"), and what it can keep ("always_last") it answers with the first one's event
    data, and forgets after an error. Presses of a button and ticks may be skipped: a second is one too many.
    """
    for fn in demo.fns.values():
        events = {(type(demo.blocks.get(block or -1)), event) for block, event in fn.targets}
        if fn.trigger_mode == "once" and not events <= SKIPPED:
            fn.trigger_mode = "multiple"


def _wire(
    demo: gr.Blocks, context: Context, head: gr.HTML, switch: gr.Button, pages: Sequence[Page]
) -> None:
    slugs = frozenset(page.slug for page in pages)
    address.keep_value(context.dataset, "dataset")
    address.keep_value(context.job, "job")
    switch.value = context.t("shell.other_language")
    switch.click(None, None, None, js=language.SWITCH)

    def greet(request: gr.Request) -> str:
        say = partial(context.say, request)
        title, subtitle = html.escape(say("shell.title")), html.escape(say("shell.subtitle"))
        said = html.escape(json.dumps({theirs: say(ours) for theirs, ours in SAID.items()}))
        return (
            f'<div class="bm-head" data-said="{said}"><b>{title}</b><span class="bm-muted">{subtitle}</span>'
            f"{_who(context, request)}</div>{_kept(context, request)}{_bar(pages, say)}"
        )

    def read_address(request: gr.Request) -> tuple[object, str, str]:
        return address.read(request, slugs)

    demo.load(greet, None, head, queue=False, **QUIET)
    demo.load(
        read_address,
        None,
        [context.tabs, context.dataset, context.job],
        queue=False,
        **QUIET,
    ).then(None, None, None, js=address.READ_DONE)


def _who(context: Context, request: gr.Request) -> str:
    """Return the link to who one is, where several people share an installation."""
    mode = context.services.settings.sign_in
    if not mode:
        return ""
    key = "pages.people.who_visitor" if mode == "open" else "pages.people.who_account"
    return f'<a class="bm-who" href="sign-in">{html.escape(context.say(request, key))}</a>'


def _kept(context: Context, request: gr.Request) -> str:
    """Return the warning that nothing lasts, before any work starts."""
    services = context.services
    key = "forgets" if services.settings.forgets else "snapshot_failed"
    if not services.settings.forgets and not services.snapshots.has_failed:
        return ""
    text = html.escape(context.say(request, f"shell.{key}"))
    return f'<div class="bm-problem is-warning" role="status" data-testid="kept">{text}</div>'


def _bar(pages: Sequence[Page], say: Say) -> str:
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
