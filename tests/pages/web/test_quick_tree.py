"""Gradio's search for components is replaced by one that remembers places: the pinned Gradio has it where we look."""

import re

from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.shared.web.front import tree
from pages.shared.web.theme import script

TREE = "{id: 0, children: [{id: 1, children: [{id: 2}, {id: 3}]}, {id: 4}]}"
LOOKS = f"""(() => {{
  let looks = 0;
  const watch = node => new Proxy(node, {{get(of, name) {{
    looks += 1;
    const value = of[name];
    return name === 'children' ? value?.map(watch) : value;
  }}}});
  const root = watch({TREE});
  const found = [3, 3, 2, 4, 0, 9].map(id => bmFind(root, id)?.id ?? null);
  looks = 0;
  bmFind(root, 3);
  const again = looks;
  window.gradio_config = {{layout: {TREE}}};
  const sent = watch({TREE});
  looks = 0;
  bmFind(sent, 3);
  return [found, again, looks];
}})()"""
MOVED = """(() => {
  const root = {id: 0, children: [{id: 1}, {id: 2}]};
  bmFind(root, 2);
  root.children = [{id: 2}, {id: 5, children: [{id: 1}]}];
  return [2, 1, 5].map(id => bmFind(root, id).id);
})()"""


def test_pinned_gradio_has_the_search_that_is_replaced() -> None:
    routes = tree.routes()
    path, events, uploads = [route.path for route in routes]
    answer = TestClient(Starlette(routes=routes)).get(path)
    served = answer.text
    assert answer.headers["content-type"].startswith("text/javascript")
    assert tree.WALK.search(served) is None
    own = (tree.PARTS / path.rpartition("/")[2]).read_text("utf-8")
    walk = tree.WALK.search(own)
    assert walk is not None
    assert re.search(rf"function {walk['find']}\(root, id\)", served)
    assert tree.FETCH.search(own)
    assert not tree.FETCH.search(served)
    for place in (tree.EVENTS, tree.AGAIN, tree.MAKE):
        assert len(place.findall(own)) == 1
    script_of_events = (tree.PARTS / events.rpartition("/")[2]).read_text("utf-8")
    assert len(tree.ARGS.findall(script_of_events)) == 1
    assert "{if(!Object.keys(" in TestClient(Starlette(routes=routes)).get(events).text
    assert "JSON.parse(said).error" in TestClient(Starlette(routes=routes)).get(uploads).text


def test_places_are_remembered_and_looked_up_anew_where_they_moved(browser: Browser) -> None:
    page = browser.new_page()
    page.add_script_tag(content=script("places.js"))
    found, looks, first = page.evaluate(LOOKS)
    assert found == [3, 3, 2, 4, 0, None]
    assert looks <= 4
    assert first == looks, "the places of a page as it was sent are known without a walk"
    assert page.evaluate(MOVED) == [2, 1, 5]
    page.close()
