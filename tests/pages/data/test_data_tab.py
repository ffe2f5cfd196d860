"""The Data tab without a browser: what it shows, what it refuses, and that no text of a person becomes markup."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.card import CardService
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.last_look import LastLookService
from bigmodel.services.datasets.similar import SimilarService
from bigmodel.services.datasets.workbooks import WorkbookService
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.labelling.filling import FillingService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.labelling.splits import SplitService
from bigmodel.services.labelling.suspects import SuspectService
from bigmodel.services.sharing.annotated import AnnotatedService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.data import DataTab
from tests.fakes.asleep import Asleep
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

BAD = "<img src=x onerror=window.BAD=1>"


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.fixture
def tab(settings: Settings) -> DataTab:
    store = ScratchStore()
    classes, labelling = ClassService(settings, store), LabellingService(settings, store)
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        classes=classes,
        checkup=CheckupService(settings, store, classes),
        suspects=SuspectService(settings, store, labelling.task_of, labelling.settle),
        splits=SplitService(settings, store, labelling.task_of, labelling.settle),
        last_look=LastLookService(settings, store),
        similar=SimilarService(settings, store),
        cards=CardService(settings, store, load_words()),
        annotated=AnnotatedService(settings, store, labelling.settle, Downloads(settings)),
        training=SimpleNamespace(tasks=list, unfit_for=lambda *_: ""),
        filling=FillingService(settings, store, labelling.settle),
        append=AppendService(settings, store, ControlService(settings, store, Asleep())),
        workbooks=WorkbookService(settings, store),
    )
    return one_tab(DataTab, services)


def table(folder: Path, label: str = "good", rows: int = 60) -> Path:
    path = folder / "table.csv"
    lines = [f"text {i} {BAD},{label if i % 2 else BAD}" for i in range(rows)]
    path.write_text("\n".join([f"{BAD},label", *lines]), "utf-8")
    return path


def imported(tab: DataTab, path: Path) -> str:
    return tab.ctx.services.datasets.import_file("local", path).id


def folds_of(component: Any) -> list[Any]:
    """The blocks that a component stands in, the nearest first."""
    above = component.parent
    return [] if above is None else [above, *folds_of(above)]


def test_refusal_that_is_told_while_the_tab_is_drawn_stays_in_sight(
    tab: DataTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(tab, table(tmp_path))
    draw, by_page = tab._shown, request()
    by_page.session_hash = "page"
    refuse = tab.intake.told.keep(tab.intake.upload)

    def drawn_slowly(*args: Any) -> Any:
        shown = draw(*args)
        broken = tmp_path / "broken.xlsx"
        broken.write_bytes(b"no workbook")
        assert tab.intake.refused in refuse(str(broken), "", by_page)
        return shown

    monkeypatch.setattr(tab, "_shown", drawn_slowly)
    shown = tab.show("", by_page)
    assert tab.facts in shown
    assert not {tab.intake.refused, tab.intake.pending, tab.body, tab.text} & shown.keys()
    monkeypatch.setattr(tab, "_shown", draw)
    assert tab.intake.refused in tab.show("", by_page)


def test_refusal_that_is_told_before_the_chosen_dataset_is_drawn_again_stays_in_sight(
    tab: DataTab, tmp_path: Path
) -> None:
    dataset, by_page = imported(tab, table(tmp_path)), request()
    by_page.session_hash = "page"
    assert tab.intake.refused not in tab.come("", by_page)  # nothing can have gone before
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    tab.intake.told.keep(tab.intake.upload)(str(tmp_path / "broken.xlsx"), "", by_page)
    shown = tab.follow(dataset, by_page)  # the first drawing chose it
    assert tab.facts in shown
    assert not {tab.intake.refused, tab.body, tab.text} & shown.keys()
    assert {tab.intake.refused, tab.body} <= tab.come(dataset, by_page).keys()
    assert {tab.intake.refused, tab.body} <= tab.follow(dataset, by_page).keys()


def test_nothing_here_shows_only_the_hint(tab: DataTab) -> None:
    shown: Any = tab.show("", request())
    assert shown.keys() <= set(tab.outputs)
    assert shown[tab.nothing].visible
    folded = [each for each in shown if getattr(shown[each], "visible", None) is False]
    left = [each for each in tab.outputs if each not in shown]
    assert left
    assert all(set(folds_of(each)) & set(folded) for each in left)
    assert shown[tab.ctx.dataset] == ""


def test_unknown_dataset_falls_back_to_the_newest(tab: DataTab, tmp_path: Path) -> None:
    dataset_id = imported(tab, table(tmp_path))
    shown = tab.show("01a20a30-148a-7a90-8a5f-10dfdf93a8d7", request())
    assert shown.keys() <= set(tab.outputs)
    left = [each.elem_id for each in tab.outputs if each not in shown]
    assert left == []
    assert shown[tab.ctx.dataset] == dataset_id


def test_upload_that_ends_while_the_tab_is_drawn_stays_in_sight(
    tab: DataTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(tab, table(tmp_path))
    draw, uploaded = tab._shown, []

    def drawn_slowly(*args: Any) -> Any:
        shown = draw(*args)
        if not uploaded:
            uploaded.append(imported(tab, table(tmp_path, label="other")))
        return shown

    monkeypatch.setattr(tab, "_shown", drawn_slowly)
    assert tab.show("", request())[tab.ctx.dataset] == uploaded[0]
    assert tab.ctx.dataset not in tab.show(uploaded[0], request())


def test_text_of_a_person_is_never_markup(tab: DataTab, tmp_path: Path) -> None:
    shown = tab.show(imported(tab, table(tmp_path)), request())
    drawn = [value for value in shown.values() if isinstance(value, str)]
    assert any("&lt;img" in text for text in drawn)
    assert not any("<img" in text for text in drawn)


def test_refused_upload_explains_itself(tab: DataTab, tmp_path: Path) -> None:
    path = table(tmp_path, label=BAD)
    taken: Any = tab.intake.upload(str(path), "", request("zh"), progress=lambda *a, **k: None)
    refusal, pending = taken[tab.intake.refused], taken[tab.intake.pending]
    assert "至少需要两个类别" in refusal.value
    assert "<img" not in refusal.value
    assert pending.path == str(path)
    assert taken[
        tab.intake.answer
    ].visible  # *Cancel* leads back to the data that were there before
    assert not taken[tab.intake.go_on].visible


def test_delete_is_asked_with_what_goes_along(tab: DataTab, tmp_path: Path) -> None:
    asked, question, _ = tab.ask(imported(tab, table(tmp_path)), request())
    assert "“table” with its 60 rows" in question
    assert tab.remove(asked, request()) == ""
    assert tab.ctx.services.datasets.all("local") == []


def test_file_says_first_what_it_would_add(tab: DataTab, tmp_path: Path) -> None:
    dataset_id = imported(tab, table(tmp_path))
    more = tmp_path / "more.csv"
    more.write_text(f"label,{BAD},\n{BAD},text 1 {BAD},x\n good,text 99 {BAD},y\n", "utf-8")
    growing = tab.growing
    looked = growing.look(dataset_id, str(more), request(), progress=lambda *_, **__: None)
    assert "New rows: 1 of 2" in str(looked[growing.found])
    assert "another label in the file than here" in str(looked[growing.found])
    assert "<img" not in str(looked[growing.found])
    assert looked[growing.add]["value"] == "Add the rows (1)"  # type: ignore[index]
    put = growing.put_in(dataset_id, str(more), True, request("zh"), progress=lambda *_, **__: None)
    assert "已加入 2 行" in str(put[growing.found])
    assert tab.ctx.services.datasets.get("local", dataset_id).version.summary.rows == 62


def test_pasted_rows_are_added_and_forgotten(
    tab: DataTab, settings: Settings, tmp_path: Path
) -> None:
    dataset_id = imported(tab, table(tmp_path))
    growing, quiet = tab.growing, lambda *_, **__: None
    looked = growing.look_pasted(dataset_id, f"{BAD}\tlabel\nquite new\tgood", request(), quiet)
    path = str(looked[growing.path])
    put = growing.put_in(dataset_id, path, False, request(), progress=quiet)
    assert "Rows added: 1. This is now version 2, with 61 rows." in str(put[growing.found])
    assert not Path(path).exists()


def test_stars_are_offered_as_three_classes(tab: DataTab, tmp_path: Path) -> None:
    path = tmp_path / "stars.csv"
    lines = [f"text {i},{'★' * (i % 5 + 1)}" for i in range(60)]
    path.write_text("\n".join(["text,stars", *lines]), "utf-8")
    dataset_id = imported(tab, path)
    found = tab.names.shown(tab.ctx.services.datasets.get("local", dataset_id), request("zh"))
    names = tab.names
    asked = (names.low, names.middle, names.high, names.low_to, names.high_from)
    assert [found[part] for part in asked] == ["差评", "中评", "好评", 2, 4]
    taken = names.take_stars(dataset_id, "three", "a", "b", "c", 2, 4, request())
    assert taken == {names.made: f"{dataset_id} 2", names.trouble: ""}
    event = gr.EventData(None, {"names": {"a": BAD, "b": BAD, "c": BAD}})
    trouble = names.rename(dataset_id, event, request())[names.trouble]
    assert "&lt;img" in str(trouble)
    assert "<img" not in str(trouble)


def test_rows_are_parted_by_the_column_that_offers_itself(tab: DataTab, tmp_path: Path) -> None:
    path = tmp_path / "spoken.csv"
    lines = [f"text number {at},{'ab'[at % 2]},s{at % 12}" for at in range(120)]
    path.write_text("\n".join(["text,label,speaker", *lines]), "utf-8")
    dataset_id = imported(tab, path)
    shown: Any = tab.show(dataset_id, request())
    assert shown[tab.splits.choice].value == "group:speaker"
    assert shown[tab.splits.box].visible
    nothing: Any = tab.splits.begin(dataset_id, "random", request())
    assert "Choose a column first" in nothing[tab.splits.found]
    assert tab.splits.part(dataset_id, "group:speaker", request()) == f"{dataset_id} 2"
    again: Any = tab.show(dataset_id, request("zh"))
    assert again[tab.splits.choice].value == "group:speaker"
    assert "放在一起：speaker（12 组）" in [name for name, _ in again[tab.splits.choice].choices]


def test_search_without_its_base_names_it_and_offers_to_fetch_it(
    tab: DataTab, tmp_path: Path
) -> None:
    shown: Any = tab.show(imported(tab, table(tmp_path)), request())
    view = tab.similar
    assert "e5" in shown[view.about]
    assert shown[view.fetch].visible
    assert "e5" in shown[view.fetch].value
    assert not shown[view.search].visible
    assert not shown[view.text].visible
