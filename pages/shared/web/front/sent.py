"""What is sent for a page: its chunks at once, without what no browser asks for, and made once for everybody."""

import re
from urllib.parse import parse_qs

import gradio as gr
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.web.front.tree import PARTS

# What a first view draws, and the chunk of the page around it; each names the files it stands on.
DRAWN = ("column", "row", "tabs", "tabitem", "html", "button", "textbox", "form", "accordion")
CHUNK = r"[,{{]{name}:{{(?:(?!}}).)*?component:\(\)=>\w+\(\(\)=>import\(.*?__vite__mapDeps\(\[([\d,]+)\]"
FILES, PARTS_OF = (
    re.compile(r"m\.f=\[(.*?)\]"),
    re.compile(r"(?:from|import)[\"`]\./([^\"`]+)[\"`]"),
)
DOCUMENTS = ("api_info", "api_info_as_input", "api_info_as_output", "example_inputs")
OWN_PAGES = {b"demo", b"deep_link"}  # what an address names that has a page of its own
MOST_PAGES = 8  # kept: one for each address that this app is reached by
NAMED_BY = ("host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix")  # the address


def early() -> str:
    """Return the links by which a browser fetches at once what it would else come upon step by step."""
    names: list[str] = []
    for path in PARTS.glob("Blocks-*.js"):
        names += [path.name, *PARTS_OF.findall(path.read_text("utf-8"))]
    for path in PARTS.glob("core-*.js"):
        text = path.read_text("utf-8")
        files = re.findall(r'"\./([^"]+)"', "".join(FILES.findall(text)[:1]))
        for name in DRAWN:
            if found := re.search(CHUNK.format(name=name), text):
                names += [files[int(place)] for place in found[1].split(",")]
    return "".join(_early(name) for name in dict.fromkeys(names))


def _early(name: str) -> str:
    kind = 'rel="preload" as="style"' if name.endswith(".css") else 'rel="modulepreload"'
    return f'<link {kind} crossorigin href="assets/{name}">'


def trim(demo: gr.Blocks) -> None:
    """Take out of what each page is sent how its components would be called by programs: nobody may."""
    for component in demo.config["components"]:
        for name in DOCUMENTS:
            component.pop(name, None)


class KeptPage:
    """Keep the page as Gradio made it: it is the same for everybody, and to make it takes a tenth of a second each time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[tuple[str, ...], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        if not is_page or OWN_PAGES & set(parse_qs(scope["query_string"], keep_blank_values=True)):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = (scope["scheme"], scope.get("root_path", ""))
        key = (*address, *(headers.get(name, "") for name in NAMED_BY))
        if key not in self._kept:
            page = await self._make(scope, receive)
            if page[0]["status"] != Response().status_code:
                await _tell(page, send)
                return
            self._kept = {**dict(list(self._kept.items())[1 - MOST_PAGES :]), key: page}
        await _tell(self._kept[key], send)

    async def _make(self, scope: Scope, receive: Receive) -> list[Message]:
        page: list[Message] = []

        async def note(message: Message) -> None:
            page.append(message)

        await self.app(scope, receive, note)
        return page


async def _tell(page: list[Message], send: Send) -> None:
    for message in page:
        await send(dict(message))
