"""The tasks, one folder each, found by looking: nothing outside a task's folder may name it."""

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from bigmodel.core.errors import NotFoundError
from bigmodel.core.task import Engine, Task

HERE = Path(__file__).parent


def find_tasks(folders: Iterable[Path] = ()) -> Mapping[str, Task]:
    """Return every task by name, from this package and from further folders, without importing an engine."""
    roots = (HERE, *folders)
    for root in roots:
        if str(root) not in __path__:  # so that engines of further folders can be imported by name
            __path__.append(str(root))
    names = sorted({spec.parent.name for root in roots for spec in root.glob("*/spec.py")})
    return {name: importlib.import_module(f"{__name__}.{name}.spec").TASK for name in names}


def get_task(name: str, folders: Iterable[Path] = ()) -> Task:
    """Return a task by name.

    Raises:
        NotFoundError: `task_unknown`, with the known names.
    """
    tasks = find_tasks(folders)
    if name not in tasks:
        raise NotFoundError("task_unknown", task=name, known=", ".join(tasks))
    return tasks[name]


def most_inputs(folders: Iterable[Path] = ()) -> int:
    """Return how many columns of a row some task reads at most."""
    return max(len(task.inputs) for task in find_tasks(folders).values())


def load_engine(task: Task) -> Engine:
    """Import the heavy half of a task. Only workers and serving children may call this."""
    engine: Engine = importlib.import_module(task.engine).ENGINE
    return engine
