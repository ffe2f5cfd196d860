"""The parent's half of a check-up: starts the limited child, hears how far it is, and keeps its report with the version."""

import json
import logging
import shutil
from pathlib import Path

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.checkup import Report
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.ids import new_id
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.targets import target_kind
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

CHILD = "bigmodel.data.checkup.child"
REPORT = "checkup.json"  # beside the rows of the version


def run_checkup(settings: Settings, version: Version, progress: OnShare) -> Report:
    """Look at a version in a child process and keep the report beside it.

    An exception of `progress` ends the child.

    Raises:
        DatasetError: it takes too long or too much memory, or it broke.
    """
    folder = settings.scratch / f"checkup-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    home = settings.home / version.folder
    seconds, memory_mb = settings.media_s, settings.reader_mb
    try:
        request = folder / "request.json"
        asked = {
            "folder": str(home),
            "recipe": version.recipe.to_json(),
            "has_classes": has_classes(version),
            "target": version.summary.target,
            "tokenizers": _tokenizers(settings),
            "report": str(folder / REPORT),
            "limits": {"memory_mb": memory_mb, "seconds": seconds},
        }
        request.write_text(json.dumps(asked), "utf-8")
        code = run_limited(CHILD, request, progress, seconds=seconds, memory_mb=memory_mb)
        if code:
            said = (folder / "err").read_text("utf-8", "replace")
            log.warning("dataset %s: the check-up ended: %s", version.dataset_id, said[-2_000:])
            raise end_of(code, seconds=seconds, memory_mb=memory_mb)
        report = json.loads((folder / REPORT).read_text("utf-8"))
        if home.is_dir():  # else the dataset was deleted meanwhile
            (folder / REPORT).replace(home / REPORT)
        return Report.from_json(report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tokenizers(settings: Settings) -> dict[str, str]:
    """Return the tokenizers of the bases on this machine that read texts, by the name of the base."""
    found = {}
    for file in settings.bases.glob("*/base.json"):
        place = file.parent / "model" / "tokenizer.json"
        try:
            base = json.loads(file.read_text("utf-8"))["base"]
            if base["medium"] == "text" and not base.get("writes") and place.is_file():
                found[base["name"]] = str(place)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def kept_report(folder: Path) -> Report | None:
    """Return the report that was kept with a version, nothing where there is none or it cannot be read."""
    try:
        return Report.from_json(json.loads((folder / REPORT).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def has_classes(version: Version) -> bool:
    """Tell whether a model of the targets of a version chooses between classes."""
    summary = version.summary
    return bool(target_kind(summary.target).labels_of(tuple(summary.classes)))
