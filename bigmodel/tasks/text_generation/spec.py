"""Writing, the light half: what the task is; it must never import torch.

A row as a person brings it:  a passage of text, or a conversation: "Where is my order?" ⁝ "It left us on Monday."
What the trained model makes: what comes next, or the answer, letter by letter
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.writing.recipe import WritingParams


def fit(summary: Summary) -> float:
    """Return 1 for texts that nothing else is said of, 0 for anything else."""
    is_table = summary.medium == Medium.TEXT and summary.form == Form.TABLE
    return 1.0 if is_table and summary.target == "none" else 0.0


TASK = Task(
    name="text_generation",
    medium=Medium.TEXT,
    answer="written",
    target="none",
    params=WritingParams,
    primary="bits_per_character",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.text_generation.engine",
    has_turns=True,
)
