"""Folders are understood as people mean them, and asked about where they may mean two things."""

import unicodedata
from io import BytesIO

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.layout import Layout, understand


def lay_out(*names: str, level: int = 0) -> Layout:
    entries = [Entry(name, 1, BytesIO) for name in names]
    return understand(entries, looks_like_media=lambda entry: "photo" in entry.name, level=level)


def labels(layout: Layout) -> list[str]:
    return [item.label for item in layout.items]


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
        (("cat/photo", "dog/photo"), None),
        (("cat/1.png", "cat/photo", "dog/README"), ["cat", "cat"]),
    ],
)
def test_folders_are_classes(names: tuple[str, ...], expected: list[str] | None) -> None:
    if expected is None:
        assert refused(*names).key == "media_none"
    else:
        assert labels(lay_out(*names)) == expected


def test_what_systems_leave_behind_is_no_class() -> None:
    layout = lay_out(
        "pets/cat/1.png", "pets/dog/2.png", "__MACOSX/pets/cat/._1.png", "pets/.DS_Store",
        "pets/cat/Thumbs.db", "desktop.ini",
    )  # fmt: skip
    assert labels(layout) == ["cat", "dog"]
    assert layout.others == ()


def test_other_files_are_passed_by_and_named() -> None:
    layout = lay_out("cat/1.png", "dog/2.png", "read me.txt")
    assert layout.others == ("read me.txt",)


@pytest.mark.parametrize("names", [("train", "val", "test"), ("训练集", "验证", "测试")])
def test_split_folders_are_the_split(names: tuple[str, ...]) -> None:
    files = [f"set/{name}/{label}/1.png" for name in names for label in ("cat", "dog")]
    layout = lay_out(*files)
    assert labels(layout) == ["cat", "dog"] * 3
    assert [item.split for item in layout.items[::2]] == ["train", "validation", "test"]


def test_class_called_test_is_a_class() -> None:
    assert labels(lay_out("test/1.png", "train/2.png")) == ["test", "train"]


def test_deeper_folders_are_asked_about() -> None:
    names = ("cat/black/1.png", "cat/white/2.png", "dog/black/3.png")
    error = refused(*names)
    assert error.key == "media_level"
    assert error.levels == {1: ("cat", "dog"), 2: ("black", "white")}
    assert labels(lay_out(*names, level=1)) == ["cat", "cat", "dog"]
    assert labels(lay_out(*names, level=2)) == ["black", "white", "black"]


def test_table_makes_transcripts() -> None:
    layout = lay_out("all/clips/1.wav", "all/clips/2.wav", "all/Transcripts.CSV")
    assert layout.form == "transcripts"
    assert [item.parts for item in layout.tables] == [("Transcripts.CSV",)]


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
