// Sends a whole folder file by file into a tray, and goes on where it stopped: after a lost connection by
// itself, after a reload when the same folder is picked again. Then it asks the page to read the tray.
const box = element.querySelector('.bm-folder');
const WANTED = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|hei[cf]|hif|wave?|flac|og[ga]|opus|mp[34]|m4a|aac|amr|web[am]|3gp|mka|csv|tsv|txt|md|docx|jsonl|xlsx?)$/i;
const AT_ONCE = 4;
const address = (path = '') => new URL('bm/trays' + path, document.baseURI);
const input = document.createElement('input'), label = document.createElement('label');
const hint = document.createElement('span'), line = document.createElement('div'), bar = document.createElement('i');
let running = 0, words = {};
input.type = 'file'; input.multiple = true; input.webkitdirectory = true;
line.className = 'bm-folder-line'; line.setAttribute('role', 'status');
label.className = 'bm-button'; hint.className = 'bm-muted';
async function dress() {
  words = (await patiently(async () => (await fetch(address('/words'))).json())).folder;
  line.textContent = '';
  label.append(words.choose, input); hint.textContent = words.hint;
  const track = document.createElement('div');
  track.className = 'bm-bar'; track.append(bar);
  box.replaceChildren(label, hint, track, line);
}
const pause = ms => new Promise(ok => setTimeout(ok, ms));
const say = (key, values = {}) => {
  line.textContent = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[key] || key);
};

async function patiently(work) {
  for (let attempt = 1; ; attempt++) {
    try { return await work(); }
    catch (error) {
      if (error.final) throw error;
      say('waiting');
      await pause(Math.min(8000, 500 * attempt));
    }
  }
}
async function post(where, given) {
  const answer = await fetch(where, {method: 'POST', ...given});
  if (answer.status >= 500 || answer.status === 499) throw new Error('again');
  const value = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(value.error), {final: true});
  return value;
}
async function go(files) {
  const mine = ++running;
  const wanted = files.filter(file => !/(^|\/)[.]/.test(file.path) && !/(^|\/)__MACOSX\//.test(file.path) && WANTED.test(file.path));
  if (!wanted.length) { say('nothing'); return; }
  const name = files[0].path.split('/')[0];
  const body = JSON.stringify({kind: 'folder', name});
  box.classList.add('is-busy');
  try {
    const tray = await patiently(() => post(address(), {headers: {'Content-Type': 'application/json'}, body}));
    const waiting = wanted.filter(file => tray.have[file.path.normalize('NFC')]?.size !== file.file.size);
    const still = new Set(wanted.map(file => file.path.normalize('NFC')));
    for (const [path, item] of Object.entries(tray.have))  // taken out of the folder since
      if (!still.has(path)) await patiently(() => post(address(`/${tray.id}/change`),
        {headers: {'Content-Type': 'application/json'}, body: JSON.stringify({do: 'remove', with: [item.id]})}));
    let done = wanted.length - waiting.length;
    const show = () => {
      bar.style.width = `${100 * done / wanted.length}%`;
      say('sending', {done, all: wanted.length});
      box.dataset.done = done;
    };
    show();
    const next = () => waiting.shift();
    await Promise.all(Array.from({length: AT_ONCE}, async () => {
      for (let file = next(); file && mine === running; file = next()) {
        const where = address(`/${tray.id}/files`);
        where.searchParams.set('path', file.path);
        await patiently(() => post(where, {body: file.file}));
        done += 1; show();
      }
    }));
    if (mine !== running) return;
    say('sent', {all: wanted.length});
    trigger('submit', {tray: tray.id, name, add: false});
  } catch (error) { say(error.message); }
  finally { box.classList.remove('is-busy'); }
}
input.addEventListener('change', () => {
  go([...input.files].map(file => ({path: file.webkitRelativePath || file.name, file})));
  input.value = '';
});
async function* walk(entry, path) {
  if (entry.isFile) yield {path: path + entry.name, file: await new Promise((ok, no) => entry.file(ok, no))};
  else {
    const reader = entry.createReader();
    for (;;) {
      const found = await new Promise((ok, no) => reader.readEntries(ok, no));
      if (!found.length) break;
      for (const inner of found) yield* walk(inner, `${path}${entry.name}/`);
    }
  }
}
box.addEventListener('dragover', event => { event.preventDefault(); box.classList.add('is-over'); });
box.addEventListener('dragleave', () => box.classList.remove('is-over'));
box.addEventListener('drop', async event => {
  event.preventDefault();
  box.classList.remove('is-over');
  const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).filter(entry => entry?.isDirectory);
  const files = [];
  for (const entry of entries) for await (const file of walk(entry, '')) files.push(file);
  if (files.length) go(files); else say('nothing');
});
watch('value', () => { line.textContent = ''; });
dress();
