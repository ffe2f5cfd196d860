"""Layouts of published corpora of pictures and recordings: class, words and part of each file, and nothing that is not meant."""

import json
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from tests.unit.data.media.test_annotations import Reading

KINDS = ("cat", "dog")
AT = range(12)
SAID = [f"this is sentence {n}" for n in AT]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def lines(*each: str) -> str:
    return "".join(f"{line}\n" for line in each)


PICTURES: dict[str, dict[str, str]] = {
    "part in the name of the folder": {f"{('train', 'test')[n > 5]}_{KINDS[n % 2]}/{n}.jpg": "" for n in AT},
    "masks beside": {f"{KINDS[n % 2]}/{n}{end}.png": "" for n in AT for end in ("", "_mask", "_mask_1")},
    "class beside": {f"{n}.jpg": "" for n in AT} | {f"{n}.json": json.dumps({"label": KINDS[n % 2]}) for n in AT},
    "manifest": {f"{n}.jpg": "" for n in AT}
    | {"out.manifest": lines(*(json.dumps({"source-ref": f"a/{n}.jpg", "job-label": KINDS[n % 2]}) for n in AT))},
    "numbers with their names": {f"i/{n}.jpg": "" for n in AT}
    | {"train_list.txt": lines(*(f"i/{n}.jpg {n % 2}" for n in AT)), "label_list.txt": "0 cat\n1 dog\n"},
    "tasks of Label Studio": {f"images/{n:04x}-p.jpg": "" for n in AT}
    | {"result.json": json.dumps([{"id": n, "image": f"/data/upload/1/{n:04x}-p.jpg", "choice": KINDS[n % 2], "lead_time": 2.1} for n in AT])},
    "metadata beside parts": {f"images_part_{1 + n % 2}/i{n}.jpg": "" for n in AT}
    | {"meta.csv": lines("image_id,dx,age", *(f"i{n},{KINDS[n % 2]},{n}" for n in AT))},
}  # fmt: skip


@pytest.mark.parametrize("name", list(PICTURES))
def test_classes_of_pictures(reading: Reading, name: str) -> None:
    items = reading.read(PICTURES[name]).items
    assert len(items) == len(AT)
    assert {item.label for item in items} == set(KINDS)
    is_parted = name.startswith("part in")
    assert sum(item.split == "test" for item in items) == 6 * is_parted
    assert ("masks_beside" in reading.said()) == (name == "masks beside")


def test_numbers_of_webdataset_are_classes(reading: Reading) -> None:
    items = reading.read({f"{n}.jpg": "" for n in AT} | {f"{n}.cls": f"{n % 2}" for n in AT}).items
    assert {item.label for item in items} == {"0", "1"}


MARKS = [f"{n % 2 * 2 - 1:2d} {n % 3 // 2 * 2 - 1:2d} {n // 9 * 2 - 1:2d}" for n in AT]
CELEBA = {
    "txt": lines("12", "Male Smiling Young ", *(f"{n:06d}.jpg {marks}" for n, marks in zip(AT, MARKS, strict=True))),
    "csv": lines("image_id,Male,Smiling,Young", *(f"{n:06d}.jpg,{','.join(marks.split())}" for n, marks in zip(AT, MARKS, strict=True))),
}  # fmt: skip
FACES = {f"img/{n:06d}.jpg": "" for n in AT}


@pytest.mark.parametrize("ending", list(CELEBA))
def test_several_marks_of_a_picture_leave_a_choice(reading: Reading, ending: str) -> None:
    files = FACES | {f"list_attr.{ending}": CELEBA[ending]}
    files["list_eval_partition.txt"] = lines(*(f"{n:06d}.jpg {n // 4}" for n in AT))
    with pytest.raises(DatasetError, match="media_several") as refused:
        reading.read(files)
    assert refused.value.columns[1:] == ("Male", "Smiling", "Young")
    found = reading.read(files, file=refused.value.columns[0], text="Smiling")
    assert [item.label for item in found.items] == [marks.split()[1] for marks in MARKS]
    assert [item.split for item in found.items] == ["train"] * 4 + ["validation"] * 4 + ["test"] * 4


PETS = [f"{('Abyssinian', 'beagle', 'great_pyrenees')[n % 3]}_{n}" for n in AT]
PETS_SAID = lines("#Image CLASS-ID SPECIES BREED", *(f"{pet} {1 + n % 3} 1 1" for n, pet in enumerate(PETS)))  # fmt: skip


