"""Which words of file names may be the class is found and asked, and what was answered is read."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.names import by_names, name_classes
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.uploads import UploadService
from bigmodel.services.jobs.control import ControlService
from bigmodel.settings import Settings
from tests.fakes.asleep import Asleep
from tests.fakes.media import classes, packed, picture, recording
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

OWNER = "local"


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield


def items(names: Sequence[str]) -> list[Item]:
    return [Item(Entry(name, 1, BytesIO)) for name in names]


def places(*names: str) -> dict[str, list[str]]:
    return {
        each.place: sorted(word for word, _ in each.counts) for each in name_classes(items(names))
    }


def many(*shapes: str, count: int = 12) -> list[str]:
    return [shape.format(n) for shape in shapes for n in range(count)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (many("cat.{}.jpg", "dog.{}.jpg"), {"1": ["cat", "dog"]}),
        (many("cat_{:03}.jpg", "dog_{:03}.jpg"), {"1": ["cat", "dog"]}),
        (many("cat{}.jpg", "dog{}.jpg"), {"1": ["cat", "dog"]}),
        (many("猫-{}.png", "狗-{}.png"), {"1": ["狗", "猫"]}),
        (many("猫 ({}).png", "狗（{}）.png"), {"1": ["狗", "猫"]}),
        (
            many("0_george_{}.wav", "1_george_{}.wav", "0_theo_{}.wav", "1_theo_{}.wav"),
            {"2": ["george", "theo"], "1": ["0", "1"], "3": sorted(map(str, range(12)))},
        ),
        (
            many("great_pyrenees_{}.jpg", "beagle_{}.jpg"),
            {"words": ["beagle", "great pyrenees"]},
        ),
        (many("IMG_{:04}.jpg", "DSC_{:04}.jpg"), {}),
        (many("{:03}.jpg", count=30), {}),
        (many("IMG_20260101_{:06}.jpg", "IMG_20260102_{:06}.jpg"), {}),
        ([f"{n * 2654435761 % 2**32:08x}.jpg" for n in range(1, 200)], {}),
    ],
)  # fmt: skip
def test_words_that_may_be_classes_are_found(
    names: list[str], expected: dict[str, list[str]]
) -> None:
    assert places(*names) == expected


def test_test_files_without_a_known_class_have_none() -> None:
    names = [*many("train/cat.{}.jpg", "train/dog.{}.jpg"), *many("test1/{}.jpg")]
    [found] = name_classes([Item(item.entry, split="") for item in items(names[:24])])
    assert (found.word, dict(found.counts)) == ("cat", {"cat": 12, "dog": 12})
    read = by_names(items(names), "1")
    assert [item.label for item in read] == ["cat"] * 12 + ["dog"] * 12 + [""] * 12
    assert {item.split for item in read[24:]} == {"test"}


def test_a_place_that_no_name_has_is_said() -> None:
    with pytest.raises(DatasetError, match="name_part"):
        by_names(items(["cat.1.jpg"]), "7")
    with pytest.raises(DatasetError, match="name_part"):
        by_names(items(["cat.1.jpg"]), "first")


class Desk:
    """Datasets of a folder of files whose names hold classes."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.store, self.folder = settings, ScratchStore(), folder
        self.datasets = DatasetService(settings, self.store)

    def bring(self, files: dict[str, bytes], **told: str) -> Dataset:
        return self.datasets.import_file(OWNER, packed(self.folder / "a.zip", files), **told)  # type: ignore[arg-type]


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path)


@pytest.mark.parametrize(
    ("name", "make", "places"),
    [
        (lambda n: f"UTKFace/{n}_{n % 2}_{n // 2 % 3}_2017{n:08}.jpg.chip.jpg", picture, {"2", "3"}),
        (lambda n: f"Actor_{n % 4:02}/03-01-{n // 4 % 3:02}-{n // 12 % 2:02}-{n % 4:02}.wav", recording, {"3", "4", "5"}),
    ],
    ids=["UTKFace", "RAVDESS"],
)  # fmt: skip
def test_codes_in_names_are_asked_before_one_folder_or_people(
    desk: Desk, name: Callable[[int], str], make: Callable[[int], bytes], places: set[str]
) -> None:
    files = {name(n): make(n) for n in range(48)}
    with pytest.raises(DatasetError, match="media_names") as caught:
        desk.bring(files)
    assert {each.place for each in caught.value.names} == places
    told = desk.bring(files, name_part="3").version.summary.classes
    assert len(told) == 3


