"""Gradio's tree of components, served with our changes: a page's start went by with what it does twice, or for tabs that nobody opened."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

import gradio as gr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.shared.web.theme import script

log = logging.getLogger(__name__)
PARTS = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
KEPT = {
    "Cache-Control": "public, max-age=86400"
}  # it has the name of Gradio's own, which may follow it
# `function find(node, id)` that asks a node, then each child in turn, whatever a minifier called it.
WALK = re.compile(
    r"function (?P<find>\w+)\((?P<node>\w+),(?P<id>\w+)\)\{if\((?P=node)\.id===(?P=id)\)return (?P=node);"
    r"if\((?P=node)\.children\)for\(let (?P<child>\w+) of (?P=node)\.children\)"
    r"\{let (?P=node)=(?P=find)\((?P=child),(?P=id)\);if\((?P=node)\)return (?P=node)\}return null\}"
)
# `kept[name] = (known?.[id]?.[part] || known?.[name]?.[part])()`, where the chunk of a component is fetched.
FETCH = re.compile(
    r"(?P<kept>\w+\[`[^`]+`\])=(?P<chunk>\(\w+\?\.\[\w+\]\?\.\[\w+\]\|\|\w+\?\.\[\w+\]\?\.\[\w+\]\))\(\)"
)
# What makes the tree of components, in an object that notes every look from its first line on.
MAKE = re.compile(
    r"(?P<made>constructor\([\w,]+\)\{this\.ready=(?:(?!constructor).)*?)(?P<end>this\.root_untracked=this\.root\})"
)
# What an event sets on its components while it runs: looks for each of them, though hardly an event sets anything.
ARGS = re.compile(r"async set_event_args\(\w+,(?P<set>\w+)\)\{")
EVENTS = re.compile(r"find_attached_events\((\w+),(\w+)\)\{")
# What an upload tells that was refused: the status and the whole answer.
REFUSED = re.compile(r"error:(?P<said>`HTTP \$\{\w+\.status\}: \$\{(?P<answer>\w+)\}`)")
AGAIN = re.compile(r"\breload\((?:\w+,){3}\w+\)\{(?=this\.#)")


def routes() -> list[Route]:
    """Return the routes that serve Gradio's half with our changes, none for a script where Gradio has another by now."""
    found = []
    changes = (("core-*.js", core), ("Blocks-*.js", quick_events), ("index-*.js", plain_refusal))
    for name, change in changes:
        texts = {path.name: path.read_text("utf-8") for path in PARTS.glob(name)}
        bodies = {path: change(text) for path, text in texts.items()}
        changed = [path for path, body in bodies.items() if body != texts[path]]
        found += [Route(f"/assets/{path}", _script(bodies[path])) for path in changed]
        if not changed:
            log.warning("%s of Gradio is another: pages answer more slowly", name)
    return found


def core(text: str) -> str:
    """Return the script with Gradio's tree of components with all our changes."""
    return light_tree(quick_tree(text))


def quick_events(text: str) -> str:
    """Return Gradio's script of events, which finds the parts of an event only where that sets something on them."""
    return ARGS.sub(r"\g<0>if(!Object.keys(\g<set>||{}).length)return()=>{};", text, 1)


def plain_refusal(text: str) -> str:
    """Return Gradio's script of uploads, which tells of a refused one our sentence without the status and the braces around it."""
    return REFUSED.sub(
        r"error:(said=>{try{return JSON.parse(said).error||said}catch{return \g<said>}})(\g<answer>)",
        text,
        1,
    )


def quick_tree(text: str) -> str:
    """Return a script of Gradio's with our search for components (`assets/places.js`)."""
    found = WALK.search(text)
    own = script("places.js")
    return text.replace(found[0], own.replace("bmFind", found["find"])) if found else text


def light_tree(text: str) -> str:
    """Return a script of Gradio's that makes its tree of components once, and of it what is drawn (`assets/tree.js`).

    Gradio fetches what draws a component as soon as any tab has one, makes the tree a second time when the first
    stands, and looks through all events for each component.
    """
    found = FETCH.search(text)
    if not found or not EVENTS.search(text):
        return text
    text = text.replace(found[0], f"{found['kept']}=new BmLate({found['chunk']})")
    text = EVENTS.sub(r"\g<0>return bmEvents(\1,\2);", text, 1)
    text = MAKE.sub(
        lambda made: made["made"].replace("this.root", "this.bmRoot") + made["end"], text, 1
    )
    text = AGAIN.sub(r"\g<0>if(!this.bmStands){this.bmStands=true;return}", text, 1)
    return text + script("tree.js")


def _script(body: str) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        return Response(body, media_type="text/javascript", headers=KEPT)

    return answer
