// What boxes share that draw themselves anew whenever something has changed. Texts of people are text nodes only.
function h(tag, given = {}, ...children) {
  const node = tag === 'svg' || given.svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === 'svg') continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter(child => child != null && child !== ''));
  return node;
}

// A finger's press whose button were drawn anew before it is lifted would be lost: what comes meanwhile is drawn after it.
// Of the mouse `press.js` sees to that.
const CLICK_MS = 60;  // at most, between the lifting of a finger and its click
let isDrawing = false, isPressed = false, waiting = null, lifting = 0;
function holdPresses(root) {
  const lift = () => { isPressed = false; const then = waiting; waiting = null; then?.(); };
  root.onpointerdown = event => { isPressed = event.pointerType === 'touch' && event.target.closest('button') !== null; clearTimeout(lifting); };
  root.onclick = lift;
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => { lifting = setTimeout(lift, CLICK_MS); });
}
// Draws, and leaves what a person is at: the control in focus, the place of the caret, what is typed and not yet sent.
function redraw(root, draw) {
  if (!root.onpointerdown) holdPresses(root);
  if (isPressed) { waiting = () => redraw(root, draw); return; }
  const before = document.activeElement, focus = root.contains(before) ? before.dataset.focus : '', at = before?.selectionStart;
  const all = () => [...root.querySelectorAll('button, input, select, audio')], place = all().indexOf(before);
  const fields = () => [...root.querySelectorAll('input[data-keep]')];
  const kept = Object.fromEntries(fields().map(node => [node.dataset.focus, node.value]));
  isDrawing = true;
  draw();
  isDrawing = false;
  for (const node of fields()) {
    const name = node.dataset.focus;
    if (kept[name] && (!node.value || name === focus)) node.value = kept[name];
  }
  const again = focus && [...root.querySelectorAll('[data-focus]')].find(node => node.dataset.focus === focus);
  if (!again && place >= 0 && !root.contains(document.activeElement))  // without a name: what stands in its place now
    all()[Math.min(place, all().length - 1)]?.focus({preventScroll: true});
  if (!again || again === document.activeElement) return;
  again.focus({preventScroll: true});
  if (at != null) try { again.setSelectionRange(at, at); } catch { /* no text */ }
}

// The listeners of a field whose text counts once it is left, or Enter pressed. A browser tells of a change that a drawing
// cuts off, and of none in a field that was filled by one.
function onLeft(known, act) {
  let told = known;
  const tell = event => {
    const text = event.target.value.trim();
    if (isDrawing || text === told) return;
    told = text;
    act(text);
  };
  return {onchange: tell, onblur: tell, onkeydown: event => event.key === 'Enter' && tell(event)};
}
