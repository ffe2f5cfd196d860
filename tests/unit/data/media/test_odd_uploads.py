"""Odd uploads after public reports: copies of folders, files without endings, lists of several kinds, pieces of recordings."""

from collections import Counter
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.folders import without_copies
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import AUDIO, IMAGE, Item, sort_files
from bigmodel.data.tables.table import Findings
from tests.unit.data.media.test_annotations import Reading


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def classes(reading: Reading, files: dict[str, str]) -> dict[str, int]:
    return dict(Counter(item.label for item in reading.read(files).items))


@pytest.mark.parametrize(
    "copy", ["{} (1)", "{} - Copy", "{} copy", "{} - 副本", "{} - Kopie (2)", "{}-samples"]
)
def test_copies_of_a_folder_are_the_same_class(reading: Reading, copy: str) -> None:
    names = ["cat", "dog"] if "samples" not in copy else [copy.format("cat"), copy.format("dog")]
    files = {f"{names[at % 2]}/{at}.jpg": "" for at in range(12)}
    files |= {f"{copy.format(('cat', 'dog')[at % 2])}/{at}.jpg": "" for at in range(12, 18)}
    assert classes(reading, files) == {"cat": 9, "dog": 9}
    assert "folders_copies" in reading.said()


def test_numbers_in_names_are_no_copies() -> None:
    items = [
        Item(Entry(str(at), 0, lambda: None), label)
        for at, label in enumerate(["Type (1)", "Type (2)", "photo copy", "scan"])
    ]  # type: ignore[arg-type,return-value]
    assert [item.label for item in without_copies(items, Findings())] == [
        item.label for item in items
    ]


def test_folder_of_files_without_a_label_is_no_class(reading: Reading) -> None:
    files = {f"{('defect', 'fine')[at % 2]}/{at}.jpg": "" for at in range(12)}
    files |= {f"unlabeled/{at}.jpg": "" for at in range(20, 24)}
    assert classes(reading, files) == {"defect": 6, "fine": 6, "": 4}
    assert "folders_unlabelled" in reading.said()


def test_list_of_files_names_no_classes_itself(reading: Reading) -> None:
    files = {f"images/{at}.jpg": "" for at in range(12)}
    files["labels.txt"] = "".join(f"{at}.jpg {at % 2}\n" for at in range(12))
    files["classes.txt"] = "dog\ncat\n"
    assert classes(reading, files) == {"dog": 6, "cat": 6}


@pytest.mark.parametrize("folder", ["images/{}/", "images/"])
def test_lists_by_number_say_classes_and_parts(reading: Reading, folder: str) -> None:
    birds = ("001.Auk", "002.Crow")
    names = [f"{folder.format(birds[at % 2])}{at:03}.jpg" for at in range(12)]
    files = {f"CUB/{name}": "" for name in names}
    texts = {
        "images": [name.removeprefix("images/") for name in names],
        "image_class_labels": [str(1 + at % 2) for at in range(12)],
        "train_test_split": [str(int(at > 2)) for at in range(12)],
        "classes": birds,
        "bounding_boxes": ["1.0 2.0 3.0 4.0"] * 12,
    }
    for name, words in texts.items():
        files[f"CUB/{name}.txt"] = "".join(f"{at} {word}\n" for at, word in enumerate(words, 1))
    items = reading.read(files).items
    assert [item.label for item in items] == [birds[at % 2] for at in range(12)]
    assert [str(item.split) for item in items] == ["test"] * 3 + ["train"] * 9


def test_lists_of_speakers_are_no_transcripts(reading: Reading) -> None:
    files = {f"wav/{at}.wav": "" for at in range(8)}
    files["text"] = "".join(f"{at} this is sentence {at}\n" for at in range(8))
    files["utt2spk"] = "".join(f"{at} s{at % 2}\n" for at in range(8))
    found = reading.read(files)
    assert found.form == Form.TRANSCRIPTS
    assert found.items[3].label == "this is sentence 3"


def test_subtitles_beside_recordings_say_what_is_spoken(reading: Reading) -> None:
    files = {f"{at}.wav": "" for at in range(8)}
    cues = "1\n00:00:00,000 --> 00:00:02,500\nhello number {}\n\n2\n00:00:02,500 --> 00:00:04,000\nand good bye\n"
    files |= {f"{at}.srt": cues.format(at) for at in range(8)}
    assert reading.read(files).items[3].label == "hello number 3 and good bye"


@pytest.mark.parametrize(
    "texts",
    [
        {"labels.csv": "file,start,end,label\n" + "".join(f"{at % 6}.wav,{at},{at + 1},{'ab'[at % 2]}\n" for at in range(24))},
        {f"{at}.txt": "0.000000\t2.000000\tdog\n2.000000\t4.500000\tcat\n" for at in range(6)},
    ],
    ids=["table", "tracks"],
)  # fmt: skip
def test_pieces_of_recordings_are_named(reading: Reading, texts: dict[str, str]) -> None:
    with pytest.raises(DatasetError, match="media_pieces"):
        reading.read({f"{at}.wav": "" for at in range(6)} | texts)


def test_times_of_whole_clips_are_no_pieces(reading: Reading) -> None:
    rows = "".join(f"{at}.wav,{at},0,4,{at % 2},{('dog', 'siren')[at % 2]}\n" for at in range(12))
    files = {f"fold1/{at}.wav": "" for at in range(12)}
    files["meta.csv"] = "slice_file_name,fsID,start,end,classID,class\n" + rows
    assert classes(reading, files) == {"dog": 6, "siren": 6}


@pytest.mark.parametrize("medium", [IMAGE, AUDIO])
def test_content_tells_what_files_without_endings_are(medium: str) -> None:
    entries = [Entry(f"cat/{at}", 3, lambda: None) for at in range(4)]  # type: ignore[arg-type,return-value]
    found = sort_files(entries, looks_like_media=lambda _: medium)
    assert (found.medium, len(found.items)) == (medium, 4)
