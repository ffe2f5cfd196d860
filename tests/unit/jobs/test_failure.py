"""What goes wrong in a worker gets its name: full disks above all, however they are said."""

import errno
from pathlib import Path

import pytest

from bigmodel.core.errors import TrainingError
from bigmodel.jobs.failure import Failure, is_disk_full, name_failure
from bigmodel.jobs.supervisor.resources import memory_kills, require_room
from tests.fakes.workshop import quick_settings


class OutOfMemoryError(RuntimeError):
    """As torch says it; torch is not loaded here."""


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
        chained(ValueError("not written"), OSError(errno.ENOSPC, "")),
    ],
)
def test_full_disk_is_recognised_however_it_is_said(error: Exception) -> None:
    assert is_disk_full(error)
    assert name_failure(error).outcome == "paused"


@pytest.mark.parametrize(
    ("error", "key", "is_retried"),
    [
        (TrainingError("loss_not_finite", step=3), "loss_not_finite", False),
        (MemoryError(), "memory_short", True),
        (OutOfMemoryError("CUDA out of memory. Tried to"), "gpu_memory_short", False),
        (OSError(errno.EIO, "Input/output error"), "disk_trouble", True),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), "disk_refused", False),
        (OSError(errno.EROFS, "Read-only file system"), "disk_refused", False),
        (KeyError("x"), "training_broken", False),
    ],
)
def test_each_failure_has_its_sentence(error: Exception, key: str, is_retried: bool) -> None:
    failure = name_failure(error)
    assert failure == Failure(failure.message, is_retried)
    assert failure.message.key == f"errors.{key}"


def test_memory_that_is_short_refuses_new_work(tmp_path: Path) -> None:
    require_room(quick_settings(tmp_path / "home"))
    with pytest.raises(Exception, match="memory_short_now"):
        require_room(quick_settings(tmp_path / "home", free_memory_mb=10**9))


def test_memory_kills_are_counted_or_not_told() -> None:
    assert memory_kills() >= 0
