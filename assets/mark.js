// Words marked in the text that is being sorted: by mouse, finger or keys. `draw.js` stands before it and holds the sheet, of
// which a piece is here from a letter to another (its end not included); letters are counted as Python counts them.
const PARTS = /[\u2e80-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]|[\p{L}\p{N}\p{M}]+(?:['’_-][\p{L}\p{N}\p{M}]+)*|\s+|./gsu;

function markedCell() {
  const marks = [...sheet.boxes].sort((a, b) => a.at[0] - b.at[0]);
  return JSON.stringify(marks.map(({at: [start, end], kind}) => [start, end, kind, sheet.letters.slice(start, end).join('')]));
}
function partsOf(text) {
  let at = 0;
  return [...text.matchAll(PARTS)].map(([part]) => ({start: at, end: at += [...part].length, text: part, isBlank: !part.trim()}));
}
const isApart = (one, other) => one[1] <= other[0] || other[1] <= one[0];
function putMark(boxes, at) {
  sheet.boxes = [...boxes.filter(box => isApart(box.at, at)), {at, kind: sheet.kind}];
  sheet.chosen = sheet.boxes.length - 1;
}
function markingOf(row, words, changed) {
  if (sheet.row !== row.id) {
    if (sheet.before.length) drafts.set(sheet.row, snapshot());
    const boxes = drafts.get(row.id) || row.boxes.map(([start, end, kind]) => ({at: [start, end], kind}));
    Object.assign(sheet, {row: row.id, before: [], chosen: -1, boxes, caret: -1});
  }
  Object.assign(sheet, {letters: [...row.text], parts: partsOf(row.text), size: [1, 1]});
  const area = h('div', {class: 'bm-sort-text bm-mark-area', tabindex: 0, role: 'application', 'data-testid': 'mark-area', 'data-focus': 'draw'});
  const list = h('div', {class: 'bm-draw-list'});
  let drag = null;

  const partAt = event => {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-at]');
    return found && area.contains(found) ? Number(found.dataset.at) : null;
  };
  const reach = (one, other) => [sheet.parts[Math.min(one, other)].start, sheet.parts[Math.max(one, other)].end];
  area.addEventListener('pointerdown', event => {
    const from = partAt(event);
    if (event.button > 0 || from === null) return;
    area.focus({preventScroll: true});
    area.setPointerCapture(event.pointerId);
    drag = {from, to: from, boxes: snapshot(), isOn: false};
    if (event.pointerType === 'mouse') event.preventDefault();
  });
  area.addEventListener('pointermove', event => {
    const to = drag && partAt(event);
    if (!drag || to === null || to === drag.to || !sheet.kind) return;
    drag.to = to; drag.isOn = true;
    putMark(drag.boxes, reach(drag.from, to));
    sheet.paint();
  });
  area.addEventListener('pointerup', () => {
    if (!drag) return;
    const at = reach(drag.from, drag.from), hit = sheet.boxes.findIndex(box => !isApart(box.at, at));
    if (drag.isOn) sheet.before.push(drag.boxes);
    else if (hit >= 0) sheet.chosen = hit;
    else if (sheet.kind) { sheet.before.push(snapshot()); putMark(sheet.boxes, at); }
    sheet.caret = drag.to;
    drag = null;
    sheet.paint(); changed();
  });
  area.addEventListener('pointercancel', () => { if (drag?.isOn) sheet.boxes = drag.boxes; drag = null; sheet.paint(); });

  sheet.paint = () => {
    area.setAttribute('aria-label', fill(words.draw_area, {count: sheet.boxes.length}));
    const shown = [];
    let open = null;
    sheet.parts.forEach((part, place) => {
      const number = sheet.boxes.findIndex(box => box.at[0] <= part.start && part.end <= box.at[1]);
      if (open && open.number !== number) open = null;
      const word = part.isBlank && number < 0 ? part.text
        : h('span', {'data-at': place, class: place === sheet.caret ? 'is-caret' : false}, part.text);
      if (number < 0) { shown.push(word); return; }
      if (!open) {
        const kind = sheet.boxes[number].kind;
        open = {number, words: h('b', {})};
        shown.push(h('mark', {'data-kind': kind, class: number === sheet.chosen ? 'is-chosen' : false}, open.words, h('small', {}, short(kind, 24))));
      }
      open.words.append(word);
    });
    area.replaceChildren(...shown);
    list.replaceChildren(...sheet.boxes.map((box, place) => h('span', {class: 'bm-draw-item'},
      h('button', {type: 'button', class: 'bm-button', 'aria-pressed': String(place === sheet.chosen), 'data-focus': `box ${place}`, onclick: () => { sheet.chosen = place; sheet.paint(); }},
        fill(words.box_of, {number: short(sheet.letters.slice(...box.at).join(''), 30), label: short(box.kind, 30)})),
      h('button', {type: 'button', class: 'bm-button', 'aria-label': fill(words.remove_box, {number: sheet.letters.slice(...box.at).join('')}), onclick: () => { sheet.chosen = place; removeBox(); changed(); }}, '×'))));
  };
  sheet.paint();
  return h('div', {class: 'bm-marking'}, area, list);
}

// Tells whether a key was one for marking: arrows go from word to word, with Shift the mark follows.
function markKey(event) {
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (step) {
    let to = sheet.caret + step;
    while (sheet.parts[to]?.isBlank) to += step;
    if (!sheet.parts[to]) return true;
    const box = sheet.boxes[sheet.chosen], part = sheet.parts[to];
    if (event.shiftKey && box) {
      if (!event.repeat) sheet.before.push(snapshot());
      const at = [Math.min(box.at[0], part.start), part.start < box.at[0] ? box.at[1] : part.end], {kind} = box;
      putMark(sheet.boxes.filter(other => other !== box), at);
      sheet.boxes[sheet.chosen].kind = kind;
    }
    sheet.caret = to;
    if (!event.shiftKey) sheet.chosen = sheet.boxes.findIndex(one => !isApart(one.at, [part.start, part.end]));
    sheet.paint();
  } else if (event.key.toLowerCase() === 'n' || event.key === ' ') {
    const part = sheet.parts[Math.max(0, sheet.caret)];
    if (!part || !sheet.kind) return true;
    sheet.before.push(snapshot());
    putMark(sheet.boxes, [part.start, part.end]);
    sheet.caret = Math.max(0, sheet.caret);
    sheet.paint();
  } else if (event.key === 'Delete' || event.key === 'Backspace') removeBox();
  else if (event.key.toLowerCase() !== 'z' || !undoBox()) return false;
  return true;
}
// Puts what a model would mark beside what stands there already; returns how many marks came.
function proposeMarks(row) {
  if (sheet.row !== row.id) return 0;
  const fresh = row.boxes.map(([start, end, kind]) => ({at: [start, end], kind})).filter(one => sheet.boxes.every(box => isApart(box.at, one.at)));
  sheet.before.push(snapshot());
  sheet.boxes.push(...fresh);
  sheet.paint();
  return fresh.length;
}
