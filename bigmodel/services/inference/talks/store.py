"""Where long recordings lie while somebody works on them: a folder each with its pieces and a record; it hears nothing."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bigmodel.core.errors import NotFoundError
from bigmodel.core.ids import is_id, new_id
from bigmodel.core.results.talk import Piece, Talk
from bigmodel.services.people.limits import Limits, size_of

RECORD = "talk.json"


class TalkStore:
    """The recordings of all owners, each in a folder of its owner. Any thread may call."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._limits = limits
        limits.held["talks"] = lambda owner: size_of(root / owner)

    @contextmanager
    def fresh(self, owner: str, talk_id: str) -> Iterator[Path]:
        """Yield the folder of a new recording; nothing of it stays if the block fails.

        Raises:
            DatasetError: `disk_limited`.
        """
        self._limits.check_share(owner)
        folder = self._root / owner / talk_id
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def put(self, owner: str, talk: Talk) -> None:
        """Write the record of a recording, whole or not at all."""
        folder = self._root / owner / talk.id
        part = folder / f".{new_id()}"
        part.write_text(json.dumps(talk.to_json()), "utf-8")
        part.replace(folder / RECORD)

    def get(self, owner: str, talk_id: str) -> Talk:
        """Return a recording.

        Raises:
            NotFoundError: `talk_gone`.
        """
        path = self._root / owner / talk_id / RECORD
        if not is_id(talk_id) or not path.is_file():
            raise NotFoundError("talk_gone")
        return Talk.from_json(json.loads(path.read_text("utf-8")))

    def newest(self, owner: str) -> Talk | None:
        """Return the recording that was worked on last, if one is still there."""
        records = [*(self._root / owner).glob(f"*/{RECORD}")]
        try:
            last = max(records, key=lambda path: path.stat().st_mtime, default=None)
            return self.get(owner, last.parent.name) if last else None
        except (OSError, NotFoundError):  # swept meanwhile
            return None

    def change(
        self,
        owner: str,
        talk_id: str,
        changes: Mapping[int, Callable[[Piece], Piece]],
        *,
        listener: str = "",
        teller: str = "",
    ) -> Talk:
        """Change pieces, each named by its place from 0, and return the recording as it is then."""
        with self._lock:
            talk = self.get(owner, talk_id)
            pieces = tuple(
                changes[n](piece) if n in changes else piece for n, piece in enumerate(talk.pieces)
            )
            made = replace(
                talk,
                pieces=pieces,
                listener=listener or talk.listener,
                teller=teller or talk.teller,
            )
            self.put(owner, made)
        return made

    def remove(self, owner: str, talk_id: str) -> None:
        """Delete a recording with its pieces, if it is still there."""
        if is_id(talk_id):
            shutil.rmtree(self._root / owner / talk_id, ignore_errors=True)

    def piece(self, owner: str, talk_id: str, number: int) -> Path:
        """Return the file of a piece; the first has number 1.

        Raises:
            NotFoundError: `talk_gone`.
        """
        path = self._root / owner / talk_id / f"{number:05}.flac"
        if not is_id(talk_id) or not path.is_file():
            raise NotFoundError("talk_gone")
        return path
