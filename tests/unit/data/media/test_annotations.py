"""What says the class of a file is found in the layouts that people bring: tables, texts beside, folders; boxes are named."""

import json
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, annotate
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item, sort_files
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming import lists
from bigmodel.data.media.naming.lookup import FileNames
from bigmodel.data.tables.table import Findings, Limits

KINDS = ("circle", "square", "tri")
SENTENCES = ("the first long sentence", "a second sentence, longer", "one more sentence to say")


class Reading:
    """An upload of empty files and the texts beside them."""

    def __init__(self, scratch: Path) -> None:
        self.findings = Findings()
        self._scratch = scratch

    def __call__(self, *names: str, **texts: str) -> Annotated:
        return self.read(dict.fromkeys(names, "") | texts)

    def read(self, files: dict[str, str], kind: str = "", **told: Any) -> Annotated:
        entries = [
            Entry(name, len(text), lambda text=text: BytesIO(text.encode()))  # type: ignore[misc]
            for name, text in files.items()
        ]
        found = sort_files(entries, looks_like_media=lambda _: "")
        limits = Limits(10_000, 100, 10_000, 100)
        return annotate(found, Context(self._scratch, limits, self.findings, kind=kind, **told))

    def said(self) -> set[str]:
        return {message.key.removeprefix("data.reading.") for message in self.findings.all()}


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def pictures(pattern: str, count: int = 12) -> dict[str, str]:
    return {pattern.format(i, i % 3, KINDS[i % 3]): "" for i in range(count)}


def lines(header: str, pattern: str, count: int = 12) -> str:
    return "\n".join([header, *(pattern.format(i, KINDS[i % 3]) for i in range(count))])


def classes(found: Annotated) -> dict[str, int]:
    assert found.form == Form.FOLDERS
    return dict(Counter(item.label for item in found.items))


THREE = dict.fromkeys(KINDS, 4)


@pytest.mark.parametrize(
    ("files", "name", "table"),
    [
        ("train/{0}.jpg", "labels.csv", lines("id,breed", "{0},{1}")),
        ("train/{0}.jpg", "train.csv", lines("image_id,target", "{0}.jpg,{1}")),
        ("photos/batch{1}/{0}.jpg", "labels.csv", lines("file,class", "{0}.jpg,{1}")),
        ("a/{0}.jpg", "a/metadata.jsonl", lines("", '{{"file_name": "{0}.jpg", "label": "{1}"}}')),
        ("audio/{0}.wav", "meta/esc50.csv", lines("filename,fold,target,category,take", "{0}.wav,1,7,{1},A")),
        ("fold{1}/{0}.wav", "UrbanSound8K.csv", lines("slice_file_name,fold,classID,class", "{0}.wav,1,3,{1}")),
        ("clips/{0}.wav", "labels.csv", lines("file,label", "clips/{0}.wav,{1}")),
        ("clips/{0}.wav", "list.csv", lines("name,what", "{0},{1}")),
    ],
)  # fmt: skip
def test_table_says_the_classes(reading: Reading, files: str, name: str, table: str) -> None:
    assert classes(reading.read(pictures(files) | {name: table})) == THREE
    assert "table_used" in reading.said()


def test_test_pictures_of_a_contest_have_no_class(reading: Reading) -> None:
    files = pictures("train/{0}.jpg") | pictures("test/x{0}.jpg", 40)
    tables = {
        "labels.csv": lines("id,breed", "{0},{1}"),
        "sample_submission.csv": lines("id,breed", "x{0},circle"),
    }
    assert classes(reading.read(files | tables)) == THREE
    assert "files_unlisted" in reading.said()


def test_column_for_each_class_is_understood(reading: Reading) -> None:
    rows = [f"{i}.jpg,{','.join(str(int(i % 3 == k)) for k in range(3))}" for i in range(12)]
    table = "\n".join(["filename, circle, square, tri", *rows])
    assert classes(reading.read(pictures("train/{0}.jpg") | {"train/_classes.csv": table})) == THREE
    with pytest.raises(DatasetError, match="media_several"):
        reading.read(
            pictures("{0}.jpg")
            | {"labels.csv": "file,a,b\n" + "".join(f"{i}.jpg,1,1\n" for i in range(12))}
        )


