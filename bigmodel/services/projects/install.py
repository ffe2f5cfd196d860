"""Moves the files of an unpacked project to where they belong, and back out when something fails; it never overwrites."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from bigmodel.base_models import folder as own_folder
from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder, check_names, is_wanted
from bigmodel.base_models.pipelines import stable_diffusion as pipeline
from bigmodel.core.errors import DatasetError
from bigmodel.core.model import Base
from bigmodel.data.projects.layout import ATTEMPT
from bigmodel.data.projects.read import Unpacked
from bigmodel.data.projects.record import BaseRecord, DatasetRecord, VersionRecord
from bigmodel.jobs.artifacts import Artifacts, job_name
from bigmodel.services.datasets.card import write_card
from bigmodel.services.projects.plan import Plan
from bigmodel.settings import Settings

SHARED = ("media", "uploads")  # folders of a dataset beside its versions


class Installer:
    """The moves of one import. `undo` leaves the data folder as it was."""

    def __init__(self, settings: Settings, unpacked: Unpacked, plan: Plan) -> None:
        self._settings, self._unpacked, self._plan = settings, unpacked, plan
        self._made: list[Path] = []

    def run(self) -> dict[str, Base]:
        """Move everything, and return the base models that came in by the name they have here.

        Raises:
            DatasetError: `project_busy`: somebody brought the same in at this moment.
            ModelError: a base model cannot be used safely.
        """
        bases = {}
        for base in self._unpacked.bases:
            if base.name in self._plan.bases:
                placed = self._base(base)
                bases[placed.name] = placed
        for dataset in self._unpacked.datasets:
            self._dataset(dataset)
        for job in self._unpacked.jobs:
            source = self._unpacked.files / "jobs" / job.id / "models"
            if job.id in self._plan.jobs and source.is_dir():
                artifacts = Artifacts(self._settings.home)
                name = job_name(self._plan.jobs[job.id])
                self._made.append(artifacts.path(name))
                artifacts.put(source, f"{name}/{ATTEMPT}/models")
        if hasattr(os, "sync"):
            os.sync()  # once for all of them: forcing each of thousands to disk takes minutes
        return bases

    def undo(self) -> None:
        """Remove what was moved."""
        for path in reversed(self._made):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def _dataset(self, dataset: DatasetRecord) -> None:
        source = self._unpacked.files / "datasets" / dataset.id
        home = self._settings.datasets / self._plan.datasets[dataset.id]
        for version in dataset.versions:
            _write_recipe(source / str(version.number), version)
        if dataset.id in self._plan.names:
            self._move(source, home)
            if dataset.card is not None:
                write_card(home, dataset.card.card())
            return
        for number in self._plan.more.get(dataset.id, ()):
            self._move(source / str(number), home / str(number))
        if dataset.id in self._plan.more:
            self._add_shared(source, home)

    def _add_shared(self, source: Path, home: Path) -> None:
        """Add files that are named by their content: one that is there is the same."""
        for name in SHARED:
            for file in (path for path in (source / name).rglob("*") if path.is_file()):
                place = home / file.relative_to(source)
                if not place.exists():
                    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._move(file, place)

    def _base(self, record: BaseRecord) -> Base:
        source = self._unpacked.files / "bases" / record.key
        paths = [path for path in source.rglob("*") if path.is_file()]
        names = [path.relative_to(source).as_posix() for path in paths]
        is_pipeline = pipeline.INDEX in names
        wanted = set(pipeline.chosen(names)) if is_pipeline else set(filter(is_wanted, names))
        if strange := sorted(set(names) - wanted):
            raise DatasetError("project_strange", name=strange[0])
        if not is_pipeline:
            check_names(names)
        name = self._plan.bases[record.name]
        base = replace(shelf.from_record(record.record), name=name)
        if base.kind == "folder":
            base = replace(base, source="")
        place = shelf.place(self._settings.bases, name)
        with own_folder.stage(self._settings) as model:
            for path in source.iterdir():
                path.rename(model / path.name)
            checked = check_folder(model)
            if place.exists():
                raise DatasetError("project_busy")
            placed = own_folder.put(model, self._settings.bases, base, checked)
        self._made.append(place)
        return placed

    def _move(self, source: Path, place: Path) -> None:
        if place.exists():
            raise DatasetError("project_busy")
        try:
            source.rename(place)
        except OSError as error:
            if place.exists():
                raise DatasetError("project_busy") from error
            raise
        self._made.append(place)


def _write_recipe(folder: Path, version: VersionRecord) -> None:
    """Write what was done to make a version beside its rows, as whoever made it does."""
    record = {"v": 1, "recipe": version.recipe, "summary": version.summary}
    (folder / "recipe.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
