"""The promises of `bigmodel/store/base.py` about labels given by hand, kept on every database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling
from bigmodel.store.base import Store
from tests.fakes.things import dataset_of, version_of


def begun(store: Store, dataset: Dataset, *labels: str) -> Labelling:
    """Make two classes and label rows r0, r1, … in this order."""
    store.labels.set_classes("local", dataset.id, ["good", "bad"])
    for number, label in enumerate(labels):
        store.labels.put("local", dataset.id, f"r{number}", label)
    return store.labels.get("local", dataset.id)


def labels(store: Store, dataset: Dataset) -> dict[str, str]:
    marks = store.labels.get("local", dataset.id).labels
    return {row_id: mark.label for row_id, mark in marks.items()}


def test_nobody_has_begun_at_first(store: Store, dataset: Dataset) -> None:
    assert store.labels.get("local", dataset.id) == Labelling()
    assert store.labels.take_back("local", dataset.id) is None


def test_labels_come_back_as_they_were_given(store: Store, dataset: Dataset) -> None:
    found = begun(store, dataset, "good", SKIPPED, "bad")
    store.labels.put("local", dataset.id, "hard", "bad", is_even=False)
    assert found.classes == ("good", "bad")
    assert labels(store, dataset) == {"r0": "good", "r2": "bad", "hard": "bad"}
    found = store.labels.get("local", dataset.id)
    assert found.skipped == ("r1",)
    assert found.marks[-1] == LabelEvent(4, "hard", "bad", False)


def test_undo_takes_back_one_after_the_other(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, "good", "bad")
    store.labels.put("local", dataset.id, "r0", "bad")
    taken = [store.labels.take_back("local", dataset.id) for _ in range(4)]
    assert [mark and (mark.row_id, mark.label) for mark in taken] == [
        ("r0", "bad"), ("r1", "bad"), ("r0", "good"), None,
    ]  # fmt: skip
    assert labels(store, dataset) == {}


def test_correction_taken_back_brings_the_first_label_back(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, "good")
    store.labels.put("local", dataset.id, "r0", "bad")
    store.labels.take_back("local", dataset.id)
    assert labels(store, dataset) == {"r0": "good"}


def test_skipped_row_may_be_labelled_later(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, SKIPPED)
    store.labels.put("local", dataset.id, "r0", "good")
    found = store.labels.get("local", dataset.id)
    assert (found.skipped, list(found.labels)) == ((), ["r0"])


def test_labels_follow_a_renamed_and_a_merged_class(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, "good", "bad")
    store.labels.set_classes("local", dataset.id, ["fine", "bad"], moved={"good": "fine"})
    assert labels(store, dataset) == {"r0": "fine", "r1": "bad"}
    merged = {"was": "fine"}
    store.labels.set_classes("local", dataset.id, ["fine"], moved={"bad": "fine"}, relabel=merged)
    found = store.labels.get("local", dataset.id)
    assert labels(store, dataset) == {"r0": "fine", "r1": "fine"}
    assert (found.classes, found.relabel) == (("fine",), merged)


def test_classes_may_swap_their_names(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, "good", "bad")
    swapped = {"good": "bad", "bad": "good"}
    store.labels.set_classes("local", dataset.id, ["bad", "good"], moved=swapped)
    assert labels(store, dataset) == {"r0": "bad", "r1": "good"}


def test_class_that_is_gone_takes_no_label(store: Store, dataset: Dataset) -> None:
    before = begun(store, dataset, "good")
    with pytest.raises(DatasetError, match="class_unknown"):
        store.labels.put("local", dataset.id, "r1", "other")
    assert store.labels.get("local", dataset.id) == before


def test_store_knows_whether_a_version_holds_the_labels(store: Store, dataset: Dataset) -> None:
    found = begun(store, dataset, "good", "bad")
    assert not found.is_written
    store.labels.set_classes("local", dataset.id, ["good", "bad"], relabel={"x": "good"})
    store.labels.set_written("local", dataset.id, found.change)
    found = store.labels.get("local", dataset.id)
    assert (found.is_written, found.relabel) == (True, {})
    store.labels.take_back("local", dataset.id)
    assert not store.labels.get("local", dataset.id).is_written


def test_what_changed_while_it_was_written_is_kept(store: Store, dataset: Dataset) -> None:
    found = begun(store, dataset, "good")
    store.labels.set_classes(
        "local", dataset.id, ["ok"], moved={"good": "ok"}, relabel={"good": "ok"}
    )
    store.labels.set_written("local", dataset.id, found.change)
    found = store.labels.get("local", dataset.id)
    assert (found.is_written, found.relabel) == (False, {"good": "ok"})


def test_labels_outlive_a_new_version(store: Store, dataset: Dataset) -> None:
    found = begun(store, dataset, "good")
    store.datasets.add_version("local", version_of(dataset.id, 2))
    assert store.labels.get("local", dataset.id) == found


def test_labels_go_with_their_dataset(store: Store, dataset: Dataset) -> None:
    begun(store, dataset, "good")
    store.datasets.delete("local", dataset.id)
    store.datasets.add(dataset)
    assert store.labels.get("local", dataset.id) == Labelling()
    assert store.check() == []


def test_sorting_of_elsewhere_takes_the_place(store: Store, dataset: Dataset) -> None:
    found = begun(store, dataset, "good", SKIPPED)
    other = dataset_of()
    store.datasets.add(other)
    store.labels.replace("local", other.id, Labelling.from_json(found.to_json()))
    assert store.labels.get("local", other.id) == found


def test_threads_lose_no_label(store: Store, dataset: Dataset) -> None:
    begun(store, dataset)
    with ThreadPoolExecutor(4) as pool:
        put = lambda number: store.labels.put("local", dataset.id, f"r{number}", "good")  # noqa: E731
        assert sorted(pool.map(put, range(12))) == list(range(1, 13))
    assert len(store.labels.get("local", dataset.id).labels) == 12


def test_classes_changed_meanwhile_are_not_overwritten(store: Store, dataset: Dataset) -> None:
    known = begun(store, dataset)
    assert store.labels.set_classes("local", dataset.id, ["good", "bad", "x"], known=known)
    assert not store.labels.set_classes("local", dataset.id, ["good", "bad", "y"], known=known)
    assert store.labels.get("local", dataset.id).classes == ("good", "bad", "x")
