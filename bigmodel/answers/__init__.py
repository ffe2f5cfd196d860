"""The answer types, one module each, found by name: nothing outside a type's module may tell it from the others."""

import importlib
from pathlib import Path

from bigmodel.core.answer import AnswerType
from bigmodel.core.errors import NotFoundError
from bigmodel.core.metric import Metric
from bigmodel.core.task import Task

HERE = Path(__file__).parent


def answer_type(task: Task) -> AnswerType:
    """Return what a task's models answer: of its own folder, else of this package.

    Raises:
        NotFoundError: `answer_unknown`, with the known names.
    """
    if (task.folder / "answer.py").is_file():
        module = f"{task.engine.rpartition('.')[0]}.answer"
    elif (HERE / f"{task.answer}.py").is_file():
        module = f"{__name__}.{task.answer}"
    else:
        known = ", ".join(sorted(path.stem for path in HERE.glob("[a-z]*.py")))
        raise NotFoundError("answer_unknown", answer=task.answer, known=known)
    found: AnswerType = importlib.import_module(module).ANSWER
    return found


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """Return the measures that a task and its answer type declare of their own."""
    return (*task.metrics, *answer_type(task).metrics)
