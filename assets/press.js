// A press is a pointer, or the space bar, that goes down and up on one button. Where the page draws that button anew
// between the two, the browser tells of no click at all: this gives the press to the button that took its place.
() => {
  const PRESSED = 'button, a[href], label, summary, [role=button], [role=tab]', NEAR = 12;
  let held = null;
  const dataOf = node => Object.entries(node.dataset || {}).map(pair => pair.join('=')).sort().join(' ');
  function nameOf(node, place) {  // counts in its words go on
    const words = (node.getAttribute('aria-label') || node.textContent).replace(/\d+/g, '');
    const data = [];
    for (let at = node; at && at !== place; at = at.parentElement) data.push(dataOf(at));
    return [node.tagName, node.id, words, ...data].join('\n');
  }
  function hold({target, clientX: x, clientY: y}) {
    const node = target.closest?.(PRESSED);
    if (!node) return void (held = null);
    const names = [];  // by each place that may outlive the button
    for (let place = node.parentElement; place; place = place.parentElement) names.push([place, nameOf(node, place)]);
    held = {node, names, x, y};
  }
  function letGo({clientX: x, clientY: y}) {
    const {node, names, ...at} = held || {};
    held = null;
    if (!node || node.isConnected) return;  // one that is still there is clicked by the browser
    if (x === undefined || Math.hypot(x - at.x, y - at.y) < NEAR) setTimeout(give, 0, names);  // drawn away: thought better of
  }
  function give(names) {
    const [place, name] = names.find(([outer]) => outer.isConnected) || [];
    const found = place ? [...place.querySelectorAll(PRESSED)].filter(other => nameOf(other, place) === name) : [];
    if (found.length === 1) found[0].click();  // of two that look alike neither: a wrong press is worse than none
  }
  // A finger's click is told after it is lifted, of what lies there then: only the mouse and the pen lose one.
  addEventListener('pointerdown', event => event.pointerType !== 'touch' && event.button === 0 && hold(event), true);
  addEventListener('pointerup', event => event.pointerType !== 'touch' && event.button === 0 && letGo(event), true);
  addEventListener('keydown', event => event.key === ' ' && !event.repeat && hold(event), true);
  addEventListener('keyup', event => event.key === ' ' && letGo(event), true);
}
