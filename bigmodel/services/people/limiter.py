"""How often something may go wrong before nobody looks at it any more for a while; it must never grow without bound."""

import time
from collections.abc import Callable, Hashable
from threading import Lock

MOST_KEYS = 1_000  # that are remembered


class Limiter:
    """Counts failures by key within a window. All methods may be called from several threads.

    Args:
        most: failures within the window after which a key is refused.
        window_s: seconds.
        clock: seconds that never go back.
    """

    def __init__(
        self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._lock = Lock()
        self._failed: dict[Hashable, list[float]] = {}

    def admits(self, key: Hashable) -> bool:
        """Return whether another try may be looked at."""
        with self._lock:
            return len(self._recent(key)) < self._most

    def count(self, key: Hashable) -> None:
        """Note a failure."""
        with self._lock:
            recent = [*self._recent(key), self._clock()]
            self._failed.pop(key, None)
            self._failed[key] = recent  # now the newest
            while len(self._failed) > MOST_KEYS:
                self._failed.pop(next(iter(self._failed)))

    def forget(self, key: Hashable) -> None:
        """Begin anew with a key that was right."""
        with self._lock:
            self._failed.pop(key, None)

    def _recent(self, key: Hashable) -> list[float]:
        now = self._clock()
        return [at for at in self._failed.get(key, ()) if now - at < self._window_s]
