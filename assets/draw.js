// Boxes drawn on the picture that is being sorted: by mouse, finger or keys. `box.js` stands before it; `sort.js`, which
// stands after it, sends what was drawn. All places are in pixels of the picture.
const SLIP = 4, STEP = 0.01, MOST = 300;  // screen pixels of a press that is no drag; of the picture's longer side, a step of an arrow key; boxes of one picture
const sheet = {row: '', size: [0, 0], boxes: [], before: [], chosen: -1, kind: '', paint: () => {}};
const drafts = new Map();

function drawnCell() {
  const boxes = sheet.boxes.map(box => [...box.at.map(side => Math.round(side * 100) / 100), box.kind]);
  return JSON.stringify({size: sheet.size, boxes});
}
function kindsDrawn() {
  const counts = {};
  for (const box of sheet.boxes) counts[box.kind] = (counts[box.kind] || 0) + 1;
  return counts;
}
function drawingOf(row, url, words, changed) {
  if (sheet.row !== row.id) {
    if (sheet.before.length) drafts.set(sheet.row, snapshot());  // not sent yet, and not lost by looking at another
    const boxes = drafts.get(row.id) || row.boxes.map(([l, t, r, b, kind]) => ({at: [l, t, r, b], kind}));
    Object.assign(sheet, {row: row.id, size: [0, 0], before: [], chosen: -1, boxes});
  }
  const s = (tag, given, ...inside) => h(tag, {svg: true, ...given}, ...inside);
  const area = s('svg', {class: 'bm-draw-area', tabindex: 0, role: 'application', 'data-testid': 'draw-area', 'data-focus': 'draw'});
  const list = h('div', {class: 'bm-draw-list'});
  const place = h('div', {class: 'bm-draw'}, area, list);
  let drag = null;

  const picture = new Image();
  picture.onload = () => {
    if (sheet.row !== row.id) return;
    sheet.size = [picture.naturalWidth, picture.naturalHeight];
    area.setAttribute('viewBox', `0 0 ${sheet.size.join(' ')}`);
    sheet.paint();
  };
  picture.src = url;

  const point = event => {
    const found = new DOMPoint(event.clientX, event.clientY).matrixTransform(area.getScreenCTM().inverse());
    return [Math.min(sheet.size[0], Math.max(0, found.x)), Math.min(sheet.size[1], Math.max(0, found.y))];
  };
  const across = () => {  // screen pixels of one of the picture
    const {width, height} = area.getBoundingClientRect();
    return Math.min(width / sheet.size[0], height / sheet.size[1]) || 1;
  };
  const inside = ([x, y], at) => at[0] <= x && x <= at[2] && at[1] <= y && y <= at[3];
  function corner([x, y], at) {
    const near = 12 / across();
    const sides = [Math.abs(x - at[0]) <= near ? 0 : Math.abs(x - at[2]) <= near ? 2 : -1, Math.abs(y - at[1]) <= near ? 1 : Math.abs(y - at[3]) <= near ? 3 : -1];
    return sides.includes(-1) ? null : sides;
  }
  area.addEventListener('pointerdown', event => {
    if (!sheet.size[0] || event.button > 0) return;
    area.focus({preventScroll: true});
    area.setPointerCapture(event.pointerId);
    const from = point(event), chosen = sheet.boxes[sheet.chosen];
    const sides = chosen && corner(from, chosen.at);
    if (sides) drag = {does: 'size', from, at: [...chosen.at], sides};
    else if (chosen && inside(from, chosen.at)) drag = {does: 'move', from, at: [...chosen.at]};
    else drag = {does: 'new', from, hit: sheet.boxes.findLastIndex(box => inside(from, box.at))};
    drag.x = event.clientX; drag.y = event.clientY; drag.boxes = snapshot();
    event.preventDefault();
  });
  area.addEventListener('pointermove', event => {
    if (!drag) return;
    if (!drag.isOn && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLIP) return;
    const to = point(event);
    if (!drag.isOn && drag.does === 'new') { if (!sheet.kind || sheet.boxes.length >= MOST) return; sheet.boxes.push({at: [...drag.from, ...drag.from], kind: sheet.kind}); sheet.chosen = sheet.boxes.length - 1; }
    drag.isOn = true;
    const box = sheet.boxes[sheet.chosen];
    if (drag.does === 'new') box.at = ordered([...drag.from, ...to]);
    else if (drag.does === 'move') box.at = moved(drag.at, to[0] - drag.from[0], to[1] - drag.from[1]);
    else { const at = [...drag.at]; at[drag.sides[0]] = to[0]; at[drag.sides[1]] = to[1]; box.at = ordered(at); }
    sheet.paint();
  });
  area.addEventListener('pointerup', () => {
    if (!drag) return;
    if (drag.isOn) { sheet.before.push(drag.boxes); dropEmpty(); }
    else sheet.chosen = drag.does === 'new' ? drag.hit : sheet.chosen;
    drag = null;
    sheet.paint(); changed();
  });
  area.addEventListener('pointercancel', () => { if (drag?.isOn) sheet.boxes = drag.boxes; drag = null; sheet.paint(); });

  sheet.paint = () => {
    const [width, height] = sheet.size, unit = 1 / across();
    area.setAttribute('aria-label', fill(words.draw_area, {count: sheet.boxes.length}));
    area.replaceChildren(width ? s('image', {href: url, width, height}) : '', ...sheet.boxes.map((box, place) => {
      const [left, top, right, bottom] = box.at, isChosen = place === sheet.chosen;
      return s('g', {class: isChosen ? 'bm-draw-box is-chosen' : 'bm-draw-box', 'data-kind': box.kind},
        s('rect', {x: left, y: top, width: right - left, height: bottom - top, class: 'is-halo'}), s('rect', {x: left, y: top, width: right - left, height: bottom - top}),
        s('text', {x: left + 4 * unit, y: top + 15 * unit, 'font-size': 13 * unit}, `${place + 1} ${short(box.kind, 24)}`),
        isChosen ? [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) => s('circle', {cx: x, cy: y, r: 6 * unit})) : '');
    }));
    list.replaceChildren(...sheet.boxes.map((box, place) => h('span', {class: 'bm-draw-item'},
      h('button', {type: 'button', class: 'bm-button', 'aria-pressed': String(place === sheet.chosen), 'data-focus': `box ${place}`, onclick: () => { sheet.chosen = place; sheet.paint(); }}, fill(words.box_of, {number: place + 1, label: short(box.kind, 30)})),
      h('button', {type: 'button', class: 'bm-button', 'aria-label': fill(words.remove_box, {number: place + 1}), onclick: () => { sheet.chosen = place; removeBox(); changed(); }}, '×'))));
  };
  sheet.paint();
  return place;
}

