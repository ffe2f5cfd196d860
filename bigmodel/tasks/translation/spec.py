"""Translation, the light half: what the task is; it must never import torch.

A row as a person brings it:    source: "Where is the station?"    target: "车站在哪里？"
What the trained model answers: 车站在哪里？ 0.81, then two other wordings
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.bilingual.recipe import TranslationParams


def fit(summary: Summary) -> float:
    """Return 1 for a table whose target is a column of texts, 0 for anything else."""
    is_table = summary.medium == Medium.TEXT and summary.form == Form.TABLE
    return 1.0 if is_table and summary.target == "text" else 0.0


TASK = Task(
    name="translation",
    medium=Medium.TEXT,
    answer="translated",
    target="text",
    params=TranslationParams,
    primary="chrf",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.translation.engine",
    fewest_to_tune=1_000,
    rows_for_scratch=10_000,
)
