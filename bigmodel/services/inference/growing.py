"""An answer as far as it has come, from a call that tells of its parts; it asks no model itself."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event
from typing import Any

Record = Mapping[str, Any]  # Any: an answer as its type encodes it
Ask = Callable[
    [Callable[[Record], bool]], Record
]  # is told of each part, and says whether more is wanted


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
