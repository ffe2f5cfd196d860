"""A task whose input has two columns: whether a question is answered by its context.

A record: {"question": "where is the harbour", "context": "The harbour lies north.", "target": "yes"}.
"""

from pathlib import Path

from bigmodel.core.task import Medium, Params, Task

TASK = Task(
    name="pair",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=Params,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=lambda summary: 1.0 if len(summary.classes) == 2 else 0.0,
    engine="bigmodel.tasks.pair.engine",
    inputs=("question", "context"),
)
