"""A walk along every address and every event of the app by two people: Bo learns and changes nothing of what Anna has."""

import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.helpers import special_args
from starlette.requests import Request

from bigmodel.core.ids import new_id
from pages import find_pages
from pages.shared.web.endpoints import approved
from pages.shared.web.shell import build_shell
from tests.pages.people.two_people import HTML, SECRET, Things, TwoPeople, config, two_people

pytestmark = pytest.mark.slow
UNKNOWN = Things(
    owner=new_id(), dataset=new_id(), pictures=new_id(), media=f"ab/{'ab' * 32}.jpg", job=new_id(), model=new_id(),
    sample="1/2/b.png", tray=new_id(), item=new_id(), project=new_id(), handout=new_id(),
    upload="/nowhere/a.csv", asked=new_id(), session="session-of-nobody", event="0" * 32, progress="no-progress",
)  # fmt: skip
FILE = {"files": ("a.csv", b"text,label\na,b\n")}
# How each approved endpoint is asked for something of somebody: method and pattern, address, and what is sent along.
WALK: dict[str, tuple[str, dict[str, Any]]] = {
    "GET /healthz": ("/healthz", {}),
    "GET /sign-in": ("/sign-in?next=/?job={job}", {}),
    "GET /sign-in/sign_in.js": ("/sign-in/sign_in.js", {}),
    "GET /sign-in/alone.css": ("/sign-in/alone.css", {}),
    "GET /sign-in/hub": ("/sign-in/hub?next=/", {}),
    "GET /sign-in/hub/back": ("/sign-in/hub/back?code=x&state={session}", {}),
    "GET /favicon.ico": ("/favicon.ico", {}),
    "GET /gradio_api/startup-events": ("/gradio_api/startup-events", {}),
    "POST /bm/sign-in": ("/bm/sign-in", {"json": {"do": "return", "code": "{session}"}}),
    "GET /": ("/?tab=jobs&job={job}&dataset={dataset}", {"headers": HTML}),
    "GET /config": ("/config?session_hash={session}", {}),
    "GET /theme.css": ("/theme.css", {}),
    "GET /assets/{path:path}": ("/assets/../../{upload}", {}),
    "GET /static/{path:path}": ("/static/{upload}", {}),
    "GET /gradio_api/info": ("/gradio_api/info", {}),
    "GET /gradio_api/app_id": ("/gradio_api/app_id", {}),
    "GET /gradio_api/theme.css": ("/gradio_api/theme.css", {}),
    "GET /gradio_api/queue/data": ("/gradio_api/queue/data?session_hash={session}", {}),
    "GET /gradio_api/heartbeat/{session}": ("/gradio_api/heartbeat/{session}", {}),
    "GET /gradio_api/upload_progress": ("/gradio_api/upload_progress?upload_id={progress}", {}),
    "GET /gradio_api/file={path:path}": ("/gradio_api/file={upload}", {}),
    "GET /bm/plotly.min.js": ("/bm/plotly.min.js", {}),
    "GET /people": ("/people", {}),
    "GET /people/people.js": ("/people/people.js", {}),
    "POST /bm/people": ("/bm/people", {"json": {"do": "cancel", "person": "{owner}"}}),
    "GET /bm/pulse": ("/bm/pulse", {}),
    "GET /bm/media/{dataset}/{shard}/{name}": ("/bm/media/{pictures}/{media}", {}),
    "GET /bm/sample/{job}/{name:path}": ("/bm/sample/{job}/{sample}", {}),
    "GET /bm/handouts/{key}": ("/bm/handouts/{handout}", {}),
    "GET /bm/projects/words": ("/bm/projects/words", {}),
    "GET /bm/projects/{key}": ("/bm/projects/{project}", {}),
    "GET /bm/trays/words": ("/bm/trays/words", {}),
    "GET /bm/trays/{tray}": ("/bm/trays/{tray}", {}),
    "GET /bm/trays/{tray}/files/{item}": ("/bm/trays/{tray}/files/{item}", {}),
    "GET /bm/sort/{dataset}": ("/bm/sort/{dataset}?guess=1", {}),
    "GET /bm/talks/{talk}/{name}": ("/bm/talks/{asked}/talk.srt", {}),
    "GET /bm/phone": ("/bm/phone?model={model}", {}),
    "GET /demo/{asset}.js": ("/demo/alone.js", {}),
    "GET /demo/{asset}.css": ("/demo/alone.css", {}),
    "GET /demo/{model}": ("/demo/{model}", {}),
    "GET /demo/{model}/": ("/demo/{model}/", {}),
    "POST /gradio_api/queue/join": (
        "/gradio_api/queue/join",
        {"json": {"data": [], "fn_index": 0, "session_hash": "{session}"}},
    ),
    "POST /gradio_api/run/predict": (
        "/gradio_api/run/predict",
        {"json": {"data": [{"path": "{upload}"}], "fn_index": 0, "session_hash": "own"}},
    ),
    "POST /gradio_api/upload": ("/gradio_api/upload?upload_id={progress}", {"files": FILE}),
    "POST /gradio_api/cancel": (
        "/gradio_api/cancel",
        {"json": {"session_hash": "own", "fn_index": 0, "event_id": "{event}"}},
    ),
    "POST /gradio_api/reset": ("/gradio_api/reset", {"json": {"event_id": "{event}"}}),
    "POST /bm/projects": ("/bm/projects?size=12", {}),
    "POST /bm/projects/{key}": ("/bm/projects/{project}?at=0", {"content": b"of bo"}),
    "POST /bm/trays": ("/bm/trays", {"json": {"kind": "collect", "name": "image"}}),
    "POST /bm/trays/{tray}/change": (
        "/bm/trays/{tray}/change",
        {"json": {"do": "remove", "with": ["{item}"]}},
    ),
    "POST /bm/trays/{tray}/files": ("/bm/trays/{tray}/files?path=a/b.jpg", {"content": b"of bo"}),
    "POST /bm/sort/{dataset}": ("/bm/sort/{dataset}", {"json": {"do": "add", "with": ["bo"]}}),
    "POST /bm/phone": ("/bm/phone", {"json": {"do": "open", "model": "{model}"}}),
    "POST /bm/demo/file": ("/bm/demo/file?name={asked}.txt", {"content": b"of bo"}),
    "POST /demo/{model}/answer": ("/demo/{model}/answer", {"json": {"text": "soup"}}),
}
# What Anna asks for and gets, which shows that the walk asks rightly.
HERS = {
    "GET /gradio_api/file={path:path}", "GET /bm/media/{dataset}/{shard}/{name}",
    "GET /bm/sample/{job}/{name:path}", "GET /bm/handouts/{key}", "GET /bm/projects/{key}",
    "GET /bm/trays/{tray}", "GET /bm/sort/{dataset}", "GET /demo/{model}/", "GET /bm/pulse",
    "POST /demo/{model}/answer",
}  # fmt: skip
# What names a session or a file that a browser made up: it is its maker's, and nobody's else.
NAMED = {
    "GET /config", "GET /gradio_api/queue/data", "GET /gradio_api/heartbeat/{session}",
    "GET /gradio_api/upload_progress", "POST /gradio_api/upload", "POST /gradio_api/queue/join",
    "POST /gradio_api/run/predict", "POST /gradio_api/cancel", "POST /gradio_api/reset",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoPeople]:
    with two_people(tmp_path_factory.mktemp("two")) as made:
        yield made


