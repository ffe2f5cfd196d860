// The box in which classes are made and files, shots and takes are put into them. It draws what the server
// says lies in the tray, by text nodes only: a name of a file or class never becomes markup.
const root = element.querySelector('.bm-tray');
const address = (path = '') => new URL('bm/trays' + path, document.baseURI);
const MODES = ['image', 'audio', 'speech'];
const SPOKEN = 'speech';
let tray = null, words = {}, mode = localStorage.getItem('bm_tray_mode') || 'image', live = null, line = Promise.resolve(), opening = 0;
const said = {};  // class → what happened last, shown in its card

// One after another: each answer is a whole tray, and an older one must not come last.
function ask(path, given = {}) {
  const answered = line.then(async () => {
    const answer = await fetch(path, given), value = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(value.error), {final: true});
    return value;
  });
  line = answered.catch(() => {});
  return answered;
}
const post = value => ({method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(value)});
function take(found, of) { if (of === mode) { tray = {...found, of}; draw(); } }
async function open() {
  const of = mode;
  opening += 1;
  try {
    words = (await ask(address('/words'))).box;
    take(await ask(address(), post({kind: 'collect', name: of})), of);
  } catch { setTimeout(() => { if (of === mode) open(); }, 3000); }
  opening -= 1;
}
async function change(what, ...values) {
  const {of} = tray;
  try { take(await ask(address(`/${tray.id}/change`), post({do: what, with: values})), of); }
  catch (error) { note(values[0], error.message); }
}
function note(label, text) { said[label] = text; draw(); }

// sending -----------------------------------------------------------------------------------------
async function send(label, blobs, names) {
  let done = 0;
  for (const [place, blob] of [...blobs].entries()) {
    said[label] = words.sending.replace('{done}', done + 1).replace('{all}', blobs.length);
    draw();
    try { await sendOne(label, blob, names ? names[place] : blob.name); done += 1; }
    catch (error) { note(label, error.message || words.lost); return; }
  }
  delete said[label];
  draw();
}
async function sendOne(label, blob, name) {
  const where = address(`/${tray.id}/files`);
  where.searchParams.set('path', `${label}/${name}`);
  where.searchParams.set('state', '1');
  const {of} = tray;
  for (let attempt = 0; ; attempt++) {
    try { take(await ask(where, {method: 'POST', body: blob}), of); return; }
    catch (error) {
      if (error.final) throw error;
      if (attempt === 5) throw new Error(words.lost);
      await new Promise(ok => setTimeout(ok, 1000 * attempt));
    }
  }
}

// camera and microphone ---------------------------------------------------------------------------
function stopLive() {
  live?.device.close();
  live = null;
}
async function openCamera(label) {
  stopLive();
  const view = h('video', {playsinline: true, 'data-testid': 'tray-video'});
  view.muted = true;
  try {
    live = {kind: 'camera', label, view, device: await bmOpenCamera(view)};
    delete said[label];
  } catch { said[label] = words.camera_none; }
  draw();
  view.play();
}
async function shoot() {
  const {device, label} = live;
  send(label, [await device.shot()], [stamp('photo', 'jpg')]);
}
async function record(label) {
  stopLive();
  const meter = h('i'), clock = h('span', {class: 'bm-number'}, '0 s');
  const view = h('div', {class: 'bm-tray-hearing'}, h('div', {class: 'bm-meter', 'data-testid': 'tray-meter'}, meter), clock);
  const hear = (level, seconds) => {
    meter.style.width = `${100 * Math.sqrt(level)}%`;
    clock.textContent = `${seconds.toFixed(0)} s`;
  };
  try {
    live = {kind: 'microphone', label, view, device: await bmOpenMicrophone(hear)};
    delete said[label];
  } catch { said[label] = words.microphone_none; }
  draw();
}
async function stopRecording() {
  const {device, label} = live;
  live = null;
  const take = await device.stop();
  const ending = take.type.includes('mp4') ? 'm4a' : take.type.includes('ogg') ? 'ogg' : 'webm';
  send(label, [take], [stamp('take', ending)]);
}
function stamp(kind, ending) {
  return `${kind}_${new Date().toISOString().slice(0, 19).replace(/[-:T]/g, '')}.${ending}`;
}

