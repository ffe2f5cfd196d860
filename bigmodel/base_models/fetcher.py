"""The child that speaks with a hub: asks about a model or downloads its files, or any one file; it must never see a token or run a model.

    python -m bigmodel.base_models.fetcher '{"do": "describe", "url": …, "id": …, "patience_s": 8}'
    python -m bigmodel.base_models.fetcher '{"do": "fetch", …, "revision": …, "files": {name: facts}, "folder": …}'
    python -m bigmodel.base_models.fetcher '{"do": "file", "url": …, "part": …, "size": …, "sha256": …, …}'

It writes JSON lines: {} when it has started, {"bytes": 1024} while it downloads, then {"result": …} or {"error": key, "args": {…}}.
A part of a file that was downloaded stays in the folder as `<name>.part`, so that a later call goes on there: the
library's `snapshot_download` deletes its parts when it gives up, and does not look at a file's sha256.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from httpx2 import HTTPError, Response
from huggingface_hub import HfApi, ModelInfo, get_session, hf_hub_url
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]  # it stands in `__all__`

from bigmodel.base_models.check import INDEX, SHARD, WHOLE, is_wanted
from bigmodel.base_models.config import CONFIG, check_config, read_json
from bigmodel.base_models.pipelines import stable_diffusion as pipeline
from bigmodel.core.errors import ModelError

TELL_S = 0.2
TRIES = 4
PAUSE_S = 0.5
GOES_ON = 206
Tell = Callable[[int], None]
Facts = dict[str, dict[str, Any]]  # of each file: size, sha256 (or "")


def main() -> int:
    """Do what the request on the command line says."""
    request = json.loads(sys.argv[1])
    _say({})
    try:
        done = {"describe": _describe, "fetch": _fetch, "file": _file}[request["do"]](request)
    except ModelError as error:
        _say({"error": error.key, "args": dict(error.args_of_words)})
    except GatedRepoError:
        _say({"error": "hub_gated", "args": {"id": request["id"]}})
    except RepositoryNotFoundError:
        _say({"error": "hub_unknown_model", "args": {"id": request["id"]}})
    except (HfHubHTTPError, HTTPError, ValueError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        _say({"error": "hub_unreachable", "args": {"url": request["url"]}})
    else:
        _say({"result": done})
    return 0


def _say(record: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


# asking ---------------------------------------------------------------------------------------


def _describe(request: Mapping[str, Any]) -> dict[str, object]:
    api = HfApi(endpoint=request["url"], token=False)
    info = api.model_info(
        request["id"], revision="main", files_metadata=True, timeout=request["patience_s"]
    )
    if info.gated:
        raise ModelError("hub_gated", id=request["id"])
    files = _needed(info)
    return {
        "id": request["id"],
        "revision": str(info.sha),
        "size_mb": round(sum(int(about["size"]) for about in files.values()) / 1e6, 1),
        "licence": _licence(info),
        "languages": _languages(info),
        "architecture": str((info.config or {}).get("model_type", "")),
        "files": files,
    }


def _needed(info: ModelInfo) -> Facts:
    """Return the files to fetch: settings, tokenizer, and the weights in safetensors, whole or in parts."""
    every = {entry.rfilename: entry for entry in info.siblings or ()}
    found = {name: entry for name, entry in every.items() if is_wanted(name)}
    if pipeline.INDEX in every:
        found = {name: every[name] for name in pipeline.chosen(every)}
    elif CONFIG not in found:
        raise ModelError("model_no_config")
    if pipeline.INDEX in found:
        dropped = set[str]()
    elif WHOLE in found:
        dropped = {name for name in found if name == INDEX or SHARD.fullmatch(name)}
    elif INDEX in found:
        dropped = set()
    else:
        raise ModelError("no_safetensors", id=info.id)
    return {
        name: {"size": entry.size or 0, "sha256": entry.lfs.sha256 if entry.lfs else ""}
        for name, entry in sorted(found.items())
        if name not in dropped
    }


def _licence(info: ModelInfo) -> str:
    tags = [tag for tag in info.tags or () if tag.startswith("license:")]
    card = info.card_data.license if info.card_data else None
    return str(card or (tags[0].partition(":")[2] if tags else ""))[:60]


def _languages(info: ModelInfo) -> list[str]:
    named = info.card_data.language if info.card_data else None
    listed = [named] if isinstance(named, str) else list(named or ())
    return [str(language)[:20] for language in listed][:50]


# downloading ----------------------------------------------------------------------------------


def _fetch(request: Mapping[str, Any]) -> dict[str, object]:
    folder, files = Path(request["folder"]), request["files"]
    done, tell = 0, _told()
    first = (CONFIG, pipeline.INDEX)
    for name in sorted(files, key=lambda name: (name not in first, files[name]["size"])):
        _fetch_file(request, name, folder, partial(tell, done))
        if name == CONFIG:  # before the large files: is it worth it?
            check_config(read_json(folder / CONFIG), is_ours=request["is_ours"])
        elif name == pipeline.INDEX:
            pipeline.check_index(read_json(folder / name))
        done += int(files[name]["size"])
    return {"bytes": done}


def _file(request: Mapping[str, Any]) -> dict[str, object]:
    part = Path(request["part"])
    _bring(request["url"], part, request, partial(_told(), 0), float(request["patience_s"]))
    return {"bytes": _size(part)}


def _told() -> Callable[[int, int], None]:
    """Return what says how many bytes have come, now and then: those before a file and those of it."""
    last = 0.0

    def tell(done: int, size: int) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_S:
            last = time.monotonic()
            _say({"bytes": done + size})

    return tell


def _fetch_file(request: Mapping[str, Any], name: str, folder: Path, tell: Tell) -> None:
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    if target.is_file():
        return
    url = hf_hub_url(request["id"], name, revision=request["revision"], endpoint=request["url"])
    part = folder / f"{name}.part"
    _bring(url, part, request["files"][name], tell, float(request["patience_s"]))
    part.rename(target)


def _bring(url: str, part: Path, facts: Mapping[str, Any], tell: Tell, patience_s: float) -> None:
    """Download what is missing of a file and check it; what differs is thrown away."""
    _go_on_stubbornly(url, part, int(facts["size"]), tell, patience_s)
    if not _is_whole(part, facts):
        part.unlink()
        raise ModelError("hub_file_differs", file=part.stem)


def _go_on_stubbornly(url: str, part: Path, size: int, tell: Tell, patience_s: float) -> None:
    """Download a file through broken connections, until several in a row have brought nothing new."""
    failures = 0
    while True:
        before = _size(part)
        try:
            return _go_on(url, part, size, tell, patience_s)
        except HTTPError:
            failures = 1 if _size(part) > before else failures + 1
            if failures >= TRIES:
                raise
            time.sleep(PAUSE_S * (failures - 1))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _go_on(url: str, part: Path, size: int, tell: Tell, patience_s: float) -> None:
    """Download what is missing of a file; bytes beyond its known size are refused."""
    have = _size(part)
    if have >= size > 0:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    session = get_session()
    with session.stream(
        "GET", url, headers=headers, timeout=patience_s, follow_redirects=True
    ) as response:
        _raise_for_status(response)
        if response.status_code != GOES_ON:
            have = 0
        with part.open("ab" if have else "wb") as file:
            for chunk in response.iter_bytes():  # as they come, so that a break loses none
                have += len(chunk)
                if size and have > size:
                    raise ModelError("hub_file_differs", file=part.stem)
                file.write(chunk)
                tell(have)


def _raise_for_status(response: Response) -> None:
    if response.status_code >= 400:
        response.read()
    hf_raise_for_status(response)


def _is_whole(part: Path, facts: Mapping[str, Any]) -> bool:
    if facts["size"] and part.stat().st_size != facts["size"]:
        return False
    if not facts["sha256"]:
        return True
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == str(facts["sha256"])


if __name__ == "__main__":
    sys.exit(main())
