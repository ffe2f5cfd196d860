// What is fetched when it is first waited for. An object of a class of its own: Svelte wraps plain ones.
class BmLate {
  #fetch;
  #fetched;
  constructor(fetch) { this.#fetch = fetch; }
  then(...given) { return (this.#fetched ??= this.#fetch()).then(...given); }
  catch(given) { return this.then(undefined, given); }
}
// The events of each part, found once: Gradio looks through all events of the page for each of its parts.
var bmAttached = new WeakMap();
function bmEvents(node, events) {
  if (!bmAttached.has(events)) {
    const found = new Map();
    for (const event of events) {
      for (const [id, name] of new Map([...event.targets].reverse())) found.set(id, [...found.get(id) || [], name]);
    }
    bmAttached.set(events, found);
  }
  node.props.shared_props.attached_events = (bmAttached.get(events).get(node.id) || []).filter(Boolean);
  return node;
}