def test_masks_in_a_folder_of_their_own_and_numbers_hide_no_names(reading: Reading) -> None:
    files = {f"images/{pet}.jpg": "" for pet in PETS} | {f"annotations/trimaps/{pet}.png": "" for pet in PETS}  # fmt: skip
    files |= {"annotations/list.txt": PETS_SAID, "annotations/test.txt": lines(*PETS_SAID.splitlines()[1:4])}  # fmt: skip
    with pytest.raises(DatasetError, match="media_names") as refused:
        reading.read(files, unsorted=12)
    found = reading.read(files, name_part=refused.value.names[0].place)
    assert {item.label for item in found.items} == {"Abyssinian", "beagle", "great pyrenees"}
    assert (len(found.items), sum(item.split == "test" for item in found.items)) == (12, 3)


CODED = {
    "RAVDESS": [f"Actor_{a:02d}/03-01-{f:02d}-01-01-01-{a:02d}.wav" for a in range(1, 5) for f in range(1, 5)],
    "EmoDB": [f"wav/{speaker:02d}a01{feeling}a.wav" for speaker in (3, 8, 9) for feeling in "FWTN"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "place"), [("RAVDESS", "3"), ("EmoDB", "sign 4")])
def test_feelings_in_coded_names_are_asked_for(reading: Reading, name: str, place: str) -> None:
    files = dict.fromkeys(CODED[name], "")
    with pytest.raises(DatasetError, match="media_names") as refused:
        reading.read(files, unsorted=12)
    assert place in {each.place for each in refused.value.names}
    assert len({item.label for item in reading.read(files, name_part=place).items}) == 4


def test_folders_called_by_two_things_are_said(reading: Reading) -> None:
    names = [(who, feeling) for who in ("OAF", "YAF") for feeling in ("angry", "sad", "happy")]
    reading.read({f"{who}_{feeling}/{who}_{n}_{feeling}.wav": "" for who, feeling in names for n in AT})  # fmt: skip
    assert "folders_two_things" in reading.said()


def test_list_of_the_training_part_drops_no_picture_that_its_folder_names(reading: Reading) -> None:
    files = {f"images/{KINDS[n % 2]}/{n}.jpg": "" for n in AT}
    listed = {kind: [f"{kind}/{n}" for n in AT if KINDS[n % 2] == kind and n < 8] for kind in KINDS}
    names = {"meta/train.json": json.dumps(listed)}
    names |= {f"meta/{part}.txt": lines(*(f"{KINDS[n % 2]}/{n}" for n in at)) for part, at in (("train", AT[:8]), ("test", AT[8:]))}  # fmt: skip
    items = reading.read(files | names).items
    assert len(items) == len(AT)
    assert sum(item.split == "test" for item in items) == 4


def test_parts_of_an_archive_are_no_classes(reading: Reading) -> None:
    with pytest.raises(DatasetError) as refused:
        reading.read({f"images_part_{1 + n % 2}/i{n}.jpg": "" for n in AT})
    assert refused.value.key == "media_no_classes"


SOUNDS = {
    "VCTK": {f"txt/F{n % 3}/SA{n}.txt": said for n, said in enumerate(SAID)},
    "TIMIT": {f"F{n % 3}/SA{n}.TXT": f"0 46797 {said}" for n, said in enumerate(SAID)},
    "MagicData": {"TRANS.txt": lines("UtteranceID\tSpeakerID\tTranscription", *(f"SA{n}.wav\ts{n % 3}\t{said}" for n, said in enumerate(SAID)))},
    "GPT-SoVITS": {"a.list": lines(*(f"D:\\work\\F0\\SA{n}.wav|Ann|EN|{said}" for n, said in enumerate(SAID)))},
    "JSUT": {"transcript.txt": lines(*(f"SA{n}:{said}" for n, said in enumerate(SAID)))},
    "Whisper": {f"F{n % 3}/SA{n}.json": json.dumps({"text": f" {said}", "segments": [{"id": 0}]}) for n, said in enumerate(SAID)},
}  # fmt: skip


@pytest.mark.parametrize("name", list(SOUNDS))
def test_words_of_recordings(reading: Reading, name: str) -> None:
    heard = "_mic1" if name == "VCTK" else ""
    found = reading.read({f"F{n % 3}/SA{n}{heard}.wav": "" for n in AT} | SOUNDS[name])
    assert found.form == Form.TRANSCRIPTS
    assert sorted(item.label for item in found.items) == sorted(SAID)
