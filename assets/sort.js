// The box in which rows are sorted by hand: one at a time, by key, thumb or mouse. Every press is one request that
// the server has stored when it answers; the next row is shown meanwhile. `box.js`, `draw.js` and `mark.js` stand before it.
const root = element.querySelector('.bm-sort');
const KEYS = 9, POLL_MS = 1500, W = 320, H = 120;
let dataset = '', state = null, words = {}, sent = [], busy = false, message = '', menu = '', timer = 0;
let proposer = '', showsGuess = false, hasFailed = false, presses = 0, usesKeys = localStorage.getItem('bm_sort_keys') !== 'off';

const address = () => new URL(`bm/sort/${dataset}`, document.baseURI);
const fill = (text, given) => Object.entries(given).reduce((all, [name, value]) => all.replaceAll(`{${name}}`, value), text || '');
const isText = () => state?.medium === 'text';
const short = (text, most = 90) => text.length > most ? text.slice(0, most - 1) + '…' : text;

// talking to the server ---------------------------------------------------------------------------
async function load() {
  if (!dataset) return;
  const asked = dataset, before = presses, where = address();
  if (showsGuess) where.searchParams.set('guess', '1');
  try {
    const answer = await fetch(where), found = await answer.json();
    if (asked !== dataset) return;
    if (before !== presses) { if (!busy) load(); return; }  // older than what a press has changed since
    if (!answer.ok) { state = null; message = found.error; words = found.words || words; draw(); return; }
    words = found.words; proposer = found.proposer; take(found); hasFailed = false;
  } catch { if (asked === dataset) setTimeout(load, 3000); }
}
function take(found) {
  const now = state?.rows[0];  // what a person looks at must not change under their thumb
  if (now && !found.front) {
    const same = found.rows.find(row => row.id === now.id);
    found.rows = [same || {...now, guess: ''}, ...found.rows.filter(row => row !== same)];
  }
  state = found; message = ''; draw(); poll();
}
function poll() {
  clearTimeout(timer);
  if (state?.pending) timer = setTimeout(() => { if (!busy && root.offsetParent) load(); else poll(); }, POLL_MS);
}
function send(what, ...values) { presses += 1; sent.push({do: what, with: values, guess: showsGuess}); serve(); }
async function serve() {
  if (busy || !sent.length) return;
  busy = true;
  const asked = sent[0], where = address(), of = dataset;
  try {
    const answer = await fetch(where, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(asked)});
    const found = await answer.json().catch(() => ({error: answer.statusText}));
    if (of !== dataset) return;
    sent.shift(); presses += 1;
    if (answer.ok) isKept(asked);
    if (!answer.ok) fail(fill(words.saving_failed, {why: found.error}));
    else if (!sent.length) shown(found, asked.do);
  } catch { sent = []; fail(words.offline); }
  finally { busy = false; serve(); }
}
// What the server has is no draft any more, and drafts follow their class.
function isKept({do: did, with: given}) {
  if (did === 'label') drafts.delete(given[0]);
  if (did === 'rename' || did === 'merge') renameKind(...given);
}
function shown(found, asked) {
  hasFailed = false;
  found.front = ['undo', 'open', 'draw', 'propose'].includes(asked);
  const fresh = asked !== 'propose' ? null : isText() ? proposeMarks(found.rows[0]) : propose(found.rows[0]);
  take(found);
  if (asked === 'undo') say(fill(words.undone, {text: what(found.rows[0])}));
  if (fresh === null) return;
  message = fill(words.proposed, {count: fresh});
  draw();
}
async function fail(text) {
  sent = []; hasFailed = true;
  await load();
  message = text; draw();
}

