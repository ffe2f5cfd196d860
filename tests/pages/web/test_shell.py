"""The frame around the tabs, without a browser: language, address and what is refused at the door."""

import re
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bigmodel.core.errors import DatasetError, SettingsError
from bigmodel.core.ids import new_id
from bigmodel.core.results.panel import plain
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.web import address, server
from pages.shared.web.guard import guard
from pages.shared.web.language import browser_key, of_request
from pages.shared.web.middleware import HeadScript, SameOrigin
from pages.shared.web.page import Context
from pages.shared.widgets.chart import figure


def request(query: str = "", headers: dict[str, str] | None = None) -> gr.Request:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    return gr.Request(request=Request(scope))


def door() -> TestClient:
    def page(_: Request) -> Response:
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
        return HTMLResponse("<html><head></head></html>", headers=headers)

    app = Starlette(routes=[Route("/", page, methods=["GET", "POST"])])
    app.add_middleware(HeadScript, script="<script>1</script>")
    app.add_middleware(SameOrigin)
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"accept-language": "zh-HK"}, "zh"),
        ({"accept-language": "fr"}, "en"),
        ({"accept-language": "zh", "cookie": "bm_lang=en"}, "en"),
        ({"accept-language": "en", "cookie": "bm_lang=zh-CN"}, "zh"),
    ],
)
def test_language_is_chosen_then_the_browsers(headers: dict[str, str], language: str) -> None:
    assert of_request(request(headers=headers), None) == language


def test_default_language_yields_to_a_choice() -> None:
    assert of_request(request(headers={"accept-language": "en"}), "zh") == "zh"
    assert of_request(request(headers={"cookie": "bm_lang=en"}), "zh") == "en"


def test_address_names_tab_and_job() -> None:
    job = new_id()
    tabs, dataset, found = address.read(request(f"tab=jobs&job={job}"), frozenset({"jobs"}))
    assert (tabs.selected, dataset, found) == ("jobs", "", job)


def test_address_with_nonsense_is_left_out() -> None:
    _, dataset, job = address.read(request("tab=x&job=../etc&dataset=<b>"), frozenset({"jobs"}))
    assert (dataset, job) == ("", "")


def test_foreign_origin_cannot_post_or_read() -> None:
    evil = {"Origin": "https://evil.example"}
    assert door().post("/", headers=evil).status_code == 403
    answer = door().get("/", headers=evil)
    assert "access-control-allow-origin" not in answer.headers


def test_own_origin_may_post() -> None:
    assert door().post("/", headers={"Origin": "http://127.0.0.1:7860"}).status_code == 200


def test_script_stands_first_in_the_head() -> None:
    answer = door().get("/")
    mark = re.search("'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert mark is not None
    assert f'<head><script nonce="{mark[1]}">1</script>' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("change", [{"host": "0.0.0.0"}, {"space_id": "someone/space"}])  # noqa: S104
def test_public_mode_refuses_to_start(settings: Settings, change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="sign_in_missing"):
        server.refuse_public(settings.model_copy(update=change))


def test_figure_has_no_value_that_is_not_finite() -> None:
    assert "null" in figure("run", [{"y": [1.0, float("nan"), float("inf")]}], {})


def test_text_of_a_person_is_no_markup_in_a_toast() -> None:
    @guard(load_words())
    def handler(asked: gr.Request) -> None:
        raise DatasetError("file_missing", name="<img src=x>")

    with pytest.raises(gr.Error) as shown:
        handler(request())
    assert "&lt;img src=x&gt;" in shown.value.message


def test_text_of_a_person_is_no_markup_in_a_figure() -> None:
    assert plain("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"
    assert len(plain("x" * 5_000)) == 40


def test_browser_keys_do_not_nest() -> None:
    assert browser_key("pages.home.tab") == "bm_pages_home_tab"


@pytest.mark.parametrize(("language", "title"), [("en", "Please note"), ("zh", "提示")])
def test_notice_has_its_title_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, language: str, title: str
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(gr, "Info", lambda text, title: told.append((text, title)))
    services: Any = SimpleNamespace(words=load_words(), settings=settings)
    nothing: Any = None
    asked = request(headers={"accept-language": language})
    Context(services, nothing, nothing, nothing).notice(asked, "<b>x</b>")
    assert told == [("&lt;b&gt;x&lt;/b&gt;", title)]
