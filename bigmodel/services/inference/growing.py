"""Answers that are made: as far as they have come, from a call that tells of its parts, and the dials that steer them; it asks no model itself."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event
from typing import Any

from bigmodel.answers import answer_type
from bigmodel.base_models.catalogue import read_models
from bigmodel.core.answer import Dial
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import INSTANT
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks, get_task

Record = Mapping[str, Any]  # Any: an answer as its type encodes it
Ask = Callable[
    [Callable[[Record], bool]], Record
]  # is told of each part, and says whether more is wanted


class Dials:
    """What a person can turn before an answer is made."""

    def __init__(self, settings: Settings) -> None:
        self._folders = settings.task_folders

    def of_tab(self, demo: str, *, is_made: bool = False) -> tuple[Dial, ...]:
        """Return every dial of the answers that are tried on one demo tab: of those that are made of a class or a text, or of the others."""
        tasks = find_tasks(self._folders).values()
        kinds = (answer_type(task) for task in tasks if task.demo == demo)
        asked = (kind for kind in kinds if bool(kind.asks) == is_made)
        return tuple(dict.fromkeys(dial for kind in asked for dial in kind.dials))

    def of(self, model: TrainedModel) -> tuple[Dial, ...]:
        """Return the dials of a model's answers that change something in them."""
        task = get_task(model.task, self._folders)
        dials = answer_type(task).dials
        if not dials:
            return ()
        name = INSTANT if model.kind == "instant" else model.base
        idle = {
            each for base in read_models(task.folder) if base.name == name for each in base.idle
        }
        return tuple(dial for dial in dials if dial.name not in idle)

    def asked_with(self, demo: str) -> str:
        """Return what makes something on one demo tab: a `class` or a `text`, "" where nothing is made."""
        tasks = find_tasks(self._folders).values()
        return next((asks for task in tasks if task.demo == demo and (asks := answer_type(task).asks)), "")  # fmt: skip


def parts_of_growing(ask: Ask) -> Iterator[Record]:
    """Yield each part and then the whole; whoever stops asking for more ends it after the part at hand."""
    parts: SimpleQueue[tuple[Future[Record] | None, Record]] = SimpleQueue()
    left = Event()

    def tell(part: Record) -> bool:
        parts.put((None, part))
        return not left.is_set()

    with ThreadPoolExecutor(1) as asking, _set_at_end(left):
        asked = asking.submit(ask, tell)
        asked.add_done_callback(lambda done: parts.put((done, {})))
        whole = None
        while whole is None:
            whole, record = parts.get()
            yield whole.result() if whole else record


@contextmanager
def _set_at_end(event: Event) -> Iterator[None]:
    try:
        yield
    finally:
        event.set()
