"""A problem as a small file that may be given to somebody who mends the program: no row, label, name, path or token leaves with it.

Everything in it is text and is shown before; nothing is ever sent from here.
"""

import json
import os
import platform
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bigmodel import __version__
from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.message import Message
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.artifacts import Artifacts, attempt_name
from bigmodel.jobs.redact import redacted
from bigmodel.services.jobs.health import HealthService, versions_of_packages
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.services.support.report_job import PLAIN, of_job, shape_of
from bigmodel.services.support.sanitise import Sanitiser
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.words import Words

LOG_BYTES = 48_000
MOST_JOBS = 10_000
MOST_SHAPES = 20
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
HEALTH = frozenset({"version", "names", "journal"})


@dataclass(frozen=True)
class Report:
    """The files of a report, name and text: what is shown is what is inside."""

    files: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "\n".join(f"===== {name} =====\n{text}" for name, text in self.files)


class ReportService:
    """Puts reports together."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        words: Words,
        health: HealthService,
        handouts: Downloads,
    ) -> None:
        self._settings, self._store, self._words = settings, store, words
        self._health, self._handouts = health, handouts

    def draft(self, owner: str, job_id: str = "") -> Report:
        """Return what a report would hold, about one job or about the app.

        Raises:
            NotFoundError: there is no such job of the owner's.
        """
        job = self._store.jobs.get(owner, job_id) if job_id else None
        datasets = self._store.datasets.list_all(owner)
        mask = Sanitiser(self._words)
        files = [("README.txt", self._readme())]
        files += [
            ("app.json", _json(self._app(owner, datasets))),
            ("settings.json", _json(self._shown_settings())),
            ("doctor.txt", self._doctor(mask)),
        ]
        if job:
            files += self._about(owner, job, mask)
        else:
            shapes = [shape_of(dataset.version, mask) for dataset in datasets[:MOST_SHAPES]]
            files.append(("data.json", _json({"datasets": shapes})))
        supervisor = self._settings.run / "supervisor.log"
        files.append(("supervisor.txt", mask.log(_tail(supervisor))))
        return Report(tuple((name, redacted(text)) for name, text in files))

    def write(self, report: Report, out: Path) -> None:
        """Write a report as a ZIP; it appears when it is whole."""
        part = out.with_name(f".{out.name}.{new_id()}.part")
        try:
            with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as package:
                for name, text in report.files:
                    entry = zipfile.ZipInfo(name, FIRST_DAY)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = 0o100644 << 16
                    package.writestr(entry, text.encode("utf-8"))
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)

    def hand_out(self, owner: str, report: Report) -> str:
        """Write a report for the browser; return the key under which it is handed out."""
        name = f"bigmodel-report-{now():%Y%m%d-%H%M}.zip"
        with self._handouts.make(owner, name) as (key, out):
            self.write(report, out)
        return key

    def _about(self, owner: str, job: Job, mask: Sanitiser) -> Iterator[tuple[str, str]]:
        history, models = (
            self._store.jobs.history(owner, job.id),
            self._store.models.list_all(owner, job.id),
        )
        curves = self._store.curves.read(owner, job.id, 2)
        about = of_job(job, history, models, curves, mask, self._settings, self._words)
        yield "job.json", _json(about)
        yield "traceback.txt", mask.traceback(job.traceback)
        attempt = Artifacts(self._settings.home).path(attempt_name(job))
        yield "log.txt", mask.log(_tail(attempt / attempt_folder.LOG))
        version = self._store.datasets.version(owner, job.dataset_id, job.dataset_version)
        yield "data.json", _json(shape_of(version, mask))

    def _readme(self) -> str:
        return "\n".join(self._words.texts[language]["report.readme"] for language in ("en", "zh"))

    def _app(self, owner: str, datasets: list[Dataset]) -> dict[str, Any]:
        memory, disk = psutil.virtual_memory(), shutil.disk_usage(self._settings.home)
        states = Counter(job.state.value for job in self._store.jobs.list_all(owner, MOST_JOBS))
        return {
            "app": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "packages": versions_of_packages(),
            "processor_cores": psutil.cpu_count(),
            "memory_gb": {"all": _gb(memory.total), "free": _gb(memory.available)},
            "disk_gb": {"all": _gb(disk.total), "free": _gb(disk.free)},
            "datasets": len(datasets),
            "jobs": dict(states),
        }

    def _shown_settings(self) -> dict[str, Any]:
        """Return settings: numbers and switches as they are, of everything else only whether it was changed."""
        shown: dict[str, Any] = {}
        usual = Settings.model_fields
        for name, value in self._settings.model_dump().items():
            if value is None or isinstance(value, bool | int | float):
                shown[name] = value
            elif isinstance(value, tuple):
                shown[name] = f"[{len(value)}]"
            else:
                is_usual = value in (usual[name].default, "")
                shown[name] = value if is_usual and isinstance(value, str) else "[set]"
        return shown | {"language": self._settings.language, "home": "[data folder]"}

    def _doctor(self, mask: Sanitiser) -> str:
        lines = []
        for check in self._health.checks():
            args = check.message.args
            plain = {key: value for key, value in args.items() if key in HEALTH}
            args = mask.args(args, PLAIN) | plain
            told = self._words.say("en", Message(check.message.key, args))
            lines.append(f"{'ok ' if check.ok else 'NOT'} {check.name}: {told}")
        return "\n".join(lines)


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LOG_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _gb(number: int) -> float:
    return round(number / 2**30, 1)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
