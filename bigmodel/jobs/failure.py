"""Names what went wrong inside a worker: a sentence for people, and whether another attempt can help; it logs nothing."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import PersonError
from bigmodel.core.message import Message

REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SAYS_FULL = ("No space left", "StorageFull", "os error 28")  # of libraries that keep no number
SAYS_GPU_MEMORY = (
    "OutOfMemoryError",
    "AcceleratorError",
)  # their classes are torch's, not loaded here


@dataclass(frozen=True)
class Failure:
    """What a failure means. A job whose disk is full waits in `paused` until somebody made room."""

    message: Message
    is_retried: bool = False
    outcome: str = "failed"


def name_failure(error: BaseException) -> Failure:
    """Return what an error of a training means for its job."""
    if isinstance(error, PersonError):
        return Failure(error.message)
    if is_disk_full(error):
        return Failure(_message("paused_disk_full"), outcome="paused")
    if isinstance(error, MemoryError):
        return Failure(_message("memory_short"), is_retried=True)
    if type(error).__name__ in SAYS_GPU_MEMORY and "memory" in str(error):
        return Failure(_message("gpu_memory_short"))
    if isinstance(error, OSError) and error.errno in REFUSED:
        place = Path(os.fsdecode(error.filename)).name if error.filename else ""
        reason = os.strerror(error.errno)
        return Failure(_message("disk_refused", place=place, reason=reason))
    if isinstance(error, OSError):
        reason = os.strerror(error.errno) if error.errno else str(error)
        return Failure(_message("disk_trouble", reason=reason), is_retried=True)
    return Failure(_message("training_broken"))


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or what caused it, is that nothing more can be written."""
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in FULL:
            return True
        if any(said in str(each) for said in SAYS_FULL):
            return True
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _message(key: str, **args: str) -> Message:
    return Message(f"errors.{key}", args, "error")
