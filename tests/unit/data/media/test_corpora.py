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
    "JSUT": {"transcript.txt": lines(*(f"SA{n}:{said}" for n, said in enumerate(SAID)))},
    "Whisper": {f"F{n % 3}/SA{n}.json": json.dumps({"text": f" {said}", "segments": [{"id": 0}]}) for n, said in enumerate(SAID)},
}  # fmt: skip


@pytest.mark.parametrize("name", list(SOUNDS))
def test_words_of_recordings(reading: Reading, name: str) -> None:
    heard = "_mic1" if name == "VCTK" else ""
    found = reading.read({f"F{n % 3}/SA{n}{heard}.wav": "" for n in AT} | SOUNDS[name])
    assert found.form == Form.TRANSCRIPTS
    assert sorted(item.label for item in found.items) == sorted(SAID)