@pytest.mark.parametrize(
    "beside",
    [
        ("captions.txt", "image,caption\n", "{n}.png,A child number {n} climbs up the stairs, slowly .\n"),
        ("Flickr8k.token.txt", "", "{n}.png#0\tA child number {n} climbs up the stairs .\n"),
        ("metadata.jsonl", "", '{{"file_name": "{n}.png", "text": "a child of number {n} on a mat"}}\n'),
    ],
    ids=lambda each: each[0],
)  # fmt: skip
def test_sentences_about_pictures_are_no_classes(desk: Desk, beside: tuple[str, ...]) -> None:
    name, head, line = beside
    files = {f"{n}.png": picture(n) for n in range(12)}
    said = head + "".join(line.format(n=n) for n in range(12))
    version = desk.bring(files | {name: said.encode()}).version
    assert not version.summary.classes
    assert any(each.key.endswith(".captions") for each in version.summary.problems)


def animals(ending: str = "png", at: int = 0, folder: str = "") -> dict[str, bytes]:
    make = picture if ending == "png" else recording
    return {
        f"{folder}{animal}.{n}.{ending}": make(at + 40 * place + n)
        for place, animal in enumerate(("cat", "dog"))
        for n in range(12)
    }


@pytest.mark.parametrize("folder", ["", "pets/", "photos/"])
@pytest.mark.parametrize("ending", ["png", "wav"])
def test_it_is_asked_and_read_as_answered(desk: Desk, ending: str, folder: str) -> None:
    files = animals(ending, folder=folder)
    with pytest.raises(DatasetError, match="media_names") as asked:
        desk.bring(files)
    [found] = asked.value.names
    assert (found.place, found.counts) == ("1", (("cat", 12), ("dog", 12)))
    made = desk.bring(files, name_part="1").version
    assert dict(made.summary.classes) == {"cat": 12, "dog": 12}
    assert set(made.summary.split_rows) >= {"train", "validation", "test"}
    assert made.recipe.name_part == "1"
    assert any(problem.key == "data.reading.names_used" for problem in made.summary.problems)
    unsorted = desk.bring(files, label=NO_LABEL).version.summary
    assert (unsorted.classes, unsorted.unlabelled_rows) == ({}, 24)


def test_folders_and_tables_win_over_names(desk: Desk) -> None:
    in_folders = {f"{name[:3]}/{name}": picture for name, picture in animals().items()}
    assert dict(desk.bring(in_folders).version.summary.classes) == {"cat": 12, "dog": 12}
    table = "file,class\n" + "".join(f"{name},x{name[4]}\n" for name in animals())
    listed = desk.bring({**animals(), "labels.csv": table.encode()})
    assert set(listed.version.summary.classes) == {f"x{n}" for n in range(10)}


def test_a_folder_of_photos_is_not_asked_about_its_counter(desk: Desk) -> None:
    files = {f"holiday/IMG_{n % 3}_{n}.png": picture(n) for n in range(12)}
    with pytest.raises(DatasetError, match="one_folder"):
        desk.bring(files)


def test_later_files_are_read_in_the_same_way(desk: Desk) -> None:
    made = desk.bring(animals(), name_part="1")
    other = packed(desk.folder / "test.zip", animals(at=500))
    tested = desk.datasets.set_test_file(OWNER, made.id, other)
    assert tested.version.summary.split_rows["test"] == 24
    trays = UploadService(desk.settings)
    tray = trays.open(OWNER, "folder", "more")
    for name, content in animals(at=900).items():
        place = trays.place(OWNER, tray.id, len(content))
        place.write_bytes(content)
        trays.keep(OWNER, tray.id, f"more/{name}", place)
    growing = AppendService(
        desk.settings, desk.store, ControlService(desk.settings, desk.store, Asleep())
    )
    grown = growing.add_files(OWNER, made.id, trays.get(OWNER, tray.id))
    assert set(grown.version.summary.classes) == {"cat", "dog"}
    assert grown.version.summary.rows == tested.version.summary.rows + 24


def test_a_test_file_in_class_folders_is_read_by_its_folders(desk: Desk) -> None:
    made = desk.bring(animals(), name_part="1")
    files = {
        f"{name[:3]}/photo{at}.png": picture
        for at, (name, picture) in enumerate(animals(at=500).items())
    }
    other = packed(desk.folder / "test.zip", files)
    tested = desk.datasets.set_test_file(OWNER, made.id, other).version.summary
    assert tested.split_rows["test"] == 24
    assert set(tested.classes) == {"cat", "dog"}


def test_files_gathered_class_by_class_keep_the_class_they_were_put_in(desk: Desk) -> None:
    made = desk.bring(animals(), name_part="1")
    trays = UploadService(desk.settings)
    tray = trays.open(OWNER, "collect", "own")
    for n, content in enumerate(classes("bird").values()):
        place = trays.place(OWNER, tray.id, len(content))
        place.write_bytes(content)
        trays.keep(OWNER, tray.id, f"bird/cat.{n}.png", place)
    growing = AppendService(
        desk.settings, desk.store, ControlService(desk.settings, desk.store, Asleep())
    )
    grown = growing.add_files(OWNER, made.id, trays.get(OWNER, tray.id))
    assert dict(grown.version.summary.classes) == {"cat": 12, "dog": 12, "bird": 6}
