"""Uploads read within this process: quicker than a child for each. The corpus and the readers' own tests use real children."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from bigmodel.data.ingest import importer
from bigmodel.data.ingest.reader import answer


@contextmanager
def reading_here() -> Iterator[None]:
    """Read every upload without a child, and without its limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "run_limited", _run)
        yield


def _run(_module: str, request: Path, *_: object, **_limits: object) -> int:
    with (request.parent / "out").open("w") as out, redirect_stdout(out):
        return answer(json.loads(request.read_text("utf-8")))
