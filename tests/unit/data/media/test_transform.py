"""What was marked in a picture as it came is found again in the picture as it is kept."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from bigmodel.data.media.images import LONGEST, ORIENTATION, open_picture
from bigmodel.data.media.transform import Transform
from bigmodel.data.versions.versions import ITEMS
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.media import packed
from tests.fakes.scratch_store import ScratchStore

CAME = (1600, 1000)
BOX = (1200, 100, 1500, 300)  # red on grey, in pixels of the file


def picture(orientation: int) -> bytes:
    made = Image.new("RGB", CAME, "grey")
    made.paste("red", BOX)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = BytesIO()
    made.save(content, "JPEG", exif=exif.tobytes(), quality=95)
    return content.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_box_follows_turning_and_scaling(orientation: int) -> None:
    kept = open_picture(BytesIO(picture(orientation)))
    transform: Transform = kept.info["transform"]
    assert max(kept.size) == LONGEST
    assert (transform.came, transform.kept) == (CAME, kept.size)
    pixels = np.asarray(kept).astype(int)
    is_red = (pixels[..., 0] > 180) & (pixels[..., 1] < 80)
    down, across = np.nonzero(is_red)
    seen = (across.min(), down.min(), across.max() + 1, down.max() + 1)
    assert transform.box(*BOX) == pytest.approx(seen, abs=2)
    turned = Transform(1, transform.upright, transform.kept)  # as programs that turn it mark it
    again = transform.box(*BOX, is_upright=True)
    assert again == pytest.approx(turned.box(*BOX))
    assert Transform.from_text(transform.to_text()) == transform


def test_version_keeps_the_transform_of_each_picture(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.make_folders()
    files = {f"{name}/{n}.jpg": picture(n) for name in ("cat", "dog") for n in range(1, 7)}
    path = packed(tmp_path / "held.zip", files)
    service = DatasetService(settings, ScratchStore())
    dataset = service.import_file("local", path)
    rows = pq.read_table(settings.home / dataset.version.folder / ITEMS)
    found = [Transform.from_text(text) for text in rows.column("transform").to_pylist()]
    assert sorted({one.orientation for one in found if one}) == [1, 2, 3, 4, 5, 6]
    assert Transform.from_text("") is None
