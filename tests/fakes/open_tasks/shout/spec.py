"""A task from one text to another, learned from two columns of a table.

A record: {"input": "warm soup", "target": "WARM SOUP"}.
"""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="shout",
    medium=Medium.TEXT,
    answer="transcript",
    target="text",
    params=Params,
    primary="wer",
    folder=Path(__file__).parent,
    fit=lambda summary: float(summary.target == "text"),
    engine="bigmodel.tasks.shout.engine",
)
