"""Runs a measuring child of a dataset in the background: how far it is, what it found, how it is ended."""

import logging
import shutil
from collections.abc import Mapping
from typing import Any

from bigmodel.children import start
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.environment import environment
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.label_check import ASKED, FOUND, LIMIT_S, SHARE
from bigmodel.jobs.platform.process import kill_group
from bigmodel.services.datasets.checkup import Run
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

LOOK_S = 0.1
GRACE_S = 300.0  # over the child's own limit, for reading data and libraries


def found_by(
    settings: Settings, module: str, asked: Mapping[str, Any], run: Run
) -> dict[str, Any] | None:
    """Return what a child found, else None with the error in `run`; the caller says when the run is done."""
    place = settings.scratch / f"measured-{new_id()}"
    try:
        if run.stopped.is_set():
            run.error = Message("checkup.stopped")
            return None
        place.mkdir(mode=0o700, parents=True)
        attempt_folder.write_json(place / ASKED, dict(asked))
        with (place / attempt_folder.LOG).open("wb") as output:
            env = environment(settings, 1)
            child = start(module, str(place), env=env, stdout=output)
        left = LIMIT_S + GRACE_S
        while child.poll() is None:
            told = attempt_folder.read_json(place / SHARE)
            run.share = float(told["share"]) if told else 0.0
            left -= LOOK_S
            if run.stopped.wait(LOOK_S) or left < 0:
                kill_group(child.pid)
                child.wait()
        found: dict[str, Any] | None = attempt_folder.read_json(place / FOUND)
        if run.stopped.is_set():
            run.error = Message("checkup.stopped")
        elif found is None:
            said = (place / attempt_folder.LOG).read_text("utf-8", "replace")
            log.warning("%s found nothing: %s", module, said[-2_000:])
            run.error = DatasetError("reader_broken").message
        elif found.get("error"):
            run.error = Message.from_json(found["error"])
        return None if run.error else found
    finally:
        shutil.rmtree(place, ignore_errors=True)
