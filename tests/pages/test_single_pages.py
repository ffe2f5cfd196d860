"""Pages without tabs: signing in, who is there, the demo alone and their gallery, and the page that is handed on as a file.

The browser is answered by the routes themselves, without a server: light in one language, dark in the other, wide and narrow.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route as Address
from starlette.testclient import TestClient

from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from pages.shared.demo import gallery_route, standalone_route
from pages.shared.demo.standalone import Alone
from pages.shared.people import admin_page, gate, sign_in_page
from tests import axe
from tests.fakes import journey
from tests.fakes.services import real_services
from tests.journeys import walker
from tests.pages.owned import owned

pytestmark = [pytest.mark.ui, pytest.mark.slow]
WIDTHS = (1280, 390)
PASSWORD = "a long enough password"
QUESTION = "lovely warm soup"
SPOKEN = {"en-US": "en", "zh-CN": "zh"}
LANGUAGES = pytest.mark.parametrize(("locale", "is_dark"), [("en-US", False), ("zh-CN", True)])


@dataclass
class House:
    """A shared installation with one person and one model; `hosts` answer in place of servers."""

    hosts: dict[str, TestClient]
    token: str
    job: str

    def answer(self, asked: Route) -> None:
        """Answer a request of the browser."""
        request = asked.request
        host, _, rest = request.url.removeprefix("http://").partition("/")
        headers = {**request.all_headers(), "host": host}
        told = self.hosts[host].request(
            request.method,
            f"http://{host}/{rest}",
            headers=headers,
            content=request.post_data_buffer,
        )
        asked.fulfill(status=told.status_code, headers=dict(told.headers), body=told.content)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    settings = Settings(home=folder / "home", offline=True, sign_in="accounts")
    settings.make_folders()
    services = real_services(settings)
    anna = services.people.add("anna", PASSWORD, is_admin=True)
    dataset = services.datasets.import_file(anna.id, journey.write_table(folder / "soup.csv", 60))
    job = journey.train(services, dataset).id
    visitors = settings.model_copy(update={"sign_in": "open"})
    apps = {
        "people.test": at_the_gate(services),
        "open.test": at_the_gate(real_services(visitors, journey.store_of(services))),
        "shown.test": owned(
            [*handed_on(services, anna.id, job), *gallery_route.routes(services, anna.id)]
        ),
    }
    hosts = {
        host: TestClient(app, base_url=f"http://{host}", follow_redirects=False)
        for host, app in apps.items()
    }
    token = services.people.sign_in("anna", PASSWORD, "127.0.0.1")
    yield House(hosts, token, job)
    services.inference._serving.close()


def at_the_gate(services: Services) -> Starlette:
    made = [
        sign_in_page.routes(services),
        admin_page.routes(services),
        standalone_route.routes(services),
    ]
    return Starlette(
        routes=[each for some in made for each in some], middleware=gate.doors(services)
    )


def handed_on(services: Services, owner: str, job: str) -> list[Address]:
    """Return the page of a model as a person opens it who was given its file, and one that says why there is nothing."""

    def page(spoken: str) -> Address:
        made = services.model_pages.page(owner, job, spoken, examples=True, training_rows=True)
        return Address(f"/page-{spoken}", lambda _: HTMLResponse(made))

    def door(spoken: str) -> Address:
        made = Alone(services, spoken).door()
        return Address(f"/door-{spoken}", lambda _: HTMLResponse(made))

    pages = [make(spoken) for spoken in ("en", "zh") for make in (page, door)]
    return [*pages, *standalone_route.asset_routes("/")]


def wrong_with(page: Page, *, is_dark: bool) -> list[str]:
    """Return what is wrong with a page at each width."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if walker.is_too_wide(page):
            found.append(f"{page.url} is wider than {width} px")
        found += [
            f"{page.url} at {width}: {line}" for line in axe.violations(page, is_dark=is_dark)
        ]
    return found


@LANGUAGES
def test_pages_without_tabs_are_clean(
    browser: Browser, house: House, locale: str, is_dark: bool
) -> None:
    with walker.visitor(browser, locale=locale) as page:
        page.emulate_media(color_scheme="dark" if is_dark else "light")
        page.route("**/*", house.answer)
        spoken, found = SPOKEN[locale], []

        def look(address: str) -> None:
            answer = page.goto(f"http://{address}")
            assert answer is not None
            assert answer.status == 200
            found.extend(wrong_with(page, is_dark=is_dark))

        for address in (
            "people.test/sign-in",
            "shown.test/",
            f"shown.test/page-{spoken}",
            f"shown.test/door-{spoken}",
        ):
            look(address)
        look("open.test/sign-in")
        page.context.add_cookies(
            [{"name": gate.COOKIE, "value": house.token, "url": "http://people.test"}]
        )
        for address in (
            "people.test/sign-in",
            "people.test/people",
            f"people.test/demo/{house.job}/",
        ):
            look(address)
        page.locator("#text").fill(QUESTION)
        page.locator("#ask").click()
        expect(page.get_by_test_id("answer")).to_have_text("good")
        found += wrong_with(page, is_dark=is_dark)
        assert found == []
