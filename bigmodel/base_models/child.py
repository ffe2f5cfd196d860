"""Runs a child process that says what it does in lines of JSON: limits, an environment without secrets, and its end."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bigmodel.children import start
from bigmodel.core.errors import ModelError
from bigmodel.environment import bare_environment

PASSED_ON_TO_NETWORK = (
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy",
)  # fmt: skip
PIP_READS = ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS")  # where its own settings lie
PIP_PREFIX = "PIP_"
START_S = 300.0  # until its first line: it only has to start, which a busy machine makes slow
FOR_EVER_S = 10 * 86_400.0


def network_environment() -> dict[str, str]:
    """Return what a child needs to reach a network: proxies and certificates, no token."""
    return bare_environment() | _passed(PASSED_ON_TO_NETWORK)


def pip_environment() -> dict[str, str]:
    """Return the same with whatever index or mirror pip is set to."""
    own = {name: value for name, value in os.environ.items() if name.startswith(PIP_PREFIX)}
    return network_environment() | _passed(PIP_READS) | own


def _passed(names: Sequence[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def records(
    module: str,
    request: Mapping[str, object],
    log: Path,
    *,
    environment: Mapping[str, str],
    limit_s: float | None,
    is_secret: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield what `python -m MODULE REQUEST` says, until it ends or the limit is over; its errors are raised here.

    The limit counts from its first line, which says that it has started: a busy machine is no slow hub.
    A request that `is_secret` stands on no command line, but comes on the child's standard input.
    """
    said = json.dumps(request)
    with log.open("wb") as errors:
        child = start(
            module, *(() if is_secret else (said,)), env=environment, stdout=subprocess.PIPE, stderr=errors,
            stdin=subprocess.PIPE if is_secret else subprocess.DEVNULL, outlives=False,
        )  # fmt: skip
    if child.stdin:
        with contextlib.suppress(BrokenPipeError), child.stdin:
            child.stdin.write(f"{said}\n".encode())
    killer = _kill_after(START_S, child)
    try:
        for line in child.stdout or ():
            if killer.interval == START_S:
                killer.cancel()
                killer = _kill_after(limit_s or FOR_EVER_S, child)
            record = json.loads(line)
            if "error" in record:
                raise ModelError(record["error"], **record["args"])
            yield record
    finally:
        killer.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _kill_after(seconds: float, child: subprocess.Popen[bytes]) -> threading.Timer:
    killer = threading.Timer(seconds, child.kill)
    killer.daemon = True
    killer.start()
    return killer
