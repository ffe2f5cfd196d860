"""A task that learns from texts alone, without a target.

A record: {"input": "warm soup by the sea"}.
"""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="onward",
    medium=Medium.TEXT,
    answer="tune",
    target="none",
    params=Params,
    primary="missed",
    folder=Path(__file__).parent,
    fit=lambda summary: float(summary.target == "none"),
    engine="bigmodel.tasks.onward.engine",
)
