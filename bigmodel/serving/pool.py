"""Trained models kept warm, one child process each, within a budget of memory; it never imports an engine.

Any thread may call. One child answers one question at a time, in slices, so that a long table and
a short sentence take turns.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.task import Explanation
from bigmodel.serving import wire
from bigmodel.serving.process import Child, ChildGone, OnPart, Reply
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

SLICE_SHARE = 1 / 12  # of the patience, that the rows of one slice are expected to take
GROWTH = 8  # times as many rows as in the slice before, at most
EXPECTED_MB = 500.0  # of a model not yet loaded: the libraries, and a small encoder


class Serving:
    """The loaded models of this process, by folder."""

    def __init__(
        self, settings: Settings, *, load_s: float = 180.0, answer_s: float = 60.0
    ) -> None:
        self._settings = settings
        self._load_s = load_s
        self._answer_s = answer_s
        self._children: dict[Path, Child] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def warm(self, folder: Path) -> None:
        """Start loading a model and return at once."""
        self._child(folder)

    def answers(
        self, folder: Path, inputs: Sequence[str], progress: OnCount | None = None
    ) -> list[Mapping[str, Any]]:
        """Return the answer to each input, as its type encodes it.

        Raises:
            ModelError: `model_not_loading`, `serving_timeout`, `serving_crashed` or the engine's own.
        """
        replies = self.replies(folder, inputs, "answers", progress)
        return [answer for reply in replies for answer in reply.answers]

    def looks(
        self, folder: Path, inputs: Sequence[str], progress: OnCount | None = None
    ) -> list[tuple[Mapping[str, Any], Explanation]]:
        """Return the answer to each input and what else the model can say of it.

        Raises:
            ModelError: as of `answers`.
        """
        replies = self.replies(folder, inputs, "explanations", progress)
        pairs = (zip(reply.answers, reply.explanations, strict=True) for reply in replies)
        return [pair for of_reply in pairs for pair in of_reply]

    def grow(
        self,
        folder: Path,
        text_or_path: str,
        tell: OnPart,
        *,
        dials: Mapping[str, float] | None = None,
    ) -> Mapping[str, Any]:
        """Return the answer to one input; `tell` hears of it while it grows, where the model can, and may end it.

        Raises:
            ModelError: as of `answers`.
        """
        return self._ask(folder, [text_or_path], "parts", tell, dials).answers[0]

    def of_people(
        self, folder: Path, wants: wire.Wants, name: str = "", takes: Sequence[str] = ()
    ) -> list[Mapping[str, Any]]:
        """Return what a model that gets to know people says of them (`wire.OF_PEOPLE`).

        Raises:
            ModelError: as of `answers`, or `voices_not_kept`.
        """
        return self._ask(folder, takes, wants, name=name).answers

    def loaded(self) -> list[Path]:
        """Return the folders of the models whose child lives."""
        with self._lock:
            self._drop_dead()
            return list(self._children)

    def close(self) -> None:
        """End all children, for good: a caller that still waits is told `serving_crashed`."""
        with self._lock:
            self._is_closed = True
            for child in self._children.values():
                child.kill()
            self._children.clear()

    def replies(
        self,
        folder: Path,
        inputs: Sequence[str],
        wants: wire.Wants,
        progress: OnCount | None = None,
    ) -> Iterator[Reply]:
        """Ask slice by slice, and yield each. How many rows one holds follows from how long they take: patience is for a few rows.

        Raises:
            ModelError: as of `answers`.
        """
        done, rows = 0, 1
        while done < len(inputs):
            piece = wire.slice_from(inputs, done, rows)
            began = time.monotonic()
            reply = self._ask(folder, piece, wants)
            each_s = (time.monotonic() - began) / len(piece)
            fitting = int(SLICE_SHARE * self._answer_s / max(each_s, 1e-6))
            rows = max(1, min(wire.SLICE_ROWS, GROWTH * rows, fitting))
            done += len(piece)
            yield reply
            if progress:
                progress(done, len(inputs))

    def _ask(
        self,
        folder: Path,
        inputs: Sequence[str],
        wants: wire.Wants,
        tell: OnPart | None = None,
        dials: Mapping[str, float] | None = None,
        *,
        name: str = "",
    ) -> Reply:
        for _ in range(2):  # a child that crashed or had just left is replaced once
            child = self._child(folder)
            with child.lock:
                try:
                    was_ready = child.is_ready
                    child.wait_until_ready(self._load_s)
                    answer = child.ask(inputs, wants, self._answer_s, tell, dials, name=name)
                except ChildGone:
                    log.warning("serving child of %s ended; starting another", folder.name)
                    continue
            if not was_ready:
                self._make_room(child, expected_mb=0.0)
            return answer
        raise ModelError("serving_crashed")

    def _child(self, folder: Path) -> Child:
        if not (folder / "model.json").is_file():
            raise ModelError("model_not_loading")
        with self._lock:
            self._drop_dead()
            child = self._children.get(folder)
        if child:
            return child
        self._make_room(None, expected_mb=EXPECTED_MB)
        with self._lock:
            if self._is_closed:
                raise ModelError("serving_crashed")
            if folder not in self._children:
                self._children[folder] = Child(folder, self._settings)
            return self._children[folder]

    def _drop_dead(self) -> None:
        for folder, child in list(self._children.items()):
            if not child.is_alive:
                child.kill()
                del self._children[folder]

    def _make_room(self, newest: Child | None, *, expected_mb: float) -> None:
        """End the children that were asked longest ago until the rest fits; a busy one is left alone."""
        with self._lock:
            used_mb = {child: child.memory_mb for child in self._children.values()}
            total_mb = sum(used_mb.values()) + expected_mb
            for child in sorted(used_mb, key=lambda child: child.asked_at):
                if total_mb <= self._settings.serving_mb:
                    return
                if child is newest or not child.lock.acquire(blocking=False):
                    continue
                log.info("ending serving child %s to make room", child.pid)
                child.kill()
                child.lock.release()
                del self._children[child.folder]
                total_mb -= used_mb[child]
