"""How often something may go wrong before nobody looks at it any more for a while; it must never grow without bound."""

import time
from collections.abc import Callable, Hashable
from threading import Lock

MOST_KEYS = 1_000  # that are remembered


class Limiter:
    """Counts tries by key within a window. All methods may be called from several threads.

    A try counts before it is looked at, so that many at once are not all looked at; one that was right is given back.

    Args:
        most: tries within the window after which a key is refused.
        window_s: seconds.
        clock: seconds that never go back.
    """

    def __init__(
        self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._lock = Lock()
        self._tried: dict[Hashable, list[float]] = {}

    def take(self, key: Hashable) -> bool:
        """Count a try and return True, or return False where there were too many."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._most:
                return False
            self._tried.pop(key, None)
            self._tried[key] = [*recent, self._clock()]  # now the newest
            while len(self._tried) > MOST_KEYS:
                self._tried.pop(next(iter(self._tried)))
            return True

    def give_back(self, key: Hashable) -> None:
        """Take the last try of a key for none: it was right."""
        with self._lock:
            if recent := self._recent(key)[:-1]:
                self._tried[key] = recent
            else:
                self._tried.pop(key, None)

    def forget(self, key: Hashable) -> None:
        """Begin anew with a key that was right."""
        with self._lock:
            self._tried.pop(key, None)

    def _recent(self, key: Hashable) -> list[float]:
        now = self._clock()
        return [at for at in self._tried.get(key, ()) if now - at < self._window_s]
