"""The Results tab without a browser: what it shows of a training, and how it waits for one."""

import json
from types import SimpleNamespace
from typing import cast

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.results.compare import CompareService
from bigmodel.services.results.results import ResultService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.results import ResultsTab
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes import trained
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

LABELS = ("<b>bad</b>", "good")
ROWS: list[trained.Row] = [
    ("train", "fine", "good"),
    ("train", "awful", "<b>bad</b>"),
    ("test", "<script>cold</script> soup", "<b>bad</b>"),
    ("test", "warm soup", "good"),
]
GOOD, BAD = [0.1, 0.9], [0.8, 0.2]


class Again:
    """What would queue a training again; nothing here asks it to."""

    def again(
        self, owner: str, job_id: str, /, *, dataset_version: int, name: str, via: str
    ) -> Job:
        raise AssertionError(owner, job_id, dataset_version, name, via)


@pytest.fixture
def training(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> trained.Training:
    monkeypatch.setattr(trained, "OWNER", LOCAL_OWNER)
    return trained.start_training(settings, ScratchStore(), ROWS)


@pytest.fixture
def tab(training: trained.Training) -> ResultsTab:
    store = training.store
    services = SimpleNamespace(
        insights=SimpleNamespace(advice=lambda *_: []),
        settings=training.settings,
        words=load_words(),
        jobs=SimpleNamespace(all=store.jobs.list_all, get=store.jobs.get),
        results=ResultService(training.settings, store, lambda *_: []),
        append=AppendService(training.settings, store, Again()),
        compare=CompareService(training.settings, store, lambda *_: []),
    )

    return one_tab(ResultsTab, services)


def request(language: str = "en") -> gr.Request:
    headers = [(b"accept-language", language.encode())]
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": headers,
    }
    return gr.Request(request=Request(scope))


def test_training_is_shown_whole(tab: ResultsTab, training: trained.Training) -> None:
    model = training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    training.end()
    shown = tab.show(training.job.id, None, request())
    assert "tried on 2 it never saw" in str(shown[tab.sentence])
    panels = json.loads(str(shown[tab.panels]))
    assert [panel["name"] for panel in panels] == ["matrix", "roc", "precision-recall", "classes"]
    assert [panel["half"] for panel in panels] == [True, True, True, False]
    assert {panels[at]["figure"]["run"] for at in (0, 1, 2)} == {model.id}
    assert not cast(gr.Timer, shown[tab.timer]).active
    assert cast(gr.Radio, shown[tab.model]).value == model.id


def test_texts_of_people_are_shown_literally(tab: ResultsTab, training: trained.Training) -> None:
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    shown = tab.show(training.job.id, None, request())
    pages = "".join(
        str(shown[part]) for part in (tab.wrong.rows, tab.panels, tab.sentence, tab.measures)
    )
    assert "<script>" not in pages
    assert "<b>bad" not in pages
    assert "&lt;script&gt;cold" in pages


def test_unfinished_training_is_waited_for(tab: ResultsTab, training: trained.Training) -> None:
    shown = tab.show(training.job.id, None, request("zh"))
    assert "仍在训练" in str(cast(gr.HTML, shown[tab.notice]).value)
    assert cast(gr.Timer, shown[tab.timer]).active
    seen = str(shown[tab.seen])
    assert tab.look(training.job.id, None, seen, request()) == gr.skip()
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    again = tab.look(training.job.id, None, seen, request())
    assert "still training" in str(cast(gr.HTML, cast(dict, again)[tab.notice]).value)


def test_kept_model_is_shown_once_the_training_ends(
    tab: ResultsTab, training: trained.Training
) -> None:
    first = training.add_model("instant", [GOOD, GOOD], LABELS)
    seen = str(tab.show(training.job.id, None, request())[tab.seen])
    kept = training.add_model("fine-tuned", [GOOD, GOOD], LABELS, kept=True)
    meanwhile = cast(dict, tab.look(training.job.id, first.id, seen, request()))
    assert cast(gr.Radio, meanwhile[tab.model]).value == first.id
    training.end()
    after = cast(dict, tab.look(training.job.id, first.id, str(meanwhile[tab.seen]), request()))
    assert cast(gr.Radio, after[tab.model]).value == kept.id


def test_deleted_training_leads_to_the_newest(tab: ResultsTab, training: trained.Training) -> None:
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    training.end()
    assert tab.show(new_id(), None, request())[tab.ctx.job] == training.job.id


def test_cell_of_the_matrix_shows_its_rows(tab: ResultsTab, training: trained.Training) -> None:
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    event = gr.EventData(None, {"x": 1, "y": 1, "panel": 0})
    shown = tab.pick_cell(training.job.id, None, event, request())
    assert (shown[tab.wrong.truth], shown[tab.wrong.answer]) == ("good", "good")
    assert "warm soup" in str(shown[tab.wrong.rows])


def test_pages_of_wrong_rows_end(tab: ResultsTab, training: trained.Training) -> None:
    training.add_model("instant", [GOOD, BAD], LABELS, kept=True)
    shown = tab.wrong.turn_back(training.job.id, "", "", "", 10, request())
    assert "1–2 of 2" in str(shown[tab.wrong.rows])
    assert not cast(gr.Button, shown[tab.wrong.next]).interactive


def test_model_comes_as_a_file(tab: ResultsTab, training: trained.Training) -> None:
    model = training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    (training.settings.home / model.folder / "instant.json").write_text("{}", "utf-8")
    pack = tab._packer("model")
    assert pack(training.job.id, model.id, request()).endswith("model-instant.zip")


def test_what_is_taken_belongs_to_what_is_in_sight(
    tab: ResultsTab, training: trained.Training
) -> None:
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    assert tab.show("", None, request())[tab.of] == training.job.id
    root: gr.Blocks | None = tab.download.parent
    while root is not None and root.parent is not None:
        root = root.parent
    assert root is not None
    names = ("download", "onnx", "adapter", "wrong-file", "page-make", "space-make")
    buttons = {f"results-{name}" for name in names}
    pressed = [
        fn
        for fn in root.fns.values()
        for block, _ in fn.targets
        if block is not None and root.blocks[block].elem_id in buttons
    ]
    assert len([fn for fn in pressed if fn.inputs]) == len(buttons)
    assert all(fn.inputs[:2] == [tab.of, tab.model] for fn in pressed if fn.inputs)


def test_training_on_older_data_stands_beside(tab: ResultsTab, training: trained.Training) -> None:
    training.add_model("instant", [GOOD, GOOD], LABELS, kept=True)
    training.end()
    again = trained.train_again(training, ROWS)
    model = again.add_model("instant", [BAD, GOOD], LABELS, kept=True)
    again.end()
    shown = tab.show(again.job.id, None, request())
    asked = cast(tuple[str, str, str], shown[tab.compare.asked])
    assert asked == (again.job.id, model.id, training.job.id)
    drawn = tab.compare.compare(asked, request(), progress=lambda *_, **__: None)
    assert "1 more of 2 right; the difference may be chance" in drawn
    assert "&lt;script&gt;cold" in drawn
    assert "<b>bad" not in drawn
    assert not cast(dict, tab.show(training.job.id, None, request())[tab.compare.box].__dict__)[
        "visible"
    ]
