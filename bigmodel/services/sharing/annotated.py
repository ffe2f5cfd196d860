"""A dataset's pictures or recordings with their labels, to take along in a form that other tools read; it changes no dataset but for labels by hand that wait."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, PersonError
from bigmodel.core.message import Message
from bigmodel.core.task import Medium
from bigmodel.data.versions.versions import load_rows, media_folder
from bigmodel.data.writeback.annotated import BOXES, FOLDERS, Labelled, write
from bigmodel.services.inference.downloads import fresh_download, written
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.store.base import Store

log = logging.getLogger(__name__)
STYLES = {"boxes": tuple(BOXES), "label": (FOLDERS,)}  # by what the rows' labels are
MEDIA = (Medium.IMAGE, Medium.AUDIO)


@dataclass(frozen=True)
class Taken:
    """What was written: how many files with their labels, and how many had none and were left out."""

    path: Path
    rows: int
    left_out: int


@dataclass
class Pack:
    """A ZIP on its way, or made: how far it is, by which key it is handed out, or why there is none."""

    style: str
    share: float = 0.0
    key: str = ""
    taken: Taken | None = None
    error: Message | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def go_on(self, share: float) -> None:
        """Note how far it is.

        Raises:
            Stopped: somebody gave it up.
        """
        if self.stopped.is_set():
            raise Stopped
        self.share = share


class Stopped(Exception):
    """Nobody waits for the ZIP any more."""


class AnnotatedService:
    """Labels and files as other tools read them. `settle` puts labels by hand into the newest version."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        settle: Callable[[str, str], Dataset],
        downloads: Downloads,
    ) -> None:
        self._settings, self._store, self._settle = settings, store, settle
        self._downloads = downloads
        self._packs: dict[tuple[str, str], Pack] = {}  # by owner and dataset
        self._lock = threading.Lock()

    def styles(self, dataset: Dataset) -> tuple[str, ...]:
        """Return the forms in which a dataset can be taken along; none before anything is labelled."""
        summary = dataset.version.summary
        if dataset.version.recipe.medium not in MEDIA:
            return ()
        by_hand = self._store.labels.get(dataset.owner, dataset.id).labels
        return STYLES.get(summary.target, ()) if summary.usable_rows or by_hand else ()

    def pack(self, owner: str, dataset_id: str, style: str) -> Pack:
        """Write a ZIP in the background, or return the one of this form that is under way: a page may be loaded anew.

        Raises:
            DatasetError: `annotated_style`, the dataset has other forms.
        """
        style = self._style(self._store.datasets.get(owner, dataset_id), style)
        with self._lock:
            known = self._packs.get((owner, dataset_id))
            if known and not known.ended.is_set() and known.style == style:
                return known
            if known:
                known.stopped.set()
            fresh = self._packs[owner, dataset_id] = Pack(style)
        name, args = f"pack-{dataset_id}", (owner, dataset_id, fresh)
        threading.Thread(target=self._pack, args=args, name=name, daemon=True).start()
        return fresh

    def packed(self, owner: str, dataset_id: str) -> Pack | None:
        """Return the ZIP that is under way or was made last and not given up; one that was swept away is forgotten."""
        pack = self._packs.get((owner, dataset_id))
        if pack is None or pack.stopped.is_set():
            return None
        return None if pack.taken and not pack.taken.path.is_file() else pack

    def stop(self, owner: str, dataset_id: str) -> None:
        """Give up the ZIP that is under way; nothing of it stays."""
        if pack := self._packs.get((owner, dataset_id)):
            pack.stopped.set()

    def _pack(self, owner: str, dataset_id: str, pack: Pack) -> None:
        try:
            with self._downloads.make(owner, f"{pack.style}.zip") as (key, path):
                taken = self.write(owner, dataset_id, pack.style, path, pack.go_on)
            pack.key, pack.taken = key, taken
        except Stopped:
            log.info("dataset %s: its ZIP was given up", dataset_id)
        except PersonError as error:
            pack.error = error.message
        except Exception:
            log.exception("dataset %s: no ZIP could be made", dataset_id)
            pack.error = Message("errors.unexpected")
        finally:
            pack.ended.set()

    def write(
        self,
        owner: str,
        dataset_id: str,
        style: str = "",
        out: Path | None = None,
        progress: OnShare | None = None,
    ) -> Taken:
        """Write a ZIP of all labelled files, in the first form of the dataset where none is named.

        Raises:
            DatasetError: `annotated_style` (the dataset has other forms) or `table_not_written`.
        """
        dataset = self._settle(owner, dataset_id)
        style = self._style(dataset, style)
        folder = self._settings.home / dataset.version.folder
        rows, media = load_rows(folder), media_folder(folder)
        listed = zip(rows["input"], rows["name"], rows["target"], strict=True)
        known_rows = [Labelled(media / path, name, label) for path, name, label in listed if label]
        place = out or fresh_download(self._settings, f"{style}.zip")
        with written(place):
            write(known_rows, style, place, progress or (lambda _share: None))
        return Taken(place, len(known_rows), len(rows["input"]) - len(known_rows))

    def _style(self, dataset: Dataset, style: str) -> str:
        """Return a form that the dataset has, its first one where none is named."""
        styles = self.styles(dataset)
        style = style or next(iter(styles), "")
        if style not in styles:
            known = ", ".join(styles) or "–"
            raise DatasetError("annotated_style", name=dataset.name, style=style, known=known)
        return style
