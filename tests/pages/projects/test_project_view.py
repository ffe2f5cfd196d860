"""Taking work along and reporting a problem on a page, without a browser: what is offered, said and never markup."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from pages.shared.projects.project_view import ProjectView
from pages.shared.web.guard import guard
from pages.shared.widgets.report_view import ReportView
from tests.fakes.journey import OWNER, run_here, write_table
from tests.pages.one_tab import one_tab

NAME = "<img src=x onerror=alert(1)>"


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


def quiet(*_: object, **__: object) -> None:
    """Stand in for a progress bar."""


@pytest.fixture
def services(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    made = open_services(settings)
    made.datasets.import_file(OWNER, write_table(tmp_path / "t.csv", 60), name=NAME)
    return made


@pytest.fixture
def view(services: Services) -> ProjectView:
    return one_tab(lambda ctx, _: ProjectView(ctx, guard(services.words)), services)


def key_in(html: str) -> str:
    found = re.search(r"bm/handouts/([0-9a-f-]{36})", html)
    assert found
    return found[1]


def sent(services: Services, content: bytes) -> Any:
    """Return the event of a file that has arrived."""
    upload = services.project.uploads.open(OWNER, len(content))
    services.project.uploads.add(OWNER, upload.id, 0, content)
    return SimpleNamespace(key=upload.id)


def test_what_is_packed_comes_in_again(view: ProjectView, services: Services) -> None:
    assert "Datasets: 1; trainings: 0" in view.measure([], False, request())[view.size]
    packed = view.pack([], False, request(), quiet)  # type: ignore[arg-type]
    content = services.downloads.find(OWNER, key_in(packed)).read_bytes()
    services.datasets.delete(OWNER, services.datasets.all(OWNER)[0].id)
    shown = view.bring(sent(services, content), request("zh"), quiet)  # type: ignore[arg-type]
    came, first = shown[view.came], shown[view.first]
    assert "已导入" in came
    assert "&lt;img" in came
    assert "<img" not in came
    assert (shown[view.open].visible, services.datasets.get(OWNER, first).name) == (True, NAME)
    assert list(services.settings.scratch.glob("project-*")) == []


def test_other_files_are_explained_in_the_page(view: ProjectView, services: Services) -> None:
    shown = view.bring(sent(services, b"no zip"), request(), quiet)  # type: ignore[arg-type]
    assert "This is no saved project." in shown[view.came]
    assert not shown[view.open].visible
    assert list(services.settings.scratch.glob("project-*")) == []


def test_report_shows_all_of_its_texts(services: Services) -> None:
    view = one_tab(lambda ctx, _: ReportView(ctx, guard(services.words), "home"), services)
    shown = view.of_app(request("zh"))
    for name in ("README.txt", "app.json", "settings.json", "doctor.txt", "data.json"):
        assert f"<summary>{name}</summary>" in shown
    assert services.downloads.find(OWNER, key_in(shown)).is_file()
    assert "onerror" not in shown
