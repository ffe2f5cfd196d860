// A press is a pointer, or the space bar, that goes down and up on one button. Where the page draws that button anew
// between the two, the browser tells of no click at all: this gives the press to the button that took its place, and
// the next key, too, where the button that had the focus was drawn anew.
() => {
  const PRESSED = 'button, a[href], label, summary, [role=button], [role=tab]', NEAR = 12;
  let held = null, focused = null;
  const dataOf = node => Object.entries(node.dataset || {}).map(pair => pair.join('=')).sort().join(' ');
  function nameOf(node, place) {  // counts in its words go on
    const words = (node.getAttribute('aria-label') || node.textContent).replace(/\d+/g, '');
    const data = [];
    for (let at = node; at && at !== place; at = at.parentElement) data.push(dataOf(at));
    return [node.tagName, node.id, words, ...data].join('\n');
  }
  function noted(target) {
    const node = target.closest?.(PRESSED), names = [];  // by each place that may outlive the button
    if (!node) return null;
    for (let place = node.parentElement; place; place = place.parentElement) names.push([place, nameOf(node, place)]);
    return {node, names};
  }
  function heirOf({names}) {
    const [place, name] = names.find(([outer]) => outer.isConnected) || [];
    const found = place ? [...place.querySelectorAll(PRESSED)].filter(other => nameOf(other, place) === name) : [];
    return found.length === 1 ? found[0] : null;  // of two that look alike neither: a wrong press is worse than none
  }
  function hold(event) { held = {...noted(event.target), x: event.clientX, y: event.clientY}; }
  function letGo({clientX: x, clientY: y}) {
    const was = held;
    held = null;
    if (!was?.node || was.node.isConnected) return;  // one that is still there is clicked by the browser
    const isMeant = x === undefined || Math.hypot(x - was.x, y - was.y) < NEAR;  // drawn away: thought better of
    if (isMeant) setTimeout(() => heirOf(was)?.click());
  }
  function refocus() {
    if (document.activeElement === document.body && focused && !focused.node.isConnected) heirOf(focused)?.focus({preventScroll: true});
  }
  // A finger's click is told after it is lifted, of what lies there then: only the mouse and the pen lose one.
  addEventListener('pointerdown', event => { focused = null; if (event.pointerType !== 'touch' && event.button === 0) hold(event); }, true);
  addEventListener('pointerup', event => event.pointerType !== 'touch' && event.button === 0 && letGo(event), true);
  addEventListener('focusin', event => { focused = noted(event.target); }, true);
  addEventListener('keydown', event => { refocus(); if (event.key === ' ' && !event.repeat) hold(event); }, true);
  addEventListener('keyup', event => event.key === ' ' && letGo(event), true);
}
