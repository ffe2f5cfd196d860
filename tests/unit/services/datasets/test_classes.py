"""Stars become classes or numbers, classes get other names or become one; every row keeps its id and its part."""

from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.labelling.class_names import ClassName
from bigmodel.data.versions.revise import with_labels
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.settings import Settings
from tests.fakes.names import HOSTILE_NAMES, is_harmless
from tests.fakes.scratch_store import ScratchStore

NAMES = ("bad", "so so", "good")


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore()


@pytest.fixture
def service(settings: Settings, store: ScratchStore) -> ClassService:
    return ClassService(settings, store)


@pytest.fixture
def dataset(settings: Settings, store: ScratchStore, tmp_path: Path) -> Dataset:
    """A hundred reviews with one to five stars."""
    path = tmp_path / "reviews.csv"
    lines = (f"this is review {i},{i % 5 + 1} 星" for i in range(100))
    path.write_text("\n".join(["review,stars", *lines]), "utf-8")
    return DatasetService(settings, store).import_file("local", path)


def rows(settings: Settings, dataset: Dataset) -> dict[str, list[str]]:
    return load_rows(settings.home / dataset.version.folder)


def test_stars_become_three_classes(
    settings: Settings, service: ClassService, dataset: Dataset
) -> None:
    assert service.look("local", dataset.id).most_stars == 5
    sorted_ = service.sort_stars("local", dataset.id, NAMES, low_to=2, high_from=4)
    assert dict(sorted_.version.summary.classes) == {"bad": 40, "good": 40, "so so": 20}
    before, after = rows(settings, dataset), rows(settings, sorted_)
    assert after["row_id"] == before["row_id"]
    assert after["split"] == before["split"]
    assert after["target"][:5] == ["bad", "bad", "so so", "good", "good"]
    found = service.look("local", dataset.id)
    assert found.names[0] == ClassName("bad", 40, ("1 星", "2 星"))
    assert found.most_stars == 5
    assert found.sorted_as == (NAMES, 2, 4)


def test_stars_become_a_number_or_themselves_again(
    settings: Settings, service: ClassService, dataset: Dataset
) -> None:
    counted = service.count_stars("local", dataset.id)
    assert counted.version.recipe.kind == "number"
    assert rows(settings, counted)["target"][:3] == ["1", "2", "3"]
    again = service.as_they_came("local", dataset.id)
    assert not again.version.recipe.kind
    assert set(again.version.summary.classes) == {f"{stars} 星" for stars in range(1, 6)}
    assert service.as_they_came("local", dataset.id).version.number == again.version.number


def test_classes_are_renamed_and_merged(service: ClassService, dataset: Dataset) -> None:
    names = {"1 星": "low", "2 星": " low ", "3 星": "", "5 星": "top"}
    once = service.rename("local", dataset.id, names)
    assert dict(once.version.summary.classes) == {"low": 40, "3 星": 20, "4 星": 20, "top": 20}
    twice = service.rename("local", dataset.id, {"low": "bad", "4 星": "top"})
    assert dict(twice.version.summary.classes) == {"bad": 40, "top": 40, "3 星": 20}
    assert twice.version.recipe.relabel["2 星"] == "bad"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_class_is_one_that_can_be_stored_and_shown(
    name: str, service: ClassService, dataset: Dataset
) -> None:
    renamed = service.rename("local", dataset.id, {"1 星": name})
    assert all(map(is_harmless, renamed.version.summary.classes))


def test_labels_by_hand_are_renamed_too(
    settings: Settings, store: ScratchStore, service: ClassService, dataset: Dataset
) -> None:
    first = rows(settings, dataset)["row_id"][0]
    store.datasets.add_version("local", with_labels(settings, dataset.version, 2, {first: "odd"}))
    renamed = service.rename("local", dataset.id, {"odd": "5 星"})
    assert rows(settings, renamed)["target"][0] == "5 星"
    assert "odd" not in renamed.version.summary.classes


def test_sorted_rows_follow_and_bring_no_old_name_back(
    settings: Settings, store: ScratchStore, dataset: Dataset
) -> None:
    sorting = LabellingService(settings, store)
    service = ClassService(settings, store, sorting.settle)
    first = rows(settings, dataset)["row_id"][0]
    sorting.look("local", dataset.id)
    sorting.label("local", dataset.id, first, "5 星")
    renamed = service.rename("local", dataset.id, {"5 星": "top", "1 星": "low"})
    assert rows(settings, renamed)["target"][0] == "top"
    assert renamed.version.number == 3
    assert sorting.settle("local", dataset.id).version.number == 3
    names = {one.name for one in sorting.look("local", dataset.id).classes}
    assert names == {"top", "low", "2 星", "3 星", "4 星"}


def test_last_two_classes_stay_two(service: ClassService, dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="one_class"):
        service.rename("local", dataset.id, {f"{stars} 星": "all" for stars in range(1, 6)})
    with pytest.raises(DatasetError, match="class_gone"):
        service.rename("local", dataset.id, {"6 星": "all"})
    with pytest.raises(DatasetError, match="stars_borders"):
        service.sort_stars("local", dataset.id, NAMES, low_to=4, high_from=4)
    with pytest.raises(DatasetError, match="class_unnamed"):
        service.sort_stars("local", dataset.id, ("a", " ", "b"), low_to=2, high_from=4)
    with pytest.raises(NotFoundError):
        service.rename("another", dataset.id, {})
