"""A ZIP of ZIPs, one for each class or part: their files lie in folders called as they, and all keep to the same bounds."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from bigmodel.archive import Bounds
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.archive import archive_entries, file_entries
from bigmodel.data.media.entry import Given
from bigmodel.settings import Settings
from tests.unit.data.ingest.test_bundle import CLASSES, ROWS, read

ROOMY = Bounds(files=100, total=10**6, one_file=10**6)
Files = Mapping[str, str | bytes]


def packed(files: Files) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def names(tmp_path: Path, files: Files, bounds: Bounds = ROOMY) -> list[str]:
    path = tmp_path / "outer.zip"
    path.write_bytes(packed(files))
    with archive_entries(path, bounds, tmp_path) as (entries, _):
        return [entry.name for entry in entries]


def test_files_lie_in_folders_called_as_their_zip(tmp_path: Path) -> None:
    inner = packed({"1.png": "x", "2.png": "y"})
    found = names(tmp_path, {"all/cat.zip": inner, "all/dog.zip": inner, "readme.txt": "z"})
    assert found == ["readme.txt", *(f"all/{a}/{n}.png" for a in ("cat", "dog") for n in (1, 2))]
    place = tmp_path / "given.zip"
    place.write_bytes(inner)
    with file_entries([Given("cat.zip", place)], ROOMY, tmp_path) as entries:
        assert [(entry.name, entry.open().read()) for entry in entries] == [
            ("cat/1.png", b"x"),
            ("cat/2.png", b"y"),
        ]


def test_zip_beside_pictures_or_in_a_second_zip_stays_packed(tmp_path: Path) -> None:
    inner = packed({"1.png": "x"})
    assert names(tmp_path, {"a/1.png": "x", "b.zip": inner}) == ["a/1.png", "b.zip"]
    assert names(tmp_path, {"b.zip": packed({"c.zip": inner})}) == ["b/c.zip"]


@pytest.mark.parametrize("bounds", [Bounds(3, 10**6, 10**6), Bounds(100, 500, 10**6)])
def test_zips_share_one_bound(tmp_path: Path, bounds: Bounds) -> None:
    inner = packed({f"{n}.png": "x" * 100 for n in range(2)})
    with pytest.raises(DatasetError, match=r"archive_(many|large)"):
        names(tmp_path, {"a.zip": inner, "b.zip": inner}, bounds)


def test_texts_of_a_zip_for_each_class_have_their_class(settings: Settings) -> None:
    zips = {
        f"{label}.zip": packed({f"{at}.txt": text for at, (text, own) in enumerate(ROWS) if own == label})
        for label in CLASSES
    }  # fmt: skip
    assert read(settings, zips).summary.classes == CLASSES
