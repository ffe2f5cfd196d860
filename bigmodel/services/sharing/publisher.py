"""The child that sends a folder to a hub as a Space; it must never write the token anywhere, nor send more than it was told.

The request comes as one line of JSON on the standard input, for what stands on a command line can be read by others:
{"url", "id", "private", "token", "folder"}. It writes JSON lines like `fetcher`.
"""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from httpx2 import HTTPError
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from bigmodel.core.errors import ModelError

REFUSED = {401: "hub_token_wrong", 403: "hub_token_weak", 409: "hub_space_exists"}
MESSAGE = "Add the model"


def main() -> int:
    """Publish what the request says."""
    request = json.loads(sys.stdin.readline())
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    try:
        said: dict[str, object] = {"result": publish(request)}
    except ModelError as error:
        said = {"error": error.key, "args": dict(error.args_of_words)}
    except (HTTPError, HfHubHTTPError, ValueError, RuntimeError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}\n")  # no more: a message may hold what was sent
        said = {"error": "hub_unreachable", "args": {"url": request["url"]}}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


def publish(request: Mapping[str, Any]) -> dict[str, str]:
    """Make a new Space and put every file of the folder into it; one that cannot be filled is taken back.

    Raises:
        ModelError: `hub_token_wrong`, `hub_token_weak`, `hub_space_exists`, `hub_refused`.
    """
    api, space = HfApi(endpoint=request["url"], token=request["token"]), request["id"]
    try:
        made = api.create_repo(
            space, repo_type="space", space_sdk="gradio", private=request["private"]
        )
        files = sorted(path for path in Path(request["folder"]).iterdir() if path.is_file())
        adds = [CommitOperationAdd(path.name, path) for path in files]
        try:
            api.create_commit(space, adds, commit_message=MESSAGE, repo_type="space")
        except Exception:
            with suppress(HfHubHTTPError, HTTPError):
                api.delete_repo(space, repo_type="space")
            raise
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in REFUSED:
            raise ModelError(REFUSED[status], id=space) from None
        if 400 <= status < 500:
            raise ModelError("hub_refused", reason=str(error.server_message or status)) from None
        raise
    return {"url": str(made)}


if __name__ == "__main__":
    sys.exit(main())
