"""The line of waiting jobs, in which owners take turns; pure, it must never claim anything itself."""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from bigmodel.core.job import Job

Waiting = tuple[datetime, str, str]  # created at, job id, owner


def waiting(job: Job) -> Waiting:
    return (job.created_at, job.id, job.owner)


def in_line(queued: Sequence[Waiting], live: Mapping[str, int]) -> list[str]:
    """Return job ids in the order they would be claimed, were nothing to end meanwhile.

    The owner with the fewest live jobs is next; among those, the oldest job.
    """
    lines: dict[str, deque[Waiting]] = {}
    for item in sorted(queued):
        lines.setdefault(item[2], deque()).append(item)
    heap = [(live.get(owner, 0), line[0]) for owner, line in lines.items()]
    heapq.heapify(heap)
    order: list[str] = []
    while heap:
        running, (_, job_id, owner) = heapq.heappop(heap)
        order.append(job_id)
        lines[owner].popleft()
        if lines[owner]:
            heapq.heappush(heap, (running + 1, lines[owner][0]))
    return order
