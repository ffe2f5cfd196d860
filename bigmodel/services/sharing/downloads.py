"""Files made for one person's browser: written into the scratch folder, handed out to their owner, swept some hours later."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bigmodel.core.errors import NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.services.people.limits import Limits, size_of
from bigmodel.settings import Settings


class Downloads:
    """Files made since the app started, by an unguessable key."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._limits = limits
        if limits is not None:
            limits.held["downloads"] = self.held
        self._folder = settings.scratch / "downloads"
        self._known: dict[str, tuple[str, Path]] = {}

    @contextmanager
    def make(self, owner: str, name: str) -> Iterator[tuple[str, Path]]:
        """Give a key and the place to write to; if that fails, nothing is left.

        Raises:
            DatasetError: `disk_limited`.
        """
        if self._limits is not None:
            self._limits.check_share(owner)
        key = new_id()
        folder = self._folder / key
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield key, folder / name
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        there = {each: made for each, made in self._known.items() if made[1].is_file()}
        self._known = there | {key: (owner, folder / name)}

    def held(self, owner: str) -> int:
        """Return the bytes of what was made for an owner and is still there."""
        mine = [path for whose, path in self._known.values() if whose == owner]
        return sum(size_of(path.parent) for path in mine)

    def find(self, owner: str, key: str) -> Path:
        """Return what was made under a key.

        Raises:
            NotFoundError: `project_gone`.
        """
        whose, path = self._known.get(key, ("", Path()))
        if whose != owner or not path.is_file():
            raise NotFoundError("project_gone")
        return path
