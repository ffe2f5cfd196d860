"""People who use a shared installation; a person who works alone on one computer is none of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["account", "visitor", "hub"]


@dataclass(frozen=True)
class Share:
    """What one person may take up: jobs that wait or run, minutes of training a day, disk. 0: as the settings say."""

    jobs: int = 0
    minutes: int = 0
    disk_mb: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody who owns datasets, jobs and models. `secret` is a hash: of a password, or of a recovery code."""

    id: str
    kind: Kind
    created_at: datetime
    name: str = ""  # of an account, or "@" and the name on the hub
    secret: str = ""
    is_admin: bool = False
    most_jobs: int = 0
    most_minutes: int = 0
    most_disk_mb: int = 0

    @property
    def share(self) -> Share:
        return Share(self.most_jobs, self.most_minutes, self.most_disk_mb)
