"""A dataset's pictures or recordings with their labels, to take along in a form that other tools read; it changes no dataset but for labels by hand that wait."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import Medium
from bigmodel.data.versions.versions import load_rows, media_folder
from bigmodel.data.writeback.annotated import BOXES, FOLDERS, Labelled, write
from bigmodel.services.inference.downloads import fresh_download, written
from bigmodel.settings import Settings
from bigmodel.store.base import Store

STYLES = {"boxes": tuple(BOXES), "label": (FOLDERS,)}  # by what the rows' labels are
MEDIA = (Medium.IMAGE, Medium.AUDIO)


@dataclass(frozen=True)
class Taken:
    """What was written: how many files with their labels, and how many had none and were left out."""

    path: Path
    rows: int
    left_out: int


class AnnotatedService:
    """Labels and files as other tools read them. `settle` puts labels by hand into the newest version."""

    def __init__(
        self, settings: Settings, store: Store, settle: Callable[[str, str], Dataset]
    ) -> None:
        self._settings, self._store, self._settle = settings, store, settle

    def styles(self, dataset: Dataset) -> tuple[str, ...]:
        """Return the forms in which a dataset can be taken along; none before anything is labelled."""
        summary = dataset.version.summary
        if dataset.version.recipe.medium not in MEDIA:
            return ()
        by_hand = self._store.labels.get(dataset.owner, dataset.id).labels
        return STYLES.get(summary.target, ()) if summary.usable_rows or by_hand else ()

    def write(self, owner: str, dataset_id: str, style: str = "", out: Path | None = None) -> Taken:
        """Write a ZIP of all labelled files, in the first form of the dataset where none is named.

        Raises:
            DatasetError: `annotated_style` (the dataset has other forms) or `table_not_written`.
        """
        dataset = self._settle(owner, dataset_id)
        styles = self.styles(dataset)
        style = style or next(iter(styles), "")
        if style not in styles:
            known = ", ".join(styles) or "–"
            raise DatasetError("annotated_style", name=dataset.name, style=style, known=known)
        folder = self._settings.home / dataset.version.folder
        rows, media = load_rows(folder), media_folder(folder)
        listed = zip(rows["input"], rows["name"], rows["target"], strict=True)
        known_rows = [Labelled(media / path, name, label) for path, name, label in listed if label]
        place = out or fresh_download(self._settings, f"{style}.zip")
        with written(place):
            write(known_rows, style, place)
        return Taken(place, len(known_rows), len(rows["input"]) - len(known_rows))
