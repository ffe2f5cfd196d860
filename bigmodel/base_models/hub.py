"""The parent's half of speaking with a hub: limits, the child without secrets, and the shelf; no page waits longer than it says.

Files are fetched at the commit that `describe` named, judged like a person's own folder, and only then
put on the shelf: from then on the hub is never asked for them again.
"""

import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.child import network_environment, records
from bigmodel.base_models.folder import BYTES_CAP, put, require_disk
from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.settings import Settings

ID = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
SPARE_S = 2.0  # beyond the hub's patience: what it said has to be read, too
FETCHER = "bigmodel.base_models.fetcher"
SECURE = ("http://", "https://")


@dataclass(frozen=True)
class HubModel:
    """What a hub says about a model. `revision` is a commit; `files` maps each to its size and sha256."""

    id: str
    revision: str
    size_mb: float
    licence: str = ""
    languages: tuple[str, ...] = ()
    architecture: str = ""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # Any: as JSON came


def describe(hub_id: str, settings: Settings) -> HubModel:
    """Ask the hub about a model, within `settings.hub_s` from the start of a process.

    Raises:
        ModelError: `hub_id_wrong`, `hub_offline`, `hub_unreachable`, `hub_unknown_model`,
            `hub_gated`, `no_safetensors`.
    """
    hub_id = check_id(hub_id)
    _require_online(settings)
    request = {"do": "describe", "id": hub_id, **_address(settings)}
    for record in _ask(request, settings, limit_s=settings.hub_s + SPARE_S):
        if "result" in record:
            return _as_model(record["result"], settings)
    raise ModelError("hub_unreachable", url=settings.hub_url)


def fetch(
    hub_id: str, settings: Settings, progress: OnCount | None = None, *, is_ours: bool = False
) -> Base:
    """Download a model at its present commit, check it, and put it on the shelf; go on where an earlier call stopped.

    `progress` is called with (bytes so far, bytes in all).

    Raises:
        ModelError: as `describe`, and whatever speaks against the model's files.
    """
    present = shelf.read(settings.bases, hub_id)
    if present is not None and shelf.find(settings.bases, hub_id) is not None:
        return present
    model = describe(hub_id, settings)
    beside = settings.bases / f".fetch-{shelf.slug_of(model.id)}-{model.revision[:12]}"
    folder = beside / shelf.MODEL
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _download(model, folder, settings, progress, is_ours=is_ours)
    try:
        checked = check_folder(folder, is_ours=is_ours)
    except ModelError:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    base = Base(
        name=model.id,
        kind="hub",
        source=f"hub:{model.id}",
        revision=model.revision,
        licence=model.licence,
        languages=model.languages,
    )
    return put(folder, settings.bases, base, checked)


def is_reachable(settings: Settings) -> bool:
    """Tell whether anything answers at the hub's address; takes up to `settings.hub_s`."""
    if settings.offline or not settings.hub_url.startswith(SECURE):
        return False
    request = urllib.request.Request(settings.hub_url, method="HEAD")  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=settings.hub_s):  # noqa: S310 - checked above
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, ValueError):
        return False


def check_id(hub_id: str) -> str:
    """Return the id without what people paste around it; a place on disk or an address of another host is refused."""
    plain = hub_id.strip().removeprefix("https://huggingface.co/").strip("/")
    if not ID.fullmatch(plain) or ".." in plain or len(plain) > 100:
        raise ModelError("hub_id_wrong")
    return plain


def _as_model(result: Mapping[str, Any], settings: Settings) -> HubModel:
    known = {key: result[key] for key in HubModel.__dataclass_fields__}
    model = HubModel(**{**known, "languages": tuple(result["languages"])})
    if not COMMIT.fullmatch(model.revision):
        raise ModelError("hub_unreachable", url=settings.hub_url)
    return model


def _download(
    model: HubModel, folder: Path, settings: Settings, progress: OnCount | None, *, is_ours: bool
) -> None:
    total = sum(int(about["size"]) for about in model.files.values())
    if total > BYTES_CAP:
        raise ModelError("model_files_big", gb=round(total / 1e9, 1), limit_gb=BYTES_CAP // 10**9)
    require_disk(folder, total)
    request = {
        "do": "fetch",
        "is_ours": is_ours,
        "id": model.id,
        "revision": model.revision,
        "files": {name: dict(about) for name, about in model.files.items()},
        "folder": str(folder.resolve()),
        **_address(settings),
    }
    for record in _ask(request, settings, limit_s=None):
        if progress and "bytes" in record:
            progress(int(record["bytes"]), total)
        if "result" in record:
            return
    raise ModelError("hub_unreachable", url=settings.hub_url)


def _require_online(settings: Settings) -> None:
    if settings.offline:
        raise ModelError("hub_offline")
    if not settings.hub_url.startswith(SECURE):
        raise ModelError("hub_unreachable", url=settings.hub_url)


def _address(settings: Settings) -> dict[str, object]:
    return {"url": settings.hub_url.rstrip("/"), "patience_s": settings.hub_s}


def _ask(
    request: Mapping[str, object], settings: Settings, *, limit_s: float | None
) -> Iterator[dict[str, Any]]:
    """Yield what the child says."""
    log = settings.run / "hub.log"
    environment = child_environment(settings)
    return records(FETCHER, request, log, environment=environment, limit_s=limit_s)


def child_environment(settings: Settings) -> dict[str, str]:
    """Return what the child needs to download: it has no token, no telemetry, no cache of anybody's."""
    return network_environment() | {
        "HF_HOME": str((settings.scratch / "hub").resolve()),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    }