// Leaves the drawing of a row, which is on its way; until the server has it, it stays a draft.
function putAside(row) {
  drafts.set(row, snapshot());
  Object.assign(sheet, {row: '', before: [], boxes: [], chosen: -1});
}
function renameKind(name, to) {
  const fresh = to.split(/\s+/).filter(Boolean).join(' ');
  for (const boxes of [sheet.boxes, ...sheet.before, ...drafts.values()])
    for (const box of boxes) if (box.kind === name) box.kind = fresh;
  if (sheet.kind === name) sheet.kind = fresh;
  sheet.paint();
}

// Puts what a model would draw beside what stands there already; returns how many boxes came.
function propose(row) {
  if (sheet.row !== row.id) return 0;
  const shared = (a, b) => Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const size = at => (at[2] - at[0]) * (at[3] - at[1]);
  const isThere = at => sheet.boxes.some(box => shared(at, box.at) > .5 * (size(at) + size(box.at) - shared(at, box.at)));
  const fresh = row.boxes.map(([l, t, r, b, kind]) => ({at: [l, t, r, b], kind})).filter(box => !isThere(box.at));
  sheet.before.push(snapshot());
  sheet.boxes.push(...fresh);
  sheet.paint();
  return fresh.length;
}

// what keys and buttons do ------------------------------------------------------------------------
const snapshot = () => sheet.boxes.map(box => ({at: [...box.at], kind: box.kind}));
const ordered = ([a, b, c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
function moved([left, top, right, bottom], x, y) {
  x = Math.min(sheet.size[0] - right, Math.max(-left, x));
  y = Math.min(sheet.size[1] - bottom, Math.max(-top, y));
  return [left + x, top + y, right + x, bottom + y];
}
function dropEmpty() {
  const box = sheet.boxes[sheet.chosen];
  if (box && (box.at[2] - box.at[0] < 1 || box.at[3] - box.at[1] < 1)) { sheet.boxes.splice(sheet.chosen, 1); sheet.chosen = -1; }
}
function pickKind(name) {
  sheet.kind = name;
  const box = sheet.boxes[sheet.chosen];
  if (box && box.kind !== name) { sheet.before.push(snapshot()); box.kind = name; }
  sheet.paint();
}
function removeBox() {
  if (!sheet.boxes[sheet.chosen]) return;
  sheet.before.push(snapshot());
  sheet.boxes.splice(sheet.chosen, 1);
  sheet.chosen = Math.min(sheet.chosen, sheet.boxes.length - 1);
  sheet.paint();
}
function newBox() {
  if (!sheet.kind || !sheet.size[0] || sheet.boxes.length >= MOST) return;
  const [width, height] = sheet.size;
  sheet.before.push(snapshot());
  sheet.boxes.push({at: [width * .35, height * .35, width * .65, height * .65], kind: sheet.kind});
  sheet.chosen = sheet.boxes.length - 1;
  sheet.paint();
}
function undoBox() {
  if (!sheet.before.length) return false;
  sheet.boxes = sheet.before.pop();
  sheet.chosen = Math.min(sheet.chosen, sheet.boxes.length - 1);
  sheet.paint();
  return true;
}
// Tells whether a key was one for drawing; arrows move the chosen box, with Shift its right lower corner.
function drawKey(event) {
  const step = STEP * Math.max(...sheet.size), box = sheet.boxes[sheet.chosen];
  const [x, y] = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]}[event.key] || [0, 0];
  if ((x || y) && box) {
    if (!event.repeat) sheet.before.push(snapshot());
    const [left, top, right, bottom] = box.at;
    box.at = event.shiftKey ? [left, top, Math.min(sheet.size[0], Math.max(left + step, right + x)), Math.min(sheet.size[1], Math.max(top + step, bottom + y))] : moved(box.at, x, y);
    sheet.paint();
  } else if (event.key === 'n' || event.key === 'N') newBox();
  else if (event.key === 'Delete' || event.key === 'Backspace') removeBox();
  else if (event.key.toLowerCase() !== 'z' || !undoBox()) return false;
  return true;
}