def test_parts_come_from_the_table(reading: Reading) -> None:
    rows = "\n".join(f"{i}.jpg,{KINDS[i % 3]},{'train' if i < 9 else 'test'}" for i in range(12))
    found = reading.read(pictures("{0}.jpg") | {"labels.csv": f"file,class,split\n{rows}"})
    assert Counter(item.split for item in found.items) == {"train": 9, "test": 3}


def test_tables_of_parts_are_joined(reading: Reading) -> None:
    def table(*numbers: int) -> str:
        return "\n".join(["path\tsentence", *(f"{i}.mp3\t{SENTENCES[i % 3]} {i}" for i in numbers)])

    files = {f"cv/clips/{i}.mp3": "" for i in range(12)} | {
        "cv/train.tsv": table(*range(8)), "cv/dev.tsv": table(8, 9), "cv/test.tsv": table(10, 11),
        "cv/validated.tsv": table(*range(12)), "cv/invalidated.tsv": table(3),
    }  # fmt: skip
    found = reading.read(files)
    assert found.form == Form.TRANSCRIPTS
    assert Counter(item.split for item in found.items) == {"train": 8, "validation": 2, "test": 2}


def test_second_table_is_named(reading: Reading) -> None:
    table = "file,text\n" + "".join(f"{i}.wav,{SENTENCES[i % 3]} {i}\n" for i in range(12))
    reading.read(pictures("{0}.wav") | {"transcripts.csv": table, "old.csv": table})
    assert {"table_used", "tables_unused"} <= reading.said()


@pytest.mark.parametrize("columns", [2, 3])
def test_list_without_header_keeps_its_first_line(reading: Reading, columns: int) -> None:
    rows = [
        [f"LJ-{i}", f'say "{i}{", no" * (i % 3)}', f"say number {i}"][:columns] for i in range(12)
    ]
    table = "\n".join("|".join(row) for row in rows)
    found = reading.read({f"wavs/LJ-{i}.wav": "" for i in range(12)} | {"metadata.csv": table})
    assert found.form == Form.TRANSCRIPTS
    assert [item.label for item in found.items] == [row[-1] for row in rows]


def test_texts_stand_beside_recordings(reading: Reading) -> None:
    texts = {f"{i}.txt": f"say {i}" for i in range(12)}
    found = reading.read(pictures("{0}.wav") | texts)
    assert [item.label for item in found.items] == [f"say {i}" for i in range(12)]
    libri = "\n".join(f"84-1-{i} SAY NUMBER {i}" for i in range(12))
    found = reading.read(
        {f"dev/84/1/84-1-{i}.flac": "" for i in range(12)} | {"dev/84/1/84-1.trans.txt": libri}
    )
    assert found.items[3].label == "SAY NUMBER 3"


def test_people_are_found_in_the_layouts_of_corpora(reading: Reading) -> None:
    libri = [f"dev/{who}/{part}/{who}-{part}-{i}.flac" for who in (84, 116) for part in (1, 2) for i in range(4)]  # fmt: skip
    assert set(classes(reading.read(dict.fromkeys(libri, ""), kind="speaker"))) == {"84", "116"}
    vox = [f"wav/id1000{who}/{part}x/{i}.wav" for who in (1, 2) for part in (1, 2) for i in range(4)]  # fmt: skip
    found = classes(reading.read(dict.fromkeys(vox, ""), kind="speaker"))
    assert set(found) == {"id10001", "id10002"}
    table = lines("client_id\tpath\tsentence", "{1}\t{0}.mp3\tone two three")
    clips = {f"clips/{i}.mp3": "" for i in range(12)} | {"validated.tsv": table}
    assert set(classes(reading.read(clips, kind="speaker"))) == set(KINDS)
    assert reading.read(clips).form == Form.TRANSCRIPTS


