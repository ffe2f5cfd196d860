"""What the server keeps of each visit: nothing that only a link into a state would need, since the app has no such links.

Nor does it hold a choice against the list that it sent last (decision 25).
"""

from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder


class _Session(SessionState):
    """A visit without a description of every component, which takes half a second to write and some MB to keep."""

    def __init__(self, blocks: Any) -> None:  # Any: Gradio's own page
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks=()))  # type: ignore[arg-type]
        # Nor one of each component that changes.
        setattr(self.blocks_config, "config_for_block", lambda *_args: {})  # noqa: B010 - a method of Gradio's
        self._filled = {
            key for key, block in self.blocks_config.blocks.items() if _is_filled(block)
        }

    def __getitem__(self, key: int) -> Any:
        block = super().__getitem__(key)
        if key in self._filled:
            block.preprocess = _as_it_came
        return block


def _is_filled(block: object) -> bool:
    """Tell a list that is made without choices: the app fills it later."""
    return isinstance(block, gr.Radio | gr.Dropdown) and not block.choices


def _as_it_came(chosen: Any) -> Any:
    return chosen


class _Sessions(StateHolder):
    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = _Session(self.blocks)
        return super().__getitem__(session_id)


def keep_little(app: App) -> None:
    """Let an app keep of visits what events need, and no more."""
    held = app.state_holder.blocks
    app.state_holder = _Sessions()  # type: ignore[no-untyped-call]
    app.state_holder.set_blocks(held)
