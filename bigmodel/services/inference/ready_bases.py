"""Base models that answer as they are, before any training: a folder that a serving child loads like any trained model."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from bigmodel.answers import answer_type
from bigmodel.core.answer import AnswerType
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.core.task import Task
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks

AS_IT_IS = "as_it_is"  # a preset's value that says: no training at all


@dataclass(frozen=True)
class ReadyBase:
    """A base that a task can use as it is. `is_here`: its files are on this machine."""

    base: Base
    task: Task
    is_here: bool

    @property
    def kind(self) -> AnswerType:
        """The type of its answers."""
        return answer_type(self.task)


class ReadyBases:
    """The bases that answer without a training."""

    def __init__(self, settings: Settings, base_models: BaseModelService) -> None:
        self._settings, self._base_models = settings, base_models

    def of(self, demo: str) -> list[ReadyBase]:
        """Return those that one kind of demo can ask, in the order of their tasks."""
        found = []
        for task in find_tasks(self._settings.task_folders).values():
            bases = self._base_models.catalogue(task).bases if task.demo == demo else ()
            for base in bases:
                if any(values.get(AS_IT_IS) for values in base.presets.values()):
                    found.append(ReadyBase(base, task, self._base_models.is_ready(base)))
        return found

    def find(self, demo: str, name: str) -> ReadyBase | None:
        """Return the one of this name, or None."""
        return next((one for one in self.of(demo) if one.base.name == name), None)

    def folder(self, ready: ReadyBase, language: str = "") -> Path:
        """Return a folder that a serving child can load: links to the files of the base, and what it is.

        Raises:
            ModelError: `base_missing`.
        """
        files = self._base_models.folder(ready.base)
        if files is None:
            raise ModelError("base_missing", base=ready.base.name)
        place = (
            self._settings.scratch / "ready" / "-".join(filter(None, (files.parent.name, language)))
        )
        if (place / "model.json").is_file() and (place / "config.json").exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700, parents=True)
        for file in files.resolve().iterdir():
            (place / file.name).symlink_to(file)
        record = {
            "v": 1,
            "task": ready.task.name,
            "kind": "ready",
            "labels": [],
            "language": language,
        }
        (place / "model.json").write_text(json.dumps(record), "utf-8")
        return place
