"""The line of waiting jobs, in which owners take turns; pure, it must never claim anything itself."""

import heapq
import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bigmodel.core.job import Job


class Waiting(NamedTuple):
    """What decides about a queued job's turn, and how long it is expected to take (0: nobody knows)."""

    job_id: str
    owner: str
    created_at: datetime
    priority: int = 0
    expected_s: float = 0.0


NEVER = datetime.min.replace(tzinfo=UTC)


def in_line(
    queued: Iterable[Waiting], live: Mapping[str, int], served: Mapping[str, datetime]
) -> list[Waiting]:
    """Return jobs in the order they would be claimed, were nothing to end meanwhile.

    The owner with the fewest live jobs is next; of several the one whose last job started longest ago (`served`),
    and of those the one whose first job is the oldest. An owner's first job is the one of the highest priority,
    and of several the oldest.
    """
    lines: dict[str, deque[Waiting]] = {}
    for item in sorted(queued, key=lambda item: (-item.priority, item.created_at, item.job_id)):
        lines.setdefault(item.owner, deque()).append(item)
    heap = [_rank(line[0], live.get(owner, 0), served) for owner, line in lines.items()]
    heapq.heapify(heap)
    order: list[Waiting] = []
    while heap:
        running, _, _, _, owner = heapq.heappop(heap)
        order.append(lines[owner].popleft())
        if lines[owner]:
            heapq.heappush(heap, _rank(lines[owner][0], running + 1, served))
    return order


def _rank(
    item: Waiting, running: int, served: Mapping[str, datetime]
) -> tuple[int, datetime, datetime, str, str]:
    return (running, served.get(item.owner, NEVER), item.created_at, item.job_id, item.owner)


def starts(
    order: Sequence[Waiting], left_s: Sequence[float | None], workers: int
) -> dict[str, tuple[int, float | None]]:
    """Return each waiting job's place and the seconds until it is expected to start.

    `left_s` are what the live jobs still need. A start that hangs on something nobody knows is None.
    """
    free = [math.inf if left is None else left for left in left_s]
    free += [0.0] * max(0, workers - len(free))
    heapq.heapify(free)
    for _ in range(
        len(free) - max(1, workers)
    ):  # more are live than may be: they have to end first
        heapq.heappop(free)
    found: dict[str, tuple[int, float | None]] = {}
    for place, item in enumerate(order, 1):
        start = heapq.heappop(free)
        found[item.job_id] = (place, start if math.isfinite(start) else None)
        heapq.heappush(free, start + (item.expected_s or math.inf))
    return found


def left_of(job: Job, at: datetime) -> float | None:
    """Return how many seconds a live job still needs, as its worker says or as was expected."""
    if job.progress.left_s is not None:
        return job.progress.left_s
    if not job.expected_s:
        return None
    return max(0.0, job.expected_s - (at - (job.started_at or at)).total_seconds())
