"""The addresses behind sorting by hand: one small request a press, stored when it is answered, in the person's language."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from bigmodel.jobs.active_learning import Suggestions
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.label import sort_route
from tests.fakes.boxed_pictures import write_boxed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import OWNER, texts, unlabelled
from tests.pages.owned import owned


class Box:
    """What the script in the page can do."""

    def __init__(self, client: TestClient, dataset: str, store: ScratchStore) -> None:
        self.client, self.store, self.dataset = client, store, dataset

    def look(self, language: str = "en", **query: str) -> dict[str, Any]:
        answer = self.client.get(
            f"/bm/sort/{self.dataset}", params=query, headers={"accept-language": language}
        )
        found: dict[str, Any] = answer.json()
        return found

    def do(self, what: str, *values: Any, **more: Any) -> Any:
        asked = {"do": what, "with": list(values), **more}
        return self.client.post(f"/bm/sort/{self.dataset}", json=asked)


@pytest.fixture
def box(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(ActiveLearning, "want", lambda *_: None)
    store = ScratchStore()
    dataset = unlabelled(DatasetService(settings, store), tmp_path, texts(30))
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        labelling=LabellingService(settings, store),
        proposals=SimpleNamespace(model=lambda *_: None),
    )
    with TestClient(
        owned(sort_route.routes(services)), headers={"accept-language": "en"}
    ) as client:
        yield Box(client, dataset.id, store)


def begun(box: Box) -> dict[str, Any]:
    """Make two classes; return what there is to sort."""
    box.do("add", "good")
    found: dict[str, Any] = box.do("add", "bad").json()
    return found


def test_press_is_stored_before_it_is_answered(box: Box) -> None:
    first = begun(box)["rows"][0]
    found = box.do("label", first["id"], "good", "1").json()
    assert [mark.row_id for mark in box.store.labels.get(OWNER, box.dataset).marks] == [first["id"]]
    assert (found["done"], found["progress"]) == (1, "1 of 30 sorted")
    assert found["rows"][0]["id"] != first["id"]
    assert found["last"][0] == {
        "id": first["id"],
        "label": "good",
        "text": first["text"],
        "url": "",
    }


def test_undo_gives_the_row_back_and_skip_puts_it_last(box: Box) -> None:
    first = begun(box)["rows"][0]
    box.do("label", first["id"], "good", "1")
    assert box.do("undo").json()["rows"][0]["id"] == first["id"]
    found = box.do("skip", first["id"]).json()
    assert first["id"] not in {row["id"] for row in found["rows"]}
    assert found["skipped"].startswith("1 skipped")


def test_what_is_missing_is_said_in_the_persons_language(box: Box) -> None:
    assert "two classes" in box.look()["missing"]
    begun(box)
    assert box.look()["missing"].endswith("Still missing: good 10, bad 10.")
    found = box.look("zh-CN")
    assert "还差：good 10，bad 10" in found["missing"]
    assert found["words"]["skip"] == "跳过"


def test_classes_are_renamed_and_merged(box: Box) -> None:
    first = begun(box)["rows"][0]
    box.do("label", first["id"], "good", "1")
    found = box.do("rename", "good", "praise").json()
    assert [group["name"] for group in found["classes"]] == ["praise", "bad"]
    found = box.do("merge", "praise", "bad").json()
    assert found["classes"] == [{"name": "bad", "count": 1}]


def test_guess_leaves_the_server_only_when_asked(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = begun(box)["rows"]
    found = Suggestions(1, 20, tuple((row["id"], "good", 0.625, 0.25) for row in rows))
    monkeypatch.setattr(ActiveLearning, "known", lambda *_: found)
    assert {row["guess"] for row in box.look()["rows"]} == {""}
    assert box.look(guess="1")["rows"][0]["guess"] == "The model thinks: good (62 %)"
    answer = box.do("skip", rows[0]["id"], guess=True).json()
    assert answer["rows"][0]["guess"] == "The model thinks: good (62 %)"


@pytest.mark.parametrize(
    ("what", "values"),
    [("label", ["r"]), ("label", ["r", "", "1"]), ("delete", []), ("", []), ("undo", ["x"])],
)
def test_what_cannot_be_asked_does_nothing(box: Box, what: str, values: list[str]) -> None:
    begun(box)
    assert box.do(what, *values).status_code == 400
    assert box.store.labels.get(OWNER, box.dataset).marks == ()


def test_refusals_are_sentences(box: Box) -> None:
    row = begun(box)["rows"][0]["id"]
    refused = [box.do("add", "GOOD"), box.do("label", row, "other", "1"), box.do("skip", "nobody")]
    assert [(answer.status_code, answer.json()["key"]) for answer in refused] == [
        (409, "class_twice"), (409, "class_unknown"), (409, "row_gone"),
    ]  # fmt: skip
    assert "already a class “GOOD”" in refused[0].json()["error"]


def test_dataset_of_nobody_is_not_there(box: Box) -> None:
    answer = box.client.get("/bm/sort/nothing")
    assert (answer.status_code, answer.json()["key"]) == (404, "dataset_unknown")


def test_table_with_all_labels_says_so(box: Box, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("text,label\n" + "\n".join(f"text {n},{'ab'[n % 2]}" for n in range(20)))
    made = DatasetService(settings, box.store).import_file(OWNER, path)
    box.dataset = made.id
    found = box.look()
    assert (found["rows"], found["total"]) == ([], 0)
    assert found["missing"] == "Every row of “all” has a label already. There is nothing to sort."


def test_pictures_are_drawn_on_and_a_model_draws_first(settings: Settings, tmp_path: Path) -> None:
    store, dice = ScratchStore(), np.random.default_rng(0)
    for number in range(6):
        drawn = write_boxed(tmp_path / f"{number}.png", dice)
    with reading_here():
        dataset = DatasetService(settings, store).import_folder(OWNER, tmp_path)
    finder = SimpleNamespace(
        model=lambda *_: SimpleNamespace(name="finder"), label=lambda *_: drawn.to_cell()
    )
    services: Any = SimpleNamespace(
        settings=settings, words=load_words(), labelling=LabellingService(settings, store), proposals=finder
    )  # fmt: skip
    with TestClient(owned(sort_route.routes(services))) as client:
        box = Box(client, dataset.id, store)
        seen = box.look()
        assert (seen["can_draw"], seen["drawn"], seen["proposer"]) == (True, False, "")
        box.do("draw")
        assert box.look()["proposer"] == "finder"
        kind = drawn.boxes[0].kind
        row = box.do("add", kind).json()["rows"][0]
        proposed = box.do("propose", row["id"]).json()["rows"][0]
        assert (row["boxes"], proposed["id"]) == ([], row["id"])
        assert proposed["boxes"] == [list(drawn.boxes[0])]
        done = box.do("label", row["id"], drawn.to_cell(), "1").json()
        assert (done["done"], done["last"][0]["label"]) == (1, f"1 {kind}")
        opened = box.do("open", row["id"]).json()["rows"][0]
        assert opened["boxes"] == proposed["boxes"]
