"""A shared installation with two people: Anna has something of every kind, Bo has nothing. Everything of hers says who it is of."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bigmodel.core.people.person import Person
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from pages.shared.people.gate import COOKIE
from tests.fakes import journey
from tests.fakes.media_zips import write_pictures
from tests.patience import PATIENCE_S
from tests.server import Studio

SECRET = "quokka"  # in every name, text and file of Anna's
OURS = ("datasets", "jobs", "trays")  # folders in which nothing of hers may change
NO_TRAINING = 10**9  # MB of free disk that are wanted: whatever Bo presses, nothing trains
MOVING = {"sessions", "people"}  # tables that change whenever somebody comes in
HTML = {"accept": "text/html"}


@dataclass
class Things:
    """What Anna has, by the names that addresses use."""

    owner: str
    dataset: str
    pictures: str
    media: str  # "<xx>/<sha256>.<ending>" of a picture
    job: str
    model: str
    sample: str
    tray: str = ""
    item: str = ""
    project: str = ""
    handout: str = ""
    upload: str = ""  # path of a file in Gradio's cache
    asked: str = ""  # id of a file given to a demo
    session: str = "session-of-anna"
    event: str = ""
    progress: str = "progress-of-anna"

    def ids(self) -> list[str]:
        return [value for value in vars(self).values() if value]


@dataclass
class TwoPeople:
    """The app, and both people's ways to ask it."""

    app: Studio
    services: Services
    things: Things
    people: dict[str, Person]
    tokens: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def ask(self, who: str, method: str, path: str, **body: Any) -> httpx.Response:
        """Return an answer; of one that has no end, its head alone."""
        client = self.clients[who]
        with client.stream(method, path.removeprefix("/"), **body) as answer:
            kind = answer.headers.get("content-type", "")
            if "event-stream" not in kind or "queue/data" in path:
                answer.read()
        return answer

    def event(self, who: str, number: int, data: list[Any], session: str = "") -> str:
        """Run an event as the page does; return all that was told, empty where it was not taken."""
        session = session or f"{who}-{number}"
        asked = {"data": data, "fn_index": number, "session_hash": session}
        if self.ask(who, "POST", "/gradio_api/queue/join", json=asked).status_code != 200:
            return ""
        return self.ask(who, "GET", f"/gradio_api/queue/data?session_hash={session}").text

    def state(self) -> dict[str, str]:
        """Return every row and every file of Anna's that is stored, each by what names it."""
        hers = (self.people["anna"].id, *self.things.ids())
        found: dict[str, str] = {}
        with sqlite3.connect(f"file:{self.app.home}/studio.db?mode=ro", uri=True) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in [name for name in names if name[0] not in MOVING]:
                for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608
                    if any(each in repr(row) for each in hers):
                        found[f"{table} {row!r}"] = ""
        for folder in (f"{kind}/{each}" for kind in OURS for each in self.things.ids()):
            for path in (self.app.home / folder).rglob("*"):
                if path.is_file():
                    found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


@contextmanager
def two_people(home: Path) -> Iterator[TwoPeople]:
    """Give the running app; Anna's things come in by the services first, then by the addresses."""
    settings = Settings(home=home / "home", offline=True, sign_in="open", free_disk_mb=NO_TRAINING)
    services = open_services(settings)
    tokens, people = {}, {}
    for who in ("anna", "bo"):
        tokens[who], people[who] = services.people.welcome(who)
    things = _by_services(services, people["anna"].id, home)
    environment = {"BIGMODEL_SIGN_IN": "open", "BIGMODEL_FREE_DISK_MB": str(NO_TRAINING)}
    app = Studio(settings.home, environment, trains=False)
    app.start()
    house = TwoPeople(app, services, things, people, tokens)
    try:
        for who, token in tokens.items():
            client = httpx.Client(base_url=app.url, timeout=PATIENCE_S, cookies={COOKIE: token})
            house.clients[who] = client
        _by_addresses(house)
        yield house
    finally:
        for client in house.clients.values():
            client.close()
        app.stop()


def _by_services(services: Services, anna: str, folder: Path) -> Things:
    words = {"good": f"warm {SECRET} soup", "bad": f"cold {SECRET} soup"}
    lines = [f"{words[label]} {n},{label} {SECRET}" for n in range(30) for label in words]
    table = folder / f"{SECRET}.csv"
    table.write_text("\n".join(["text,label", *lines]), "utf-8")
    dataset = services.datasets.import_file(anna, table, name=f"{SECRET} texts")
    archive = write_pictures(folder / f"{SECRET}.zip", each=6)
    pictures = services.datasets.import_file(anna, archive, name=f"{SECRET} pictures")
    job = journey.train(services, dataset, name=f"{SECRET} training")
    sample = services.settings.jobs / job.id / "1" / "samples" / "1" / "a.png"
    sample.parent.mkdir(parents=True)
    sample.write_bytes(b"\x89PNG" + SECRET.encode())
    return Things(
        owner=anna,
        dataset=dataset.id,
        pictures=pictures.id,
        media=services.datasets.gallery(anna, pictures.id)[0].file,
        job=job.id,
        model=services.inference.resolve(anna, job.id).id,
        sample="1/1/a.png",
    )


def _by_addresses(house: TwoPeople) -> None:
    """Let Anna bring in what only the running app keeps."""
    things = house.things

    def sent(path: str, **body: Any) -> Any:  # Any: JSON
        answer = house.ask("anna", "POST", path, **body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    things.tray = sent("/bm/trays", json={"kind": "collect", "name": "image"})["id"]
    picture = f"/bm/trays/{things.tray}/files?path={SECRET}/a.jpg"
    things.item = sent(picture, content=SECRET.encode())["id"]
    things.project = sent("/bm/projects?size=12")["id"]
    things.asked = sent(f"/bm/demo/file?name={SECRET}.txt", content=SECRET.encode())["id"]
    file = {"files": (f"{SECRET}.csv", f"text,label\n{SECRET},a\n".encode())}
    things.upload = sent(f"/gradio_api/upload?upload_id={things.progress}", files=file)[0]
    beat = {"data": [], "fn_index": 0, "session_hash": things.session}
    things.event = sent("/gradio_api/queue/join", json=beat)["event_id"]
    house.event("anna", target(house, "project-out"), [[], False], "saving")
    told = house.event("anna", target(house, "project-save"), [[things.dataset], False], "saving")
    things.handout = told.split("bm/handouts/")[1].split("\\")[0].split('"')[0]


def config(house: TwoPeople) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.ask("bo", "GET", "/config").text)
    return found


def target(house: TwoPeople, elem_id: str) -> int:
    """Return the number of the event that pressing something starts."""
    page = config(house)
    named = {part["id"]: part["props"].get("elem_id") for part in page["components"]}
    return next(
        int(event["id"])
        for event in page["dependencies"]
        if event["backend_fn"] and any(named.get(part) == elem_id for part, _ in event["targets"])
    )
