"""More rows for a table in the page: first what they would add, then the adding; pasted ones leave nothing behind."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.errors import DatasetError
from bigmodel.settings import Settings
from pages.data import DataTab
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes.journey import train, write_table
from tests.fakes.services import real_services
from tests.pages.one_tab import one_tab

BAD = "<img src=x>"


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


def quiet(*_: object, **__: object) -> None:
    """Stand for the progress of a page that nobody looks at."""


class Desk:
    """The Data tab with a table of 60 rows in it."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.services = real_services(settings)
        self.folder = folder
        table = write_table(folder / "soup.csv", 60)
        self.dataset = self.services.datasets.import_file(LOCAL_OWNER, table).id
        self.view: Any = one_tab(DataTab, self.services).growing

    def file(self, *rows: str) -> str:
        path = self.folder / "more.csv"
        path.write_text("\n".join(["text,label", *rows]), "utf-8")
        return str(path)

    def look(self, *rows: str, language: str = "en") -> dict[Any, Any]:
        shown: dict[Any, Any] = self.view.look(
            self.dataset, self.file(*rows), request(language), quiet
        )
        return shown

    def rows(self) -> int:
        found: int = self.services.datasets.get(LOCAL_OWNER, self.dataset).version.summary.rows
        return found


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path)


def test_look_adds_nothing_yet(desk: Desk) -> None:
    shown = desk.look("brand new,good", "newer still,bad")
    assert "2" in shown[desk.view.add]["value"]
    assert shown[desk.view.add]["interactive"]
    assert not shown[desk.view.keep]["visible"]  # nothing repeats
    assert desk.rows() == 60


def test_repeated_rows_may_be_kept_and_the_button_counts_them(desk: Desk) -> None:
    known = "lovely warm soup 好吃 0,good"
    shown = desk.look(known, "brand new,good")
    growth = shown[desk.view.growth]
    assert shown[desk.view.keep]["visible"]
    counts = [desk.view.count(growth, keeps, request())["value"] for keeps in (False, True)]
    assert ["(1)" in counts[0], "(2)" in counts[1]] == [True, True]


def test_file_of_known_rows_has_nothing_to_add(desk: Desk) -> None:
    shown = desk.look("lovely warm soup 好吃 0,good")
    assert not shown[desk.view.add]["interactive"]


def test_put_in_makes_a_version_and_closes_the_form(desk: Desk) -> None:
    path = desk.file("brand new,good")
    shown = desk.view.put_in(desk.dataset, path, False, request("zh"), quiet)
    assert "61" in str(shown[desk.view.found])
    assert (shown[desk.view.path], shown[desk.view.file], shown[desk.view.growth]) == (
        "",
        None,
        None,
    )
    assert desk.rows() == 61
    assert desk.services.datasets.get(LOCAL_OWNER, desk.dataset).version.number == 2


def test_put_in_without_a_file_is_a_sentence(desk: Desk) -> None:
    with pytest.raises(DatasetError, match="file_missing"):
        desk.view.put_in(desk.dataset, "", False, request(), quiet)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_file_that_cannot_be_added_says_why(desk: Desk, language: str) -> None:
    path = desk.folder / "page.csv"
    path.write_text("<!doctype html><html><body>sign in</body></html>", "utf-8")
    shown = desk.view.look(desk.dataset, str(path), request(language), quiet)
    assert "bm-problem" in shown[desk.view.found]
    assert not shown[desk.view.add]["visible"]
    assert desk.rows() == 60


def test_classes_and_texts_of_a_person_are_escaped(desk: Desk) -> None:
    shown = desk.look(f"brand new,{BAD}", "lovely warm soup 好吃 0,bad")
    assert BAD not in shown[desk.view.found]
    assert "&lt;img" in shown[desk.view.found]


def test_pasted_lines_are_looked_at_and_forgotten_when_given_up(desk: Desk) -> None:
    shown = desk.view.look_pasted(desk.dataset, "text\tlabel\nbrand new\tgood", request(), quiet)
    path = Path(shown[desk.view.path])
    assert path.is_file()
    closed = desk.view.give_up(str(path), request())
    assert closed[desk.view.found] == ""
    assert not path.exists()
    assert desk.rows() == 60


def test_file_of_a_person_stays_where_it_is(desk: Desk) -> None:
    path = Path(desk.file("brand new,good"))
    desk.view.give_up(str(path), request())
    desk.view.put_in(desk.dataset, str(path), False, request(), quiet)
    assert path.is_file()


def test_training_on_older_rows_is_offered_again(desk: Desk) -> None:
    dataset = desk.services.datasets.get(LOCAL_OWNER, desk.dataset)
    train(desk.services, dataset)
    before = desk.view.shown(dataset, request())
    assert not before[desk.view.again.button]["visible"]
    desk.services.append.add_rows(LOCAL_OWNER, desk.dataset, Path(desk.file("brand new,good")))
    grown = desk.services.datasets.get(LOCAL_OWNER, desk.dataset)
    after = desk.view.shown(grown, request())
    assert after[desk.view.again.button]["visible"]
    assert "soup" in after[desk.view.again.button]["value"]