// drawing -----------------------------------------------------------------------------------------
function button(key, onclick, more = {}) {
  return h('button', {type: 'button', class: 'bm-button', onclick, ...more}, words[key]);
}
function picker(label, key, accept, capture) {
  const input = h('input', {type: 'file', accept, multiple: !capture, capture,
    onchange: event => { send(label, [...event.target.files]); event.target.value = ''; }});
  return h('label', {class: 'bm-button'}, words[key], input);
}
function draw() {
  if (!tray) return;
  redraw(root, () => {
    const cards = mode === SPOKEN ? [spokenCard()] : tray.classes.map(card);
    root.replaceChildren(modes(), h('div', {class: 'bm-tray-cards'}, ...cards), mode === SPOKEN ? '' : newClass(), bottom());
  });
}
function modes() {
  return h('div', {class: 'bm-tray-modes', role: 'group'}, ...MODES.map(name =>
    h('button', {type: 'button', class: 'bm-button' + (name === mode ? ' is-on' : ''), 'aria-pressed': String(name === mode),
      'data-testid': `tray-mode-${name}`, onclick: () => choose(name)}, words[`mode_${name}`])));
}
function choose(name) {
  stopLive(); mode = name; localStorage.setItem('bm_tray_mode', name); open();
}
function tools(label) {
  const image = mode === 'image', touch = matchMedia('(pointer: coarse)').matches;
  const accept = image ? 'image/*,.heic,.heif' : 'audio/*,video/mp4,.amr,.m4a,.webm';
  const nearby = bmCanRecord();
  return h('div', {class: 'bm-tray-tools'},
    picker(label, 'add_files', accept),
    nearby ? button(image ? 'camera' : 'record', () => image ? openCamera(label) : record(label), {'data-testid': 'tray-open'}) : '',
    touch || !nearby ? picker(label, image ? 'phone_camera' : 'phone_recorder', image ? 'image/*' : 'audio/*', 'environment') : '');
}
function panel(label) {
  if (!live || live.label !== label) return '';
  const acting = live.kind === 'camera' ? button('shoot', shoot, {'data-testid': 'tray-shoot'})
    : button('stop', stopRecording, {'data-testid': 'tray-stop', class: 'bm-button is-on'});
  return h('div', {class: 'bm-tray-live'}, live.view,
    h('div', {class: 'bm-tray-tools'}, acting, button('close', () => { stopLive(); draw(); })));
}
function card(group) {
  const label = group.name;
  const name = h('input', {class: 'bm-tray-name', value: label, 'aria-label': words.class_name, maxlength: 100, 'data-keep': true, 'data-focus': `name ${label}`,
    ...onLeft(label, name => change('rename_class', label, name))});
  return h('section', {class: 'bm-card bm-tray-card', 'data-label': label},
    h('div', {class: 'bm-tray-top'}, name, h('span', {class: 'bm-muted bm-number'}, group.count_text),
      h('button', {type: 'button', class: 'bm-cross', 'aria-label': words.remove_class, title: words.remove_class,
        onclick: event => sure(event, () => change('remove_class', label))}, '×')),
    tools(label), panel(label), h('div', {class: 'bm-muted', role: 'status'}, said[label] || ''),
    h('div', {class: 'bm-tray-items'}, ...group.items.map(thing)));
}
function spokenCard() {
  const items = tray.classes.flatMap(group => group.items), label = SPOKEN;
  return h('section', {class: 'bm-card bm-tray-card', 'data-label': label},
    tools(label), panel(label), h('div', {class: 'bm-muted', role: 'status'}, said[label] || ''),
    h('div', {class: 'bm-tray-spoken'}, ...items.map(item => h('div', {class: 'bm-tray-line'}, thing(item),
      h('input', {value: item.text, placeholder: words.what_is_said, 'aria-label': words.what_is_said, 'data-keep': true, 'data-focus': item.id,
        'data-testid': 'tray-text', ...onLeft(item.text, text => change('say', item.id, text))})))));
}
function sure(event, act) {
  const pressed = event.currentTarget;
  if (pressed.dataset.sure) { act(); return; }
  pressed.dataset.sure = '1'; pressed.textContent = words.really; pressed.classList.add('is-on');
}
function thing(item) {
  const url = address(`/${tray.id}/files/${item.id}`).href;
  const cross = h('button', {type: 'button', class: 'bm-cross', 'aria-label': words.remove, title: words.remove,
    onclick: () => change('remove', item.id)}, '×');
  const shown = item.medium === 'image'
    ? h('img', {src: url, alt: item.name, title: item.name, loading: 'lazy', onerror: event => event.target.replaceWith(h('span', {}, item.name))})
    : item.medium === 'audio' ? h('audio', {src: url, controls: true, preload: 'none', title: item.name})
    : h('span', {}, item.name);
  return h('div', {class: `bm-tray-item is-${item.medium || 'other'}`, 'data-testid': 'tray-item'}, shown, cross);
}
function newClass() {
  const input = h('input', {placeholder: words.new_class, 'aria-label': words.new_class, maxlength: 100,
    'data-keep': true, 'data-focus': 'new-class', 'data-testid': 'tray-new-class', onkeydown: event => { if (event.key === 'Enter') add(); }});
  const add = () => { const name = input.value; input.value = ''; if (name.trim()) change('add_class', name); };
  return h('div', {class: 'bm-tray-new'}, input, button('add_class', add, {'data-testid': 'tray-add-class'}));
}
function bottom() {
  const name = h('input', {placeholder: words.dataset_name, 'aria-label': words.dataset_name, maxlength: 100,
    'data-keep': true, 'data-focus': 'dataset-name', 'data-testid': 'tray-name'});
  return h('div', {class: 'bm-tray-bottom'},
    h('ul', {class: 'bm-tray-advice', 'data-testid': 'tray-advice'}, ...tray.advice.map(text => h('li', {}, text))),
    h('div', {class: 'bm-tray-new'}, name, button('make', () => trigger('submit', {tray: tray.id, name: name.value, add: false}),
      {class: 'bm-button is-primary', disabled: !tray.ready, 'data-testid': 'tray-make'}),
      tray.any ? button('add', () => trigger('submit', {tray: tray.id, name: '', add: true}), {'data-testid': 'tray-add'}) : ''));
}
watch('value', () => { stopLive(); if (tray) open(); });
new ResizeObserver(() => { if (!tray && !opening && root.offsetParent) open(); else if (!root.offsetParent) stopLive(); }).observe(root.parentElement);