def filled(value: Any, things: Things) -> Any:
    """Return an address or what is sent, with the ids of somebody's things."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(getattr(things, found[1])), value)
    if isinstance(value, dict):
        return {key: filled(inner, things) for key, inner in value.items()}
    return [filled(inner, things) for inner in value] if isinstance(value, list) else value


def asked(house: TwoPeople, who: str, endpoint: str, things: Things) -> httpx.Response:
    address, body = WALK[endpoint]
    whole = {
        name: value if name == "files" else filled(value, things) for name, value in body.items()
    }
    return house.ask(who, endpoint.split()[0], filled(address, things), **whole)


def comparable(answer: httpx.Response, things: Things) -> tuple[int, str]:
    """Return status and text of an answer, without the ids that were asked for and what is new each time."""
    text = "" if "event-stream" in answer.headers.get("content-type", "") else answer.text
    for value in things.ids():
        text = text.replace(value, "…")
    return answer.status_code, re.sub(r'nonce="[^"]*"|"id": ?"[^"]*"|[0-9a-f]{32,64}', "", text)


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return what was there and is not any more, or is different."""
    return [name for name, value in before.items() if after.get(name) != value]


def test_every_approved_endpoint_is_walked() -> None:
    assert {f"{each.method} {each.path}" for each in approved()} == set(WALK)


