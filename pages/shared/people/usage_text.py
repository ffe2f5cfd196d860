"""What a person takes up of what they may, in one sentence: for the person, and for whoever runs the installation."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bigmodel.services.people.admin import Usage

Say = Callable[..., str]


def uses(usage: "Usage", say: Say) -> str:
    """Return what a person takes up of what they may."""
    share = usage.share
    most = {"most_jobs": share.jobs, "most_minutes": share.minutes, "most_disk": share.disk_mb}
    counts = {"datasets": usage.datasets, "jobs": usage.jobs}
    return say("admin_uses", **counts, **most, minutes=usage.minutes, disk=usage.disk_mb)
