// Ours, in place of a function of Gradio's, which looks for a component by walking all of a page, several times for each part
// of each event, through objects that note every look: most of a press went by with that. Where each stands is remembered.
var bmPlaces = new WeakMap();
function bmNote(node, place, places) {
  places.set(node.id, place);
  (node.children || []).forEach((child, at) => bmNote(child, [...place, at], places));
}
function bmFind(root, id) {
  for (const isNew of [false, true]) {
    if (isNew || !bmPlaces.has(root)) {
      bmPlaces.set(root, new Map());
      bmNote(!isNew && window.gradio_config?.layout || root, [], bmPlaces.get(root));  // at first as the page was sent
    }
    let node = bmPlaces.get(root).has(id) ? root : null;
    for (const at of bmPlaces.get(root).get(id) || []) node = node?.children?.[at];
    if (node?.id === id) return node;
  }
  return null;
}
