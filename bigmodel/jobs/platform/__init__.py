"""Processes, locks, limits and kills: one module an operating system, chosen here and nowhere else."""

import sys

if sys.platform == "win32":
    from bigmodel.jobs.platform.windows import (
        Lock,
        detach_options,
        give_way,
        kill_group,
        limit_worker,
        peak_mb,
        terminate_group,
    )
else:
    from bigmodel.jobs.platform.posix import (
        Lock,
        detach_options,
        give_way,
        kill_group,
        limit_worker,
        peak_mb,
        terminate_group,
    )

__all__ = [
    "Lock",
    "detach_options",
    "give_way",
    "kill_group",
    "limit_worker",
    "peak_mb",
    "terminate_group",
]
