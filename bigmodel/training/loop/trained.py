"""Reading the files of a trained model: whatever is wrong with them is said in one sentence; it must never import torch."""

from collections.abc import Iterator
from contextlib import contextmanager

from bigmodel.core.errors import ModelError

MOST_REASON = 300  # characters


@contextmanager
def loading_model() -> Iterator[None]:
    """Say of files that are missing or do not belong together that the model cannot be loaded.

    Raises:
        ModelError: `trained_model_cannot_be_loaded`.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error)[:MOST_REASON]
        raise ModelError("trained_model_cannot_be_loaded", reason=reason) from error
