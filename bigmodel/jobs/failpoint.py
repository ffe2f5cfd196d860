"""Named places where tests make a process end, freeze or run out of disk; inert unless the setting `failpoints` is given.

The setting names a folder of charges, files called `<place>.<fault>.<number>`. Whoever reaches a place and
removes one of its charges suffers the fault, so each charge goes off once, whichever process meets it.
"""

import errno
import os
import signal
from pathlib import Path

PLACES = (
    "worker-started",
    "worker-ready",
    "step",
    "checkpoint-begun",
    "checkpoint-written",
    "checkpoint-hashed",
    "checkpoint-renamed",
    "checkpoint-announced",
    "result",
    "end",
    "end-said",
    "claimed",
    "planned",
    "launched",
    "heard",
    "finish",
    "lost",
    "final",
)
_armed: list[Path] = []  # process-wide, because a fault is of the process; set once, when it starts


def arm(folder: Path | None) -> None:
    """Watch a folder of charges from now on."""
    _armed[:] = [folder] if folder else []


def reach(place: str) -> None:
    """Suffer a fault, if one was laid here.

    Raises:
        OSError: the disk is full (fault `full`).
    """
    for folder in _armed:
        for charge in folder.glob(f"{place}.*"):
            try:
                charge.unlink()
            except FileNotFoundError:
                continue  # somebody else met it first
            _suffer(charge.name.split(".")[1])
            return


def _suffer(fault: str) -> None:
    if fault == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.kill(os.getpid(), signal.SIGSTOP if fault == "freeze" else signal.SIGKILL)