@pytest.mark.parametrize("endpoint", sorted(HERS))
def test_owner_gets_what_she_asks_for(house: TwoPeople, endpoint: str) -> None:
    assert asked(house, "anna", endpoint, house.things).status_code == 200


@pytest.mark.parametrize("endpoint", sorted(WALK))
def test_what_is_anothers_is_answered_like_what_is_not_there(
    house: TwoPeople, endpoint: str
) -> None:
    before = house.state()
    answer = asked(house, "bo", endpoint, house.things)
    if endpoint in NAMED or (endpoint in HERS and "{" in endpoint):
        assert answer.status_code == 404
    if endpoint not in NAMED:
        nothing = comparable(asked(house, "bo", endpoint, UNKNOWN), UNKNOWN)
        assert comparable(answer, house.things) == nothing
    assert SECRET not in answer.text
    assert changed(before, house.state()) == []


# events -------------------------------------------------------------------------------------------


def given(part: dict[str, Any], things: Things, *, turn: int) -> Any:
    """Return what Bo puts into an input: an id of Anna's wherever one may stand."""
    kind, elem_id = part["type"], part["props"].get("elem_id") or ""
    ids = [things.dataset, things.job, things.model, things.pictures, things.handout]
    one = ids[turn % len(ids)]
    match kind:
        case "textbox":
            named = {"shell-dataset": things.dataset, "shell-job": things.job}
            return named.get(elem_id, one)
        case "dropdown":
            return [one] if part["props"].get("multiselect") else one
        case "radio" | "state":
            return one if turn else None
        case "checkbox":
            return True
        case "checkboxgroup":
            return []
        case "file":
            return None
        case "html":
            return f'{{"files": [{{"id": "{things.asked}", "name": "a.txt"}}], "live": false}}'
    return part["props"].get("value")


def events(house: TwoPeople) -> list[tuple[int, list[dict[str, Any]]]]:
    page = config(house)
    parts = {part["id"]: part for part in page["components"]}
    return [
        (event["id"], [parts[number] for number in event["inputs"]])
        for event in page["dependencies"]
        if event["backend_fn"]
    ]


def test_no_event_of_the_page_tells_or_changes_anything_of_anna(house: TwoPeople) -> None:
    before = house.state()
    for number, inputs in events(house):
        data = [given(part, house.things, turn=number % 2) for part in inputs]
        told = house.event(
            "bo", number, data, "page-of-bo"
        )  # one page: each new one costs a session
        assert SECRET not in told, (number, told)
    assert changed(before, house.state()) == []


def test_no_event_takes_a_file_of_anna(house: TwoPeople) -> None:
    taken = {"path": house.things.upload, "meta": {"_type": "gradio.FileData"}}
    numbers = [n for n, inputs in events(house) if any(i["type"] == "file" for i in inputs)]
    assert len(numbers) >= 5
    for number in numbers:
        asked = {"data": [taken], "fn_index": number, "session_hash": "own"}
        body = {"json": asked}
        assert house.ask("bo", "POST", "/gradio_api/queue/join", **body).status_code == 404


def test_written_in_another_way_it_is_the_same_file(house: TwoPeople) -> None:
    path, join = house.things.upload, "/gradio_api/queue/join"
    kind = {"content-type": "application/json"}
    rest = '"fn_index": 0, "session_hash": "own"'
    for file in (f'"p\\u0061th": "{path}"', f'"path": "own", "path": "{path}"'):
        body = f'{{"data": [{{{file}}}], {rest}}}'
        for sent in (body.encode(), body.encode("utf-16")):
            assert house.ask("bo", "POST", join, content=sent, headers=kind).status_code == 404
    escaped = "\\u0073" + house.things.session[1:]
    heard = f'{{"data": [], "fn_index": 0, "session_hash": "{escaped}"}}'.encode()
    assert house.ask("bo", "POST", join, content=heard, headers=kind).status_code == 404


