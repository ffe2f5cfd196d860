"""Consents on disk: folders in that of a dataset, each for certain recordings, and a copy in every model that was made of them.

A consent counts for a version whose recordings it all names, so that rows may go but none may come. It never judges one.
"""

import hashlib
import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from safetensors.numpy import load_file, save_file

from bigmodel.core.ids import new_id
from bigmodel.core.people.consent import SPOKEN, Consent
from bigmodel.data.versions.versions import ITEMS

FOLDER, RECORD, COVERED = "consents", "consent.json", "covered.json"
RECORDING = "consent.safetensors"  # of one array, the bytes of a FLAC: projects carry such files
FLAC = "flac"


def recordings_of(version: Path) -> frozenset[str]:
    """Return the digests of all recordings of a version; files are named by them."""
    names = pq.read_table(version / ITEMS, columns=["input"]).column("input").to_pylist()
    return frozenset(Path(name).stem for name in names)


def digest_of(recordings: Collection[str]) -> str:
    """Return one digest of many, whatever their order."""
    return hashlib.sha256("\n".join(sorted(recordings)).encode()).hexdigest()


def keep(dataset: Path, consent: Consent, covered: Collection[str], recording: bytes = b"") -> Path:
    """Write a consent into the folder of a dataset, whole or not at all, and return where."""
    place = dataset / FOLDER / new_id()
    draft = place.with_name(f".{place.name}")
    draft.mkdir(mode=0o700, parents=True)
    try:
        if recording:
            save_file({FLAC: np.frombuffer(recording, np.uint8)}, draft / RECORDING)
        (draft / COVERED).write_text(json.dumps(sorted(covered)), "utf-8")
        (draft / RECORD).write_text(json.dumps(consent.to_json(), ensure_ascii=False), "utf-8")
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def all_of(dataset: Path) -> Iterator[tuple[Path, Consent]]:
    """Yield the whole consents of a dataset, the newest first."""
    for place in sorted((dataset / FOLDER).glob("[0-9a-f]*"), reverse=True):
        if consent := read(place):
            yield place, consent


def find(version: Path) -> Path | None:
    """Return the newest consent that covers every recording of a version, or None."""
    recordings = recordings_of(version)
    for place, consent in all_of(version.parent):
        covered = _covered(place)
        if recordings <= covered and digest_of(covered) == consent.covers:
            return place
    return None


def read(place: Path) -> Consent | None:
    """Return the consent in a folder, of a dataset or a model; None where there is none, or its recording is not the one it names."""
    try:
        consent = Consent.from_json(json.loads((place / RECORD).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_whole = consent.kind != SPOKEN or _digest(recording_of(place)) == consent.digest
    return consent if is_whole else None


def recording_of(place: Path) -> bytes:
    """Return the FLAC of a consent, nothing where nobody spoke."""
    file = place / RECORDING
    return load_file(file)[FLAC].tobytes() if file.is_file() else b""


def carry(place: Path, model: Path) -> None:
    """Copy a consent into the folder of a model: it stays with what was made by it."""
    for name in (RECORD, RECORDING):
        if (place / name).is_file():
            shutil.copyfile(place / name, model / name)


def _covered(place: Path) -> frozenset[str]:
    try:
        return frozenset(json.loads((place / COVERED).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return frozenset()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
