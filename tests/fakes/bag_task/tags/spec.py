"""A task in one folder whose answers are of no type that the house knows, and which has no baseline: tags of a text.

A record: {"input": "warm soup by the sea", "target": "food sea"}.
"""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="tags",
    medium=Medium.TEXT,
    answer="tags",
    target="text",
    params=Params,
    primary="missed",
    folder=Path(__file__).parent,
    fit=lambda summary: 0.1,
    engine="bigmodel.tasks.tags.engine",
)
