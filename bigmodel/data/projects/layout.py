"""The files a project may hold, by name; any other name is refused.

A name matches as a whole or not at all, so that what is joined to a folder is made of ids, numbers and
digests alone:

project.json                                  version, app, time, and every other file with digest and size
datasets.jsonl jobs.jsonl points.jsonl bases.jsonl
datasets/<id>/<version>/items.parquet         rows
datasets/<id>/media/<xx>/<sha256>.<ending>    pictures and recordings, shared by the versions
datasets/<id>/uploads/<sha256>.<ending>       files as they came
jobs/<id>/models/<kind>/<file>                a trained model
bases/<key>/<file>                            an imported or fetched base model
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

VERSION = 1
HEAD = "project.json"
DATASETS, JOBS, POINTS, BASES = "datasets.jsonl", "jobs.jsonl", "points.jsonl", "bases.jsonl"
RECORDS = (DATASETS, JOBS, POINTS, BASES)
ITEMS = "items.parquet"
PREDICTIONS = "predictions.parquet"
ATTEMPT = "1"  # folder of a job that came from elsewhere, below which its models lie

ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SHA256 = r"[0-9a-f]{64}"


class Kind(StrEnum):
    """What a file is, which decides how it is looked at."""

    RECORDS = "records"
    ITEMS = "items"
    MEDIA = "media"
    UPLOAD = "upload"
    MODEL = "model"
    BASE = "base"


# Models of several parts have them in folders of their own, which have the names that diffusers gives them.
_PART = r"(?:(?:base/)?(?:unet|vae|text_encoder|tokenizer|scheduler)/)?"
_FILE = rf"(?P<file>{_PART}[A-Za-z0-9][A-Za-z0-9_.-]{{0,99}}\.(?:safetensors|json|txt))"
_PATTERNS = {
    Kind.RECORDS: r"(?P<file>datasets|jobs|points|bases)\.jsonl",
    Kind.ITEMS: rf"datasets/(?P<id>{ID})/(?P<number>[1-9][0-9]{{0,5}})/items\.parquet",
    Kind.MEDIA: rf"datasets/(?P<id>{ID})/media/(?P<file>(?P<x>[0-9a-f]{{2}})/(?P=x)[0-9a-f]{{62}}(?:\.thumb)?\.(?:jpg|png|flac))",
    Kind.UPLOAD: rf"datasets/(?P<id>{ID})/uploads/(?P<file>(?P<sha>{SHA256})(?:\.[a-z0-9]{{1,11}})?)",
    Kind.MODEL: rf"jobs/(?P<id>{ID})/models/(?P<model>instant|tuned)/(?:{_FILE}|(?P<table>predictions\.parquet))",
    Kind.BASE: rf"bases/(?P<id>[0-9a-f]{{16}})/{_FILE}",
}
_NAMES = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
PACKED = (".parquet", ".jpg", ".png", ".flac", ".safetensors", ".xlsx", ".zip", ".gz")


@dataclass(frozen=True)
class Place:
    """What the name of a file says: its kind, whose it is, and its plain name there."""

    kind: Kind
    id: str = ""
    file: str = ""
    number: int = 0
    model: str = ""


def place_of(name: str) -> Place | None:
    """Return what a file of a project is, None for a name that no project has."""
    for kind, pattern in _NAMES.items():
        if found := pattern.fullmatch(name):
            given = found.groupdict()
            file = given.get("file") or (PREDICTIONS if given.get("table") else "")
            number = int(given.get("number") or 0)
            return Place(kind, given.get("id", ""), file, number, given.get("model") or "")
    return None


def key_of(base: str) -> str:
    """Return the folder of a base model in a project: names of people are no names of folders."""
    return hashlib.sha256(base.encode()).hexdigest()[:16]


def is_packed(name: str) -> bool:
    """Tell whether packing a file once more is of no use."""
    return name.endswith(PACKED)
