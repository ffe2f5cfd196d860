"""What the server keeps of each visit: nothing that only a link into a state would need, since the app has no such links."""

from types import SimpleNamespace
from typing import Any

from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder


class _Session(SessionState):
    """A visit without a description of every component, which takes half a second to write and some MB to keep."""

    def __init__(self, blocks: Any) -> None:  # Any: Gradio's own page
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks=()))  # type: ignore[arg-type]
        # Nor one of each component that changes.
        setattr(self.blocks_config, "config_for_block", lambda *_args: {})  # noqa: B010 - a method of Gradio's


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