def test_no_handler_behind_the_page_tells_or_changes_anything_of_anna(house: TwoPeople) -> None:
    """The page checks choices before its handlers run; here each handler is asked without that."""
    with ThreadPoolExecutor(1) as pool:  # as `one_tab` does
        demo = pool.submit(lambda: asyncio.run(built(house))).result()
    before = house.state()
    scope = {"type": "http", "state": {"owner": house.people["bo"].id}, "headers": []}
    request = gr.Request(request=Request(scope), session_hash="own")
    reached = 0
    for handler in demo.fns.values():
        if handler.fn is None:
            continue
        for turn in range(2 if handler.inputs else 1):
            inputs = [given(_part(i), house.things, turn=turn) for i in handler.inputs]
            event = gr.EventData(None, {"index": [0, 0], "value": house.things.dataset})
            try:
                values, _, at, _ = special_args(handler.fn, inputs, request, event)
                if at is not None:
                    values[at] = event
                told = handler.fn(*values)
                told = list(told) if hasattr(told, "__next__") else told
            except Exception as error:  # noqa: BLE001 - a refusal, in whatever way
                told = error
            else:
                reached += 1
            assert SECRET not in as_text(told), (handler.fn, told)
    assert reached > 100
    assert changed(before, house.state()) == []


async def built(house: TwoPeople) -> gr.Blocks:
    return build_shell(house.services, find_pages())[0]


def _part(block: Any) -> dict[str, Any]:
    props = {"elem_id": block.elem_id, "value": getattr(block, "value", None)}
    return {
        "type": block.get_block_name(),
        "props": {**props, "multiselect": getattr(block, "multiselect", None)},
    }


def as_text(value: Any) -> str:
    """Return all that a handler told, as text."""
    if isinstance(value, dict):
        return " ".join(map(as_text, (*value.keys(), *value.values())))
    if isinstance(value, list | tuple):
        return " ".join(map(as_text, value))
    if isinstance(value, gr.blocks.Block):
        return as_text(vars(value).get("_constructor_args", "")) + str(getattr(value, "value", ""))
    return str(value)


# what stands for a file ---------------------------------------------------------------------------


def test_same_bytes_are_as_slow_and_as_nameless_as_new_ones(house: TwoPeople) -> None:
    """Bo uploads what Anna has, and what nobody has: neither time nor answer tells them apart."""
    size = 2_000_000
    mine = {kind: f"text,label\n{kind * (size // 4)},a\n".encode() for kind in ("anna", "newa")}
    name = {"files": ("same.csv", mine["anna"])}
    assert house.ask("anna", "POST", "/gradio_api/upload", files=name).status_code == 200
    times: dict[str, list[float]] = {"anna": [], "newa": []}
    # The work is the same: the fastest of each is not told apart by more than the noise of either, which
    # a busy machine makes more of.
    for turn in range(60):
        if turn >= 12 and min(times["anna"]) > 0.5 * min(times["newa"]):
            break
        for kind in times:
            fresh = mine[kind] if kind == "anna" else mine[kind] + str(turn).encode()
            begun = time.perf_counter()
            sent = house.ask(
                "bo", "POST", "/gradio_api/upload", files={"files": ("same.csv", fresh)}
            )
            times[kind].append(time.perf_counter() - begun)
            assert sent.json()[0].endswith("/same.csv")
    assert min(times["anna"]) > 0.5 * min(times["newa"])
    imported = [
        house.services.datasets.import_file(house.people[who].id, _table(house, who)).id
        for who in ("anna", "bo")
    ]
    assert len(set(imported)) == 2


def _table(house: TwoPeople, who: str) -> Any:
    path = house.app.home.parent / f"table-{who}.csv"
    path.write_text("text,label\n" + "a,b\nc,d\n" * 30, "utf-8")
    return path
