"""A button that makes a file when it is pressed and lets the browser save it; what is made is the page's own affair."""

from typing import Any

import gradio as gr

# The file that came is passed on: what its button holds may still be drawn, and an earlier file must not be saved.
FETCH = """(file) => {
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name || '';
  document.body.append(link);
  link.click();
  link.remove();
}"""


def fetch(
    button: gr.Button, make: Any, inputs: list[Any], file: gr.DownloadButton
) -> None:  # Any: Gradio's handlers and components
    """Let `button` make a file with `make`, which `file`, out of sight, hands to the browser."""
    made = button.click(
        make, inputs, file, api_visibility="private", show_progress="minimal",
        show_progress_on=button,
    )  # fmt: skip
    save(made, file)


def save(made: gr.events.Dependency, file: gr.DownloadButton) -> None:
    """Let the browser save the file that an event has made."""
    made.success(None, file, None, js=FETCH, api_visibility="private")
