"""Folders are understood as people mean them, and asked about where they may mean two things."""

import unicodedata
from io import BytesIO

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.folders import by_folders
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item, MediaFiles, sort_files
from bigmodel.data.parts import split_of


def sort(*names: str) -> MediaFiles:
    entries = [Entry(name, 1, BytesIO) for name in names]
    return sort_files(
        entries, looks_like_media=lambda entry: "image" if "photo" in entry.name else ""
    )


def lay_out(*names: str, level: int = 0) -> list[Item]:
    files = sort(*names)
    return by_folders(files.items, files.medium, level)[0]


def labels(items: list[Item]) -> list[str]:
    return [item.label for item in items]


def refused(*names: str) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        lay_out(*names)
    return caught.value


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("cat/1.png", "dog/2.JPG"), ["cat", "dog"]),
        (("pets/cat/1.png", "pets/dog/2.jpg"), ["cat", "dog"]),
        (("a/b/cat/1.png", "a/b/dog/2.jpg"), ["cat", "dog"]),
        (("cat/1.png", "cat/2.png"), ["cat", "cat"]),
        (("cat/1.png", "loose.png"), ["cat", ""]),
        (("aux/CON.png", "nul /x.png "), ["aux", "nul "]),
        (("cat/photo", "dog/photo"), ["cat", "dog"]),
        (("cat/1.png", "cat/photo", "dog/README"), ["cat", "cat"]),
    ],
)
def test_folders_are_classes(names: tuple[str, ...], expected: list[str]) -> None:
    assert labels(lay_out(*names)) == expected


def test_what_systems_leave_behind_is_no_class() -> None:
    names = (
        "pets/cat/1.png", "pets/dog/2.png", "__MACOSX/pets/cat/._1.png", "pets/.DS_Store",
        "pets/cat/Thumbs.db", "desktop.ini",
    )  # fmt: skip
    assert labels(lay_out(*names)) == ["cat", "dog"]
    assert sort(*names).others == ()


def test_other_files_are_passed_by_and_named() -> None:
    files = sort("cat/1.png", "dog/2.png", "read me.txt")
    assert [entry.name for entry in files.others] == ["read me.txt"]


def test_media_that_are_not_read_are_not_passed_by() -> None:
    assert labels(lay_out("cat/1.png", "dog/2.psd", "tri/3.tif")) == ["cat", "dog", "tri"]
    assert labels(lay_out("hum/1.wav", "hiss/2.wma", "beep/3.aif")) == ["hum", "hiss", "beep"]


@pytest.mark.parametrize(
    "names",
    [
        ("train", "val", "test"),
        ("训练集", "验证", "测试"),
        ("seg_train/seg_train", "validate", "Test Images"),
        ("train_set", "dev", "images_test"),
        ("train2017", "val2017", "test2017"),
        ("训练数据", "验证集", "测试数据集"),
    ],
)
def test_split_folders_are_the_split(names: tuple[str, ...]) -> None:
    files = [f"set/{name}/{label}/1.png" for name in names for label in ("cat", "dog")]
    layout = lay_out(*files)
    assert labels(layout) == ["cat", "dog"] * 3
    assert [item.split for item in layout[::2]] == ["train", "validation", "test"]


@pytest.mark.parametrize(
    "names",
    [
        ("test/1.png", "train/2.png"),
        ("训练集/1.png", "测试集/2.png"),
        ("train/cat.0.png", "train/dog.0.png"),
        ("set/images/train/1.png", "set/images/val/2.png"),
        ("photos/1.png", "photos/2.png"),
        ("photos/batch1/1.png", "photos/batch2/2.png"),
    ],
)
def test_parts_and_holders_are_no_classes(names: tuple[str, ...]) -> None:
    assert refused(*names).key == "media_no_classes"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("valid/1.png", "invalid/2.png"), ["valid", "invalid"]),
        (("train/1.png", "car/2.png", "bus/3.png"), ["train", "car", "bus"]),
        (("rose/rose/1.png", "tulip/tulip/2.png"), ["rose", "tulip"]),
        (("rose/photos/1.png", "tulip/photos/2.png"), ["rose", "tulip"]),
        (("seg_train/rose/1.png", "seg_test/rose/2.png", "seg_pred/3.png"), ["rose", "rose", ""]),
        (("cat/train/1.png", "dog/train/2.png", "cat/test/3.png"), ["cat", "dog", "cat"]),
    ],
)
def test_classes_are_found_between_other_folders(
    names: tuple[str, ...], expected: list[str]
) -> None:
    assert labels(lay_out(*names)) == expected


def test_part_is_known_by_its_name() -> None:
    assert [split_of(name) for name in ("trainer", "latest", "value", "dataset")] == [None] * 4


def test_deeper_folders_are_asked_about() -> None:
    names = ("cat/black/1.png", "cat/white/2.png", "dog/black/3.png")
    error = refused(*names)
    assert error.key == "media_level"
    assert error.levels == {1: ("cat", "dog"), 2: ("black", "white")}
    assert labels(lay_out(*names, level=1)) == ["cat", "cat", "dog"]
    assert labels(lay_out(*names, level=2)) == ["black", "white", "black"]


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("1.png", "2.png"), "media_no_classes"),
        (("1.wav", "2.wav"), "media_no_table"),
        (("a.txt", "b.pdf"), "media_none"),
        ((".DS_Store",), "archive_empty"),
        (("cat/1.png", "cat/more.zip"), "archive_nested"),
        (("cat/1.png", "dogs.rar"), "archive_nested"),
    ],
)
def test_what_says_nothing_is_refused(names: tuple[str, ...], key: str) -> None:
    assert refused(*names).key == key


def test_names_composed_in_two_ways_stay_two_classes() -> None:
    two = [unicodedata.normalize(form, "café") for form in ("NFC", "NFD")]
    assert labels(lay_out(*(f"{name}/1.png" for name in two))) == two
