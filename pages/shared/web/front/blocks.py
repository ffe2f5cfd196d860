"""A page that answers an event with what changed alone: Gradio makes each component anew that an event may change, left out or not."""

from copy import copy
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.state_holder import SessionState

SKIPPED = gr.skip()


class Blocks(gr.Blocks):
    """Gradio's page; an answer of `{component: value}` costs what it holds."""

    async def postprocess_data(
        self,
        block_fn: BlockFunction,
        predictions: list[Any] | dict[Any, Any],
        state: SessionState | None,
    ) -> list[Any]:
        """Return an answer as the browser reads it, a value for each component that the event may change."""
        if not isinstance(predictions, dict) or not all(isinstance(c, Block) for c in predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        changed = {c._id: value for c, value in predictions.items() if not _is_skip(value)}
        told = [each for each in block_fn.outputs if each._id in changed]
        if (
            len(told) < len(changed) or not told
        ):  # a component that the event may not change: Gradio says so
            return await super().postprocess_data(block_fn, predictions, state)
        few = copy(block_fn)
        few.outputs = told
        answers = iter(
            await super().postprocess_data(few, {each: changed[each._id] for each in told}, state)
        )
        return [
            next(answers) if each._id in changed else _left_out(each) for each in block_fn.outputs
        ]


def _is_skip(value: object) -> bool:
    return isinstance(value, dict) and value == SKIPPED


def _left_out(component: Block) -> dict[str, Any] | None:
    return None if component.stateful else dict(SKIPPED)
