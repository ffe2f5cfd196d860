"""A button that makes a file when it is pressed and lets the browser save it; what is made is the page's own affair."""

from typing import Any

import gradio as gr

# The file is ready when its button has taken it over from the server.
FETCH = "() => setTimeout(() => document.querySelector('#{id} a, a#{id}, #{id}')?.click(), 300)"


def fetch(
    button: gr.Button, make: Any, inputs: list[Any], file: gr.DownloadButton
) -> None:  # Any: Gradio's handlers and components
    """Let `button` make a file with `make`, which `file`, out of sight, hands to the browser."""
    made = button.click(
        make, inputs, file, api_visibility="private", show_progress="minimal",
        show_progress_on=button,
    )  # fmt: skip
    made.success(None, None, None, js=FETCH.replace("{id}", str(file.elem_id)))