def test_boxes_in_a_table_are_named_as_such(reading: Reading) -> None:
    table = "file,class,xmin,ymin,xmax,ymax\n" + "0.jpg,cat,1,2,3,4\n" * 12
    files = pictures("images/train/{0}.jpg") | {"boxes.csv": table}
    assert reading.read(files).form == Form.BOXES
    with pytest.raises(DatasetError, match="media_boxes"):
        reading.read(files, kind="label")


def test_table_of_few_files_leaves_folders_the_classes(reading: Reading) -> None:
    table = "file,class\n1.jpg,odd\n"
    assert classes(reading.read(pictures("{2}/{0}.jpg") | {"remarks.csv": table})) == THREE
    assert "tables_unused" in reading.said()


def test_a_column_of_speakers_says_that_they_are_people(reading: Reading) -> None:
    files = {f"takes/{i}.wav": "" for i in range(12)}
    for header in ("file,speaker", "文件,说话人"):
        found = reading.read(files | {"who.csv": lines(header, "takes/{0}.wav,{1}")})
        assert (found.form, found.kind) == (Form.FOLDERS, "speaker")
        assert set(classes(found)) == set(KINDS)
    found = reading.read(files | {"who.csv": lines("file,class", "takes/{0}.wav,{1}")})
    assert found.kind == ""
    said = lines("file,text,speaker", "takes/{0}.wav,one two three four,{1}")
    found = reading.read(files | {"who.csv": said})
    assert (found.form, found.kind) == (Form.TRANSCRIPTS, "")


@pytest.mark.parametrize(
    ("files", "table"),
    [
        ("images/{0}.jpg", lines("path,class", r"C:\data\images\{0}.jpg,{1}")),
        ("images/{0}.jpg", lines("path,class", "/home/me/images/{0}.jpg,{1}")),
        ("images/{0}.jpg", lines("path,class", "../images/{0}.jpg,{1}")),
        ("images/000{0:02}.jpg", lines("id,class", "{0},{1}")),
        ("images/{0}.png", lines("file,class", "{0}.jpg,{1}")),
    ],
)
def test_file_is_found_by_another_name_that_means_one_alone(
    reading: Reading, files: str, table: str
) -> None:
    assert classes(reading.read(pictures(files) | {"labels.csv": table})) == THREE
    assert "files_renamed" in reading.said()


def test_name_that_two_files_may_mean_is_none(reading: Reading) -> None:
    files = dict.fromkeys([f"{folder}/{i}.png" for folder in "ab" for i in range(6)], "")
    table = "file,class\n" + "".join(f"C:/x/{i}.jpg,{KINDS[i % 3]}\n" for i in range(6))
    with pytest.raises(DatasetError, match="transcripts_paths"):
        reading.read(files | {"labels.csv": table})


def test_path_to_what_is_not_in_the_upload_is_refused(reading: Reading) -> None:
    rows = lines("file,class", "{0}.jpg,{1}")
    for name in ("/etc/passwd", "../../secret.txt", "http://somewhere/0.jpg"):
        with pytest.raises(DatasetError, match="transcripts_paths"):
            reading.read(pictures("{0}.jpg") | {"labels.csv": f"{rows}\n{name},circle"})


def test_object_of_json_says_the_class_of_each_file(reading: Reading) -> None:
    text = json.dumps({f"{i}.jpg": KINDS[i % 3] for i in range(12)})
    assert classes(reading.read(pictures("{0}.jpg") | {"labels.json": text})) == THREE


def test_plain_list_says_classes_and_parts(reading: Reading) -> None:
    files = pictures("img/{0}.jpg") | {
        "train.txt": "".join(f"img/{i}.jpg {i % 3}\n" for i in range(9)),
        "test.txt": "".join(f"img/{i}.jpg {i % 3}\n" for i in range(9, 12)),
        "classes.txt": "\n".join(KINDS),
    }
    found = reading.read(files)
    assert classes(found) == THREE
    assert Counter(item.split for item in found.items) == {"train": 9, "test": 3}
    assert {"train.txt", "test.txt", "classes.txt"} == set(found.sources)
    assert "list_used" in reading.said()


