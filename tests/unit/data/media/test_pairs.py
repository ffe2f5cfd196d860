"""Clear photos and pairs come in with every pixel, and what does not fit is left out and said."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from tests.unit.data.media.test_boxes import HEIGHT, WIDTH, Files, Reading, picture

KIND = "picture"


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def pairs(low: str, high: str, count: int = 6, times: int = 1) -> Files:
    """Return so many pairs; the clear ones are `times` as large."""
    large = (times * WIDTH, times * HEIGHT)
    found = {f"data/{low}/{n}.png": picture(n) for n in range(count)}
    return found | {f"data/{high}/{n}.png": picture(100 + n, size=large) for n in range(count)}


def test_clear_photos_are_their_own_and_keep_every_pixel(reading: Reading, tmp_path: Path) -> None:
    files = {f"{n}.png": picture(n, size=(200, 90)) for n in range(5)}
    rows = reading(files, kind=KIND)
    assert reading.form == Form.PICTURES
    assert all(row["input"] == row["col.clear"] for row in rows.values())
    for name, row in rows.items():
        kept = np.asarray(Image.open(tmp_path / "1" / "media" / row["input"]))
        (tmp_path / name).write_bytes(files[name])
        assert np.array_equal(kept, np.asarray(Image.open(tmp_path / name)))


@pytest.mark.parametrize(
    ("low", "high"),
    [("低清", "高清"), ("train_LR_bicubic", "train_HR"), ("noisy", "clean"), ("模糊", "清晰")],
)
@pytest.mark.parametrize("kind", ["", KIND])
def test_pairs_are_known_by_their_folders(reading: Reading, low: str, high: str, kind: str) -> None:
    rows = reading(pairs(low, high, times=2), kind=kind)
    assert reading.form == Form.PICTURES
    assert set(rows) == {f"data/{low}/{n}.png" for n in range(6)}
    assert all(row["input"] != row["col.clear"] for row in rows.values())
    assert len({row["col.clear"] for row in rows.values()}) == 6
    assert reading.said["pairs_read"]["count"] == 6


@pytest.mark.parametrize(("low", "high"), [("low", "high"), ("blurry", "sharp"), ("lr", "hr")])
def test_class_folders_numbered_alike_stay_classes(reading: Reading, low: str, high: str) -> None:
    reading(pairs(low, high))
    assert reading.form == Form.FOLDERS
    reading(pairs(low, high), kind=KIND)
    assert reading.form == Form.PICTURES


def test_unasked_pairs_of_one_size_have_to_look_alike(reading: Reading) -> None:
    files = {}
    for n in range(6):
        dice = np.random.default_rng(n)
        clear = np.kron(dice.integers(0, 256, (5, 5, 3)), np.ones((16, 16, 1)))
        for side, grain in (("noisy", 25), ("clean", 0)):
            pixels = (clear + dice.normal(0, grain, clear.shape)).clip(0, 255).astype(np.uint8)
            out = BytesIO()
            Image.fromarray(pixels).save(out, "PNG")
            files[f"{side}/{n}.png"] = out.getvalue()
    assert len(reading(files)) == 6
    assert reading.form == Form.PICTURES


def test_clear_pictures_of_div2k_are_found_by_number(reading: Reading) -> None:
    files = {f"LR/000{n}x2.png": picture(n) for n in range(5)}
    large = (2 * WIDTH, 2 * HEIGHT)
    files |= {f"HR/000{n}.png": picture(n + 50, size=large) for n in range(5)}
    assert len(reading(files, kind=KIND)) == 5


NAMED = (
    ("DIV2K_train_LR_bicubic/X2/000{}x2", "DIV2K_train_HR/000{}"),
    ("noisy/{}-noisy", "clean/{}-clean"),
    ("LRx2/{}_x2", "HR/{}"),
    ("模糊/{}_模糊", "清晰/{}"),
)
CLASSES_TOO = ("low/{}_LR", "high/{}_HR")  # unasked, such folders are classes


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [(*pair, kind) for pair in NAMED for kind in ("", KIND)] + [(*CLASSES_TOO, KIND)],
)
def test_names_of_a_pair_may_differ_by_side_and_scale(
    reading: Reading, low: str, high: str, kind: str
) -> None:
    large = (2 * WIDTH, 2 * HEIGHT)
    files = {f"{low.format(n)}.png": picture(n) for n in range(5)}
    files |= {f"{high.format(n)}.png": picture(n + 50, size=large) for n in range(5)}
    rows = reading(files, kind=kind)
    assert set(rows) == {f"{low.format(n)}.png" for n in range(5)}
    assert reading.said["pairs_read"]["count"] == 5


def test_the_same_name_comes_before_a_like_one(reading: Reading) -> None:
    files = {f"{side}/{name}.png": picture(at, size=(WIDTH, HEIGHT + 10 * at)) for side in ("low", "high") for at, name in enumerate(("a", "a_high", "a_low"))}  # fmt: skip
    assert len(reading(files, kind=KIND)) == 3
    assert reading.said["pairs_read"]["count"] == 3


def test_given_pictures_never_become_clear_ones_where_no_name_matches(reading: Reading) -> None:
    files = {f"noisy/first{n}.png": picture(n) for n in range(5)}
    files |= {f"clean/second{n}.png": picture(n + 50) for n in range(5)}
    with pytest.raises(DatasetError, match="pairs_none"):
        reading(files, kind=KIND)


def test_folders_stay_classes_where_classes_are_wanted_or_pairs_are_torn(reading: Reading) -> None:
    both = pairs("blurry", "sharp")
    reading(both, kind="label")
    assert reading.form == Form.FOLDERS
    torn = {name: content for name, content in both.items() if name != "data/sharp/0.png"}
    reading(torn)
    assert reading.form == Form.FOLDERS
    reading(pairs("bad", "good"))
    assert reading.form == Form.FOLDERS


def test_what_does_not_fit_is_left_out_and_said(reading: Reading) -> None:
    files = pairs("low", "high")
    files["data/low/alone.png"] = picture(9)
    files["data/high/0.png"] = picture(10, size=(WIDTH + 9, HEIGHT))
    files["data/high/1.png"] = b"no picture"
    rows = reading(files, kind=KIND, leave_out=True)
    assert set(rows) == {f"data/low/{n}.png" for n in range(2, 6)}
    assert reading.said["pairs_alone"]["names"] == "data/low/alone.png"
    assert reading.said["pairs_sizes"]["count"] == 1
    assert reading.said["pairs_lost"]["names"] == "data/low/1.png"


@pytest.mark.parametrize(("twice", "kept"), [(4, 4), (3, 3), (2, 4)])
def test_pairs_of_the_commonest_scale_are_kept(reading: Reading, twice: int, kept: int) -> None:
    files = pairs("low", "high", times=2)
    for n in range(twice, 6):
        files[f"data/high/{n}.png"] = picture(100 + n, size=(4 * WIDTH, 4 * HEIGHT))
    rows = reading(files, kind=KIND)
    assert len(rows) == kept
    assert reading.said["pairs_sizes"]["count"] == 6 - kept
    assert ("data/low/0.png" in rows) == (twice >= 3)


def test_one_scale_of_div2k_is_learned_where_all_are_brought(reading: Reading) -> None:
    files = {f"LR/X{times}/{n}x{times}.png": picture(n, size=(96 // times, 96 // times)) for n in range(5) for times in (2, 4)}  # fmt: skip
    files |= {f"HR/{n}.png": picture(n + 50, size=(96, 96)) for n in range(5)}
    assert set(reading(files, kind=KIND)) == {f"LR/X2/{n}x2.png" for n in range(5)}
    assert reading.said["pairs_sizes"]["count"] == 5


def test_pairs_of_two_sizes_that_had_to_be_made_smaller_fit_no_more(reading: Reading) -> None:
    files = {"low/0.png": picture(0, size=(1000, 600)), "high/0.png": picture(1, size=(2000, 1200))}
    with pytest.raises(DatasetError, match="pairs_none"):
        reading(files, kind=KIND)
    same = {"low/0.png": picture(0, size=(2000, 600)), "high/0.png": picture(1, size=(2000, 600))}
    [row] = reading(same, kind=KIND).values()
    assert (row["col.width"], reading.said["pictures_made_smaller"]["count"]) == ("1024", 1)


def test_two_folders_of_the_same_names_must_say_which_is_clear(reading: Reading) -> None:
    with pytest.raises(DatasetError, match="pairs_unnamed"):
        reading(pairs("one", "two"), kind=KIND)


def test_parts_of_pairs_are_those_of_their_folders(reading: Reading) -> None:
    files = {f"{part}/{side}/{n}.png": picture(n) for part in ("train", "test") for side in ("low", "high") for n in range(5)}  # fmt: skip
    rows = reading(files, kind=KIND)
    assert {(name[:5], row["given"]) for name, row in rows.items()} == {
        ("train", "train"), ("test/", "test"),
    }  # fmt: skip


def test_no_row_of_a_pair_is_the_clear_picture(reading: Reading, tmp_path: Path) -> None:
    reading(pairs("low", "high"), kind=KIND)
    names = pq.read_table(tmp_path / "1" / "rows.parquet").column("name").to_pylist()
    assert sorted(names) == [f"{n}.png" for n in range(6)]
