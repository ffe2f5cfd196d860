"""People who use a shared installation; a person who works alone on one computer is none of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["account", "visitor"]


@dataclass(frozen=True)
class Person:
    """Somebody who owns datasets, jobs and models. `secret` is a hash: of a password, or of a recovery code."""

    id: str
    kind: Kind
    created_at: datetime
    name: str = ""  # of an account
    secret: str = ""
    is_admin: bool = False
