// Sends one large file piece by piece, goes on by itself after a lost connection, then asks the page to read it.
const box = element.querySelector('.bm-project');
const address = (path = '') => new URL('bm/projects' + path, document.baseURI);
const input = document.createElement('input'), label = document.createElement('label');
const line = document.createElement('div'), track = document.createElement('div'), bar = document.createElement('i');
const MB = 2 ** 20;
let words = {}, piece = 8 * MB, running = 0;
input.type = 'file'; input.accept = '.zip,application/zip';
line.className = 'bm-folder-line'; line.setAttribute('role', 'status');
label.className = 'bm-button';
track.className = 'bm-bar'; track.append(bar);
const pause = ms => new Promise(ok => setTimeout(ok, ms));
const say = (key, values = {}) => {
  line.textContent = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[key] || key);
};

async function ask(where, given = {}) {
  const answer = await fetch(where, given);
  if (answer.status >= 500 || answer.status === 499) throw new Error('again');
  const value = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(value.error), {final: true});
  return value;
}
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
async function go(file) {
  const mine = ++running;
  box.classList.add('is-busy');
  try {
    let sent = await patiently(() => ask(address('?size=' + file.size), {method: 'POST'}));
    while (sent.done < file.size && mine === running) {
      const all = Math.max(1, Math.round(file.size / MB));
      bar.style.width = `${100 * sent.done / file.size}%`;
      say('sending', {done: Math.round(sent.done / MB), all});
      const at = sent.done, body = file.slice(at, at + piece);
      // What arrived of a lost piece is asked for first, so that nothing is sent twice.
      sent = await patiently(async () => {
        try { return await ask(address(`/${sent.id}?at=${at}`), {method: 'POST', body}); }
        catch (error) {
          if (error.final) throw error;
          const found = await ask(address(`/${sent.id}`));
          if (found.done === at) throw error;
          return found;
        }
      });
    }
    if (mine !== running) return;
    bar.style.width = '100%';
    say('sent');
    trigger('submit', {key: sent.id});
  } catch (error) { say(error.message); }
  finally { box.classList.remove('is-busy'); }
}
async function dress() {
  const found = await patiently(() => ask(address('/words')));
  words = found.words; piece = found.piece;
  line.textContent = '';
  label.append(words.choose, input);
  box.replaceChildren(label, track, line);
}
input.addEventListener('change', () => { if (input.files[0]) go(input.files[0]); input.value = ''; });
box.addEventListener('dragover', event => { event.preventDefault(); box.classList.add('is-over'); });
box.addEventListener('dragleave', () => box.classList.remove('is-over'));
box.addEventListener('drop', event => {
  event.preventDefault();
  box.classList.remove('is-over');
  if (event.dataTransfer.files[0]) go(event.dataTransfer.files[0]);
});
watch('value', () => { line.textContent = ''; });
dress();
