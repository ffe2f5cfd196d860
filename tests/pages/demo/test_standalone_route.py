"""The demo alone: its page, its answers, what it refuses, and that it leads nowhere else."""

import json
import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.demo import standalone_route
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes.demo import Studio, open_studio
from tests.pages.owned import owned

WORDS = load_words()


def services_of(studio: Studio) -> Any:
    def results(*_: object) -> object:
        return SimpleNamespace(sentence=Message("results.remarks.few_rows", {"rows": 7}))

    return SimpleNamespace(
        settings=studio.settings.model_copy(update={"phone_mb": 1}),
        words=WORDS,
        inference=studio.demo,
        results=SimpleNamespace(results=results),
    )


def client_of(studio: Studio) -> TestClient:
    def gradio(_request: object) -> PlainTextResponse:
        return PlainTextResponse("gradio")

    routes = [*standalone_route.routes(services_of(studio)), Route("/", gradio)]
    return TestClient(owned(routes), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("alone") / "home", LOCAL_OWNER) as opened:
        yield opened


@pytest.fixture(scope="module")
def job(studio: Studio) -> str:
    return studio.job()


def test_address_with_a_demo_leads_to_it(studio: Studio, job: str) -> None:
    client = client_of(studio)
    page = client.get("/", params={"demo": job, "lang": "zh"})
    assert page.url.path == f"/demo/{job}/"
    assert "你的文本" in page.text
    assert client.get("/").text == "gradio"
    assert client.get(f"/demo/{job}").url.path == f"/demo/{job}/"


def test_page_says_what_it_is_and_how_good(studio: Studio, job: str) -> None:
    page = client_of(studio).get(f"/demo/{job}/")
    assert "Only 7 rows were held out" in unescape(page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "?tab=" not in page.text
    assert "train" not in page.text.replace("trained", "")


def test_text_is_answered_with_bars(studio: Studio, job: str) -> None:
    told = client_of(studio).post(f"/demo/{job}/answer", json={"text": "good"}).json()
    assert re.findall(r"<span>(\w+)</span><svg", told["html"]) in (["bad", "good"], ["good", "bad"])
    assert re.search(r'data-testid="answer">(bad|good)<', told["html"])
    assert "style=" not in told["html"]


def test_text_like_none_of_the_rows_is_warned_of(studio: Studio, job: str) -> None:
    client = client_of(studio)
    asked = {
        word: client.post(f"/demo/{job}/answer", json={"text": word}) for word in ("good", "x")
    }
    assert 'data-testid="strange"' not in asked["good"].json()["html"]
    warning = escape(WORDS.text("en", "pages.demo.strange"))
    assert f'data-testid="strange">{warning}<' in asked["x"].json()["html"]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (b'{"text": " "}', "text_missing"),
        (b"[]", "text_missing"),
        (b"{" * 9_000, "text_missing"),
        (b"{" * 100_000, "question_long"),
        (json.dumps({"text": "x" * 10_001}).encode(), "question_long"),
    ],
)
def test_question_that_is_none_is_said(studio: Studio, job: str, sent: bytes, key: str) -> None:
    refused = client_of(studio).post(f"/demo/{job}/answer", content=sent)
    assert (refused.status_code, refused.json()["key"]) == (409, key)


@pytest.mark.parametrize("model", ["unknown", "..%2F..%2Fetc", "http:"])
def test_unknown_model_is_said(studio: Studio, model: str) -> None:
    answer = client_of(studio).get(f"/demo/{model}")
    assert answer.status_code == 404


def test_file_is_answered_and_nothing_of_it_or_of_rows_stays(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_picture") as media:
        job, client = media.job(), client_of(media)
        address = f"/demo/{job}/answer"
        sent = (media.settings.datasets / media.dataset_id).rglob("*.png")
        told = client.post(address, params={"name": "../x.png"}, content=next(sent).read_bytes())
        assert 'class="bm-bars"' in told.json()["html"]
        assert "near" not in told.text
        assert media.dataset_id not in told.text
        large = client.post(address, content=(b"x" * 2**18 for _ in range(5)))
        assert (large.status_code, large.json()["key"]) == (409, "upload_large")
        assert client.post(address, content=b"").json()["key"] == "media_missing"
        assert list((media.settings.scratch / "demo").rglob("*.*")) == []


def test_title_of_a_person_never_becomes_html(studio: Studio, job: str) -> None:
    services = services_of(studio)
    model = studio.demo.resolve(LOCAL_OWNER, job)
    named = SimpleNamespace(**{**model.__dict__, "name": "<img onerror=x>"})

    def missing(*_: object) -> object:
        raise ModelError("results_missing", name="x")

    services.results.results = missing
    page = standalone_route.Alone(services, "en").page(LOCAL_OWNER, named)  # type: ignore[arg-type]
    assert "<img" not in page
    assert "&lt;img onerror=x&gt;" in page


def test_answer_to_a_file_comes_in_parts_where_it_grows(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_tune") as media:
        address = f"/demo/{media.job()}/answer"
        told = client_of(media).post(address, params={"name": "x.png"}, content=b"abc")
        assert [json.loads(line)["html"].count("<audio") for line in told.text.splitlines()] == [
            1
        ] * 4
        assert client_of(media).post(address, content=b"").json()["key"] == "media_missing"
        assert list((media.settings.scratch / "demo").rglob("*.*")) == []