def test_numbers_of_a_list_without_names_stay_numbers(reading: Reading) -> None:
    rows = "".join(f"{i}.jpg {1 + i % 3}\n" for i in range(12))
    names = "nothing\n" + "\n".join(KINDS)  # may begin at 0 or at 1
    found = reading.read(pictures("{0}.jpg") | {"list.lst": rows, "classes.txt": names})
    assert classes(found) == {"1": 4, "2": 4, "3": 4}


def test_captions_are_no_classes(reading: Reading) -> None:
    rows = "".join(f"{i}.jpg a {KINDS[i % 3]} on the grass\n" for i in range(12))
    with pytest.raises(DatasetError, match="media_no_classes"):
        reading.read(pictures("{0}.jpg") | {"captions.txt": rows})


def test_list_of_one_part_parts_the_files(reading: Reading) -> None:
    """Speech Commands: words as folders, noise with a line in front, lists of what is kept for checks and tests."""
    files = {f"{kind}/{i}_nohash_0.wav": "" for kind in KINDS for i in range(4)}
    noise = {"_background_noise_/white.wav": "", "_background_noise_/README.md": "noise"}
    lists = {
        "validation_list.txt": "circle/0_nohash_0.wav\n",
        "testing_list.txt": "square/1_nohash_0.wav\ntri/2_nohash_0.wav\n",
    }
    found = reading.read(files | noise | lists)
    assert classes(found) == THREE
    assert Counter(item.split for item in found.items) == {"train": 9, "validation": 1, "test": 2}
    assert {"folders_marked", "parts_listed"} <= reading.said()


def test_texts_in_a_folder_of_their_own_are_found_by_name(reading: Reading) -> None:
    voices = [f"p{p}/p{p}_{i}" for p in (225, 226) for i in range(6)]
    files = {f"wav48/{name}.wav": "" for name in voices} | {
        f"txt/{name}.txt": f"say {name}" for name in voices
    }
    found = reading.read(files)
    assert found.form == Form.TRANSCRIPTS
    assert [item.label for item in found.items] == [f"say {name}" for name in voices]


def test_first_line_of_a_trn_is_what_is_said(reading: Reading) -> None:
    texts = {f"data/A{i}.wav.trn": f"今天 第 {i}\njin1 tian1\nj in1\n" for i in range(12)}
    found = reading.read({f"data/A{i}.wav": "" for i in range(12)} | texts)
    assert [item.label for item in found.items] == [f"今天 第 {i}" for i in range(12)]


def test_few_short_texts_beside_pictures_are_their_classes(reading: Reading) -> None:
    texts = {f"{i}.txt": KINDS[i % 3] for i in range(12)}
    assert classes(reading.read(pictures("{0}.jpg") | texts)) == THREE
    assert "classes_beside" in reading.said()


def test_records_of_json_beside_recordings_name_their_class(reading: Reading) -> None:
    """As COUGHVID has them: some records name none."""
    told = [{"age": str(i)} | ({"status": KINDS[i % 3]} if i % 6 else {}) for i in range(24)]
    records = {f"public/{i}.json": json.dumps(each) for i, each in enumerate(told)}
    for kind in ("", "label"):
        found = reading.read({f"public/{i}.wav": "" for i in range(24)} | records, kind=kind)
        assert (len(found.items), set(classes(found))) == (20, set(KINDS))
    assert "texts_absent" in reading.said()


def test_pictures_of_recordings_are_passed_by(reading: Reading) -> None:
    files = {f"sound/{k}/{k}.{i}.wav": "" for k in KINDS for i in range(4)}
    drawn = {f"drawn/{k}/{k}{i}.png": "" for k in KINDS for i in range(4)}
    assert classes(reading.read(files | drawn)) == THREE
    assert all(item.entry.ending == ".wav" for item in reading.read(files | drawn).items)


