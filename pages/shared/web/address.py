"""Keeps the open tab, the chosen dataset and the chosen job in the address, so that a reload or a link comes back."""

import gradio as gr

from bigmodel.core.ids import is_id

# Until the address was read, nothing may be written to it: Gradio announces its first tab on load.
SCRIPT = """() => {
  window.bmAddress = (name, value) => {
    if (!window.bmAddressRead) return;
    const u = new URL(location);
    if (value) u.searchParams.set(name, value); else u.searchParams.delete(name);
    history.replaceState(null, '', u);
  };
}"""
# A change that came before the address was read, or whose event a busy browser dropped, is written a moment later.
READ_DONE = """() => {
  window.bmAddressRead = true;
  window.bmAddressKept ||= setInterval(() => {
    for (const name of ['dataset', 'job']) {
      const box = document.querySelector(`#shell-${name} textarea, #shell-${name} input`);
      if (box?.value && new URL(location).searchParams.get(name) !== box.value) window.bmAddress(name, box.value);
    }
  }, 1000);
}"""


def read(request: gr.Request, slugs: frozenset[str]) -> tuple[object, str, str]:
    """Return (tabs update, dataset id, job id) that the address names; what it names wrongly is left out."""
    query = request.query_params
    slug = query.get("tab", "")
    tabs = gr.Tabs(selected=slug) if slug in slugs else gr.skip()
    return tabs, _id(query.get("dataset", "")), _id(query.get("job", ""))


def keep(tab: gr.Tab, slug: str) -> None:
    """Write the tab into the address whenever it comes into view."""
    tab.select(None, None, None, js=f"() => {{ window.bmAddress?.('tab', '{slug}'); }}")


def keep_value(box: gr.Textbox, name: str) -> None:
    """Write the value of a hidden box into the address whenever it changes."""
    box.change(None, box, None, js=f"(v) => {{ window.bmAddress?.('{name}', v); }}")


def _id(text: str) -> str:
    return text if is_id(text) else ""