// what a press does -------------------------------------------------------------------------------
const what = row => !row ? '' : row.text ? short(row.text) : state.medium === 'image' ? words.picture : words.recording;
function choose(name) {
  if (!state.drawn) return label(name);
  if (name) { pickKind(name); draw(); }
}
function say(text) { spokenLine.textContent = text; }
function label(name) {
  const row = state?.rows[0];
  if (!row || !name) return;
  const group = state.classes.find(group => group.name === name);
  group.count += 1; state.done += 1; state.undo = true;
  state.last = [{id: row.id, label: name, text: short(row.text, 160), url: row.url}, ...state.last.filter(one => one.id !== row.id)].slice(0, 12);
  next(fill(words.now_is, {label: name, text: what(state.rows[1])}), 'label', row.id, name, row.even ? '1' : '0');
}
function finish() {
  const row = state?.rows[0];
  if (!row || !state.classes.length || !sheet.size[0]) return;
  const counts = kindsDrawn(), text = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(' · ') || '–';
  for (const group of state.classes) group.count += counts[group.name] || 0;
  state.done += 1;
  state.last = [{id: row.id, label: text, text: '', url: row.url}, ...state.last.filter(one => one.id !== row.id)].slice(0, 12);
  const cell = isText() ? markedCell() : drawnCell();
  putAside(row.id);
  next(fill(words.saved_boxes, {text}), 'label', row.id, cell, row.even ? '1' : '0');
}
function skip() {
  const row = state?.rows[0];
  if (!row) return;
  next(fill(words.skipped_now, {text: what(state.rows[1])}), 'skip', row.id);
}
function next(text, ...asked) {
  state.rows = state.rows.slice(1); state.undo = true; message = ''; menu = '';
  send(...asked); draw(); say(text);
}
function askModel() { send('propose', state.rows[0].id); message = words.proposing; draw(); }  // its first answer waits until it is loaded
function undo() { if (state?.undo) send('undo'); }
function isTyping(target) { return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName) && target.type !== 'checkbox'; }
function press(event) {
  if (event.key === 'Escape' && state && root.contains(event.target)) { menu = ''; event.target.blur(); draw(); return; }
  if (!element.isConnected) { document.removeEventListener('keydown', press); return; }
  if (!root.offsetParent || !state || !usesKeys || (event.repeat && !event.key.startsWith('Arrow')) || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = event.key.toLowerCase(), number = '123456789'.indexOf(key);
  if (state.drawn && key === 'enter' && event.target.tagName === 'BUTTON') return;  // that one is pressed
  if (state.drawn && state.rows.length && (isText() ? markKey : drawKey)(event)) draw();
  else if (number >= 0 && key.length === 1) choose(state.classes[number]?.name);
  else if (state.drawn && key === 'enter') finish();
  else if (key === 'p' && state.drawn && proposer && state.rows.length && !sent.length) askModel();
  else if (key === 's' || key === '0') skip();
  else if (key === 'z' || (key === 'backspace' && !state.drawn)) undo();
  else return;
  event.preventDefault();
}
document.addEventListener('keydown', press);

// drawing -----------------------------------------------------------------------------------------
const slots = Object.fromEntries(['head', 'row', 'bar', 'side'].map(name => [name, h('div', {class: `bm-sort-slot is-${name}`})]));
const spokenLine = h('div', {class: 'bm-unseen', role: 'status', 'data-part': 'spoken'});
root.append(h('div', {class: 'bm-sort-stage'}, slots.head, slots.row, slots.bar), slots.side, spokenLine);
let drawnRow = '';
const draw = () => redraw(root, drawn);
function drawn() {
  if (!state) {
    drawnRow = '';
    slots.head.replaceChildren(h('p', {class: 'bm-lead', role: 'status'}, message || words.loading || ''));
    for (const name of ['row', 'bar', 'side']) slots[name].replaceChildren();
    return;
  }
  const chosen = document.activeElement;
  slots.head.replaceChildren(head());
  if (!state.classes.some(group => group.name === sheet.kind)) sheet.kind = state.classes[0]?.name || '';
  const now = JSON.stringify([state.id, state.drawn, state.rows[0] || [sent.length > 0, state.total]]);
  if (now !== drawnRow) { drawnRow = now; slots.row.replaceChildren(row()); }  // a recording plays on
  slots.bar.replaceChildren(bar());
  if (!(chosen?.tagName === 'SELECT' && slots.side.contains(chosen))) slots.side.replaceChildren(side());
}
function head() {
  const share = state.total ? 100 * state.done / state.total : 100;
  return h('div', {class: 'bm-sort-head'},
    h('div', {class: 'bm-sort-line'}, h('b', {class: 'bm-number', 'data-testid': 'sort-progress'}, state.progress),
      state.enough ? h('button', {type: 'button', class: 'bm-button is-primary', 'data-testid': 'sort-train', 'data-focus': 'train', disabled: sent.length > 0,
        onclick: () => trigger('submit')}, words.train) : ''),
    h('div', {class: 'bm-bar', role: 'progressbar', 'aria-valuenow': Math.round(share), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': state.progress},
      h('i', {style: `width:${share}%`})),
    h('p', {class: hasFailed ? 'bm-problem is-error' : 'bm-muted', 'data-testid': 'sort-said', role: message ? 'alert' : false},
      message || [state.total ? state.missing : '', state.skipped, state.labelled].filter(Boolean).join(words.between)));
}
function row() {
  const now = state.rows[0];
  if (!now) return h('div', {class: 'bm-card bm-sort-row', 'data-testid': 'sort-row'}, h('p', {class: 'bm-lead'}, sent.length ? words.loading : state.total ? words.all_done : state.missing));
  const url = now.url && new URL(now.url, document.baseURI).href;
  const shown = state.drawn ? (isText() ? markingOf(now, words, draw) : drawingOf(now, url, words, draw))
    : state.medium === 'image' ? h('img', {src: url, alt: words.picture})
    : state.medium === 'audio' ? h('audio', {src: url, controls: true, autoplay: state.done > 0, 'aria-label': words.recording})
    : h('p', {class: now.text.length > 240 ? 'bm-sort-text is-long' : 'bm-sort-text', 'data-testid': 'sort-text', tabindex: now.text.length > 240 ? 0 : false}, now.text);
  const ahead = state.medium === 'image' && state.rows[1] ? h('link', {rel: 'prefetch', href: new URL(state.rows[1].url, document.baseURI).href}) : '';
  return h('div', {class: 'bm-card bm-sort-row', 'data-testid': 'sort-row', 'data-row': now.id}, shown, ahead,
    now.note ? h('p', {class: 'bm-muted'}, now.note) : '',
    now.guess ? h('p', {class: 'bm-badge', 'data-testid': 'sort-guess'}, now.guess) : '');
}
function bar() {
  const least = state.drawn ? 1 : 2, ready = state.classes.length >= least && state.rows.length > 0;
  const hint = !state.classes.length ? (state.drawn ? words.draw_first : words.first_classes) : state.classes.length < least ? words.second_class : '';
  return h('div', {class: 'bm-sort-bar'},
    hint ? h('p', {class: 'bm-sort-hint'}, hint) : '',
    h('div', {class: 'bm-sort-classes', role: 'group', 'aria-label': words.classes}, state.classes.map((group, place) => classButton(group, place, ready))),
    h('div', {class: 'bm-sort-tools'},
      state.drawn && ready ? h('button', {type: 'button', class: 'bm-button is-primary', 'data-testid': 'sort-done', 'data-focus': 'done', 'aria-keyshortcuts': usesKeys && 'Enter',
        onclick: finish}, sheet.boxes.length ? words.done : words.done_empty) : '',
      state.drawn && proposer && ready ? tool('propose', 'P', askModel, sent.length > 0) : '',
      tool('skip', 'S', skip, !ready), tool('undo', 'Z', () => { if (state.drawn && undoBox()) draw(); else undo(); }, !state.undo && !(state.drawn && sheet.before.length)),
      h('button', {type: 'button', class: 'bm-button', 'aria-expanded': String(menu !== ''), 'data-testid': 'sort-menu', 'data-focus': 'menu',
        onclick: () => { menu = menu ? '' : 'open'; draw(); }}, words.menu),
      state.classes.length < least || menu === 'open' ? newClass() : ''),
    menu === 'open' ? classMenu() : '');
}
function classButton(group, place, ready) {
  const key = usesKeys && place < KEYS ? String(place + 1) : '';
  const count = fill(state.drawn ? words.boxes_of : words.rows_of, {count: group.count});
  return h('button', {type: 'button', class: 'bm-sort-class', disabled: !ready, 'data-label': group.name, 'data-focus': `class ${group.name}`, 'aria-keyshortcuts': key || false,
    'aria-label': [group.name, count, key && fill(words.key, {key})].filter(Boolean).join(', '), onclick: () => choose(group.name),
    'aria-pressed': state.drawn && String(group.name === sheet.kind)},
    key ? h('kbd', {}, key) : '', h('span', {}, short(group.name, 40)), h('i', {class: 'bm-number'}, String(group.count)));
}
function tool(name, key, act, off) {
  return h('button', {type: 'button', class: 'bm-button', disabled: off, 'data-testid': `sort-${name}`, 'data-focus': name, 'aria-keyshortcuts': usesKeys && key,
    'aria-label': usesKeys ? `${words[name]}, ${fill(words.key, {key})}` : false, onclick: act}, words[name], usesKeys ? h('kbd', {}, key) : '');
}
function newClass() {
  const add = () => { const name = input.value.trim(); input.value = ''; if (name) send('add', name); };
  const input = h('input', {placeholder: words.new_class, 'aria-label': words.new_class, maxlength: 100, 'data-keep': true, 'data-focus': 'new', enterkeyhint: 'done',
    'data-testid': 'sort-new', onkeydown: event => { if (event.key === 'Enter') { event.preventDefault(); add(); } }});
  return h('span', {class: 'bm-sort-new'}, input, h('button', {type: 'button', class: 'bm-button', 'data-testid': 'sort-add', 'data-focus': 'add', onclick: add}, words.add_class));
}
function classMenu() {
  return h('div', {class: 'bm-sort-menu', 'data-testid': 'sort-classes-menu'}, h('p', {class: 'bm-muted'}, words.menu_hint), state.classes.map(group => {
    const others = state.classes.filter(other => other !== group);
    const name = h('input', {value: group.name, 'aria-label': `${words.rename}: ${group.name}`, maxlength: 100, 'data-keep': true, 'data-focus': `name ${group.name}`,
      ...onLeft(group.name, to => to && send('rename', group.name, to))});
    const into = h('select', {'data-focus': `merge ${group.name}`, 'aria-label': fill(words.merge_ask, {name: group.name}), onchange: event => { if (event.target.value) send('merge', group.name, event.target.value); }},
      h('option', {value: ''}, words.merge), others.map(other => h('option', {value: other.name}, short(other.name, 40))));
    return h('div', {class: 'bm-sort-line', 'data-label': group.name}, name, others.length ? into : '');
  }));
}
function side() {
  const guess = h('input', {type: 'checkbox', checked: showsGuess, 'data-testid': 'sort-show-guess', 'data-focus': 'guess',
    onchange: event => { showsGuess = event.target.checked; load(); }});
  const keys = h('input', {type: 'checkbox', checked: usesKeys, 'data-testid': 'sort-keys', 'data-focus': 'keys',
    onchange: event => { usesKeys = event.target.checked; localStorage.setItem('bm_sort_keys', usesKeys ? 'on' : 'off'); draw(); }});
  return h('div', {class: 'bm-sort-side'},
    state.can_draw ? otherWay() : '',
    h('section', {class: 'bm-card'}, h('h4', {}, words.counts), bars(), h('p', {class: 'bm-muted', 'data-testid': 'sort-model'}, state.model),
      state.drawn ? '' : [h('label', {class: 'bm-check'}, guess, ' ', words.show_guess), ' ', h('span', {class: 'bm-muted'}, words.guess_why)],
      h('p', {class: 'bm-sort-keys'}, h('label', {class: 'bm-check'}, keys, ' ', words.keys_use), ' ', usesKeys ? h('span', {class: 'bm-muted'}, state.drawn ? words.draw_help : words.keys_help) : '')),
    state.curve.length ? h('section', {class: 'bm-card', 'data-testid': 'sort-curve'}, h('h4', {}, words.curve), curve(), h('p', {}, state.gain)) : '',
    state.last.length ? h('section', {class: 'bm-card'}, h('h4', {}, words.last), h('div', {class: 'bm-sort-last'}, state.last.map(given))) : '');
}
function otherWay() {
  const button = (name, text, act) => h('button', {type: 'button', class: 'bm-button', 'data-testid': name, 'data-focus': name, onclick: act}, text);
  return h('section', {class: 'bm-card'}, h('p', {class: 'bm-muted'}, menu === 'draw' ? words.draw_ask : words.draw_why),
    menu === 'draw' ? button('sort-draw-yes', words.draw, () => { menu = ''; send('draw'); })
      : button('sort-draw', words.draw, () => { menu = 'draw'; draw(); }));
}
function bars() {
  const most = Math.max(1, ...state.classes.map(group => group.count));
  return h('div', {class: 'bm-bars'}, state.classes.flatMap(group => [h('span', {}, short(group.name, 40)),
    h('div', {class: 'bm-bar'}, h('i', {style: `width:${100 * group.count / most}%`})), h('span', {class: 'bm-number'}, String(group.count))]));
}
function given(one) {
  const url = one.url && new URL(one.url, document.baseURI).href;
  const shown = state.medium === 'image' ? h('img', {src: url, alt: words.picture, loading: 'lazy'})
    : state.medium === 'audio' ? h('audio', {src: url, controls: true, preload: 'none'}) : h('span', {}, one.text);
  if (state.drawn) return h('div', {class: 'bm-sort-given', 'data-testid': 'sort-given'}, shown,
    h('button', {type: 'button', class: 'bm-button', 'aria-label': fill(words.again, {text: one.label}), 'data-testid': 'sort-again', onclick: () => send('open', one.id)}, one.label));
  const select = h('select', {'aria-label': fill(words.correct, {text: what(one)}), 'data-testid': 'sort-correct',
    onchange: event => send(event.target.value ? 'label' : 'skip', ...[one.id, event.target.value].filter(Boolean), ...(event.target.value ? ['1'] : []))},
    state.classes.map(group => h('option', {value: group.name, selected: group.name === one.label}, short(group.name, 40))),
    h('option', {value: ''}, words.skip));
  return h('div', {class: 'bm-sort-given', 'data-testid': 'sort-given'}, shown, select);
}
function curve() {
  const points = state.curve, first = points[0][0], last = points[points.length - 1][0];
  const low = Math.min(...points.map(point => point[2])), floor = Math.max(0, Math.floor(low * 10) / 10);
  const x = rows => 42 + (W - 52) * (last > first ? (Math.log(rows) - Math.log(first)) / (Math.log(last) - Math.log(first)) : 1);
  const y = share => 8 + (H - 30) * (1 - share) / (1 - floor || 1);
  const s = (tag, given, ...inside) => h(tag, {svg: true, ...given}, ...inside);
  const path = places => 'M' + places.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join(' L');
  const band = path([...points.map(p => [x(p[0]), y(p[3])]), ...points.slice().reverse().map(p => [x(p[0]), y(p[2])])]) + ' Z';
  return s('svg', {viewBox: `0 0 ${W} ${H}`, class: 'bm-sort-curve', role: 'img', 'aria-label': `${words.curve_alt}. ${state.gain}`},
    [1, floor].map(share => [s('line', {x1: 42, x2: W - 8, y1: y(share), y2: y(share)}), s('text', {x: 38, y: y(share) + 4, 'text-anchor': 'end'}, `${Math.round(100 * share)} %`)]),
    s('path', {class: 'is-band', d: band}), s('path', {class: 'is-line', d: path(points.map(p => [x(p[0]), y(p[1])]))}),
    points.map(p => s('circle', {cx: x(p[0]), cy: y(p[1]), r: 3})),
    s('text', {x: 42, y: H - 4}, String(first)), s('text', {x: W - 8, y: H - 4, 'text-anchor': 'end'}, `${last} ${words.curve_x}`));
}

// coming and going --------------------------------------------------------------------------------
function meet() {
  let asked = {};
  try { asked = JSON.parse(props.value || '{}'); } catch { /* nothing asked */ }
  const fresh = asked.dataset || '';
  if (fresh !== dataset) { dataset = fresh; state = null; sent = []; message = ''; menu = ''; showsGuess = false; }
  load().then(() => {
    if (root.offsetParent) root.firstChild.scrollIntoView({block: matchMedia('(max-width: 700px)').matches ? 'start' : 'nearest'});
  });
}
watch('value', meet);
if (props.value) meet();