def test_folders_of_people_and_of_masks_are_named(reading: Reading) -> None:
    reading.read({f"Actor_0{a}/03-01-0{i}.wav": "" for a in range(1, 4) for i in range(4)})
    reading.read({f"{folder}/{i}.png": "" for folder in ("images", "masks") for i in range(6)})
    assert {"folders_people", "folders_halves"} <= reading.said()


def test_folder_that_only_holds_test_files_is_no_class(reading: Reading) -> None:
    files = {f"train/{k}/images/{k}_{i}.jpg": "" for k in KINDS for i in range(4)}
    found = reading.read(files | {f"val/images/val_{i}.jpg": "" for i in range(3)})
    assert classes(found) == THREE | {"": 3}


def test_numbers_of_classes_are_no_names_of_files(reading: Reading) -> None:
    """Half of the files of a contest are not there, and its classes are called like files that are."""
    files = {f"train/{i:03}.jpg": "" for i in range(12)}
    table = "id,target\n" + "".join(f"{i:03},{i % 3}\n" for i in range(20))
    found = reading.read(files | {"labels.csv": table})
    assert classes(found) == {"0": 4, "1": 4, "2": 4}
    assert "files_missing" in reading.said()


def test_texts_beside_recordings_are_no_classes_where_classes_are_wanted(reading: Reading) -> None:
    sounds = {f"{k}/{i}.wav": "" for k in KINDS for i in range(4)}
    texts = {f"{k}/{i}.txt": f"say {i}" for k in KINDS for i in range(4)}
    assert classes(reading.read(sounds | texts, kind="label")) == THREE
    assert reading.read(sounds | texts).form == Form.TRANSCRIPTS


def test_files_are_indexed_once_however_many_texts_lie_beside(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed = []

    class Counted(FileNames):
        def __init__(self, items: Sequence[Item], table: Entry) -> None:
            indexed.append(table.name)
            super().__init__(items, table)

    monkeypatch.setattr(lists, "FileNames", Counted)
    texts = {f"{i}/words.txt": f"a long caption, number {i} of all" for i in range(12)}
    names = "".join(f"{i}.jpg {KINDS[i % 3]}\n" for i in range(12))
    files = {f"10/{i}.jpg": "" for i in range(12)} | {"10/list.txt": names}
    assert classes(reading.read(texts | files | {"list.txt": "1.jpg\n"})) == THREE
    assert len(indexed) == 1


@pytest.mark.parametrize("prefix", ["", "C:/photos/"])
def test_name_in_a_folder_that_is_not_there_means_no_file_of_another_folder(
    reading: Reading, prefix: str
) -> None:
    files = {f"dog/{i}.jpg": "" for i in range(6)} | {f"fox/{i}.jpg": "" for i in range(6, 12)}
    names = [f"cat/{i}.jpg" for i in range(6)] if not prefix else []
    rows = [*names, *(f"{prefix}{name}" for name in files)]
    table = "".join(f"{name},{name.split('/')[-2]}\n" for name in rows)
    found = reading.read(files | {"labels.csv": f"file,class\n{table}"})
    assert classes(found) == {"dog": 6, "fox": 6}
    names_of = FileNames(found.items, Entry("labels.csv", 0, lambda: BytesIO()))
    assert names_of.find("cat/1.jpg") is not None
    assert names_of.among([f"{prefix}dog/1.jpg", f"{prefix}cat/1.jpg"]).find("cat/1.jpg") is None


def test_file_that_a_row_names_exactly_is_meant_by_no_other(reading: Reading) -> None:
    names = [f"{i}.jpg" for i in range(12)]
    table = "".join(f"{name},{KINDS[i % 3]}\ncat/{name},cat\n" for i, name in enumerate(names))
    found = reading.read(dict.fromkeys(names, "") | {"labels.csv": f"file,class\n{table}"})
    assert classes(found) == THREE
    assert "files_missing" in reading.said()
