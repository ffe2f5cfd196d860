// The demo of one model alone: asks, and shows what came back. Nothing is kept, nothing else is reached.

const said = JSON.parse(document.body.dataset.words), kind = document.body.dataset.kind;
const part = id => document.getElementById(id);
const answer = part('answer'), status = part('status');
let turn = 0, device = null;

function node(tag, text = '', name = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function draw(told) {
  answer.innerHTML = told.html;  // drawn and escaped by the app; this page lets no script in it run
  answer.hidden = false;
  answer.scrollIntoView({block: 'nearest', behavior: 'smooth'});
}

// Yield the objects of an answer, one a line: an answer that grows comes in parts.
async function* parts(came) {
  const reader = came.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = '', isDone = false; !isDone;) {
    const {value = '', done} = await reader.read();
    const lines = (rest + value).split('\n');
    rest = done ? '' : lines.pop();
    isDone = done;
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}

async function ask(body, type, name = '') {
  const mine = ++turn, url = new URL('answer', document.baseURI);
  if (name) url.searchParams.set('name', name);
  status.className = 'soft';
  status.textContent = said.asking;
  answer.hidden = true;
  let sentence = said.lost;
  try {
    const came = await fetch(url, {method: 'POST', body, headers: {'Content-Type': type}, credentials: 'same-origin'});
    let isWhole = false;
    for await (const told of parts(came)) {
      if (mine !== turn) return;
      isWhole = !told.error;
      if (told.error) sentence = told.error;
      else draw(told);
    }
    if (isWhole) { status.textContent = ''; return; }
  } catch { /* no connection, or no answer that can be read */ }
  if (mine !== turn) return;
  status.className = 'problem';
  status.textContent = sentence;
}

// texts ------------------------------------------------------------------------------------

function askText() {
  const parts = [...document.querySelectorAll('textarea, select')].map(box => box.value.trim());
  const text = parts.join('\n\u2063\n');  // as core/datasets/inputs.py joins them
  if (parts[0] || part('text').tagName === 'SELECT') ask(JSON.stringify({text}), 'application/json');
}

if (kind === 'text') {
  part('ask').onclick = askText;
  part('text').onkeydown = event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) askText();
  };
}

// pictures and recordings ------------------------------------------------------------------

const shown = part('shown');

function show(made) {
  URL.revokeObjectURL(shown.querySelector('[src^="blob:"]')?.src);
  shown.replaceChildren(...(made ? [made] : []));
}

function give(file) {
  if (!file) return;
  closeDevice();
  const made = document.createElement(kind === 'image' ? 'img' : 'audio');
  made.controls = true;
  made.alt = file.name;
  made.onerror = () => show(node('p', file.name, 'soft'));  // a browser cannot show all that we can read
  made.src = URL.createObjectURL(file);
  show(made);
  ask(file, 'application/octet-stream', file.name);
}

function busy(isOpen) {
  part('open').hidden = isOpen || !bmCanRecord();
  part('take').hidden = part('close').hidden = !isOpen;
  part('level').hidden = !isOpen || kind === 'image';
}

function closeDevice() {
  device?.close();
  if (device) show(null);
  device = null;
  busy(false);
}

function named(blob) {
  if (kind === 'image') return new File([blob], `${said.taken}.jpg`);
  const ending = blob.type.includes('mp4') ? 'mp4' : blob.type.includes('ogg') ? 'ogg' : 'webm';
  return new File([blob], `${said.recorded}.${ending}`);
}

async function openDevice() {
  status.textContent = '';
  try {
    if (kind === 'image') {
      const video = document.createElement('video');
      video.muted = video.playsInline = true;
      show(video);
      device = await bmOpenCamera(video);
    } else {
      show(null);
      device = await bmOpenMicrophone((peak, seconds) => {
        part('level').querySelector('i').style.width = `${Math.round(100 * Math.sqrt(peak))}%`;
        part('level').querySelector('span').textContent = `${seconds.toFixed(1)} s`;
      });
    }
    busy(true);
  } catch {
    closeDevice();
    status.className = 'problem';
    status.textContent = said.refused;
  }
}

if (kind === 'image' || kind === 'voice') {
  for (const input of document.querySelectorAll('input[type=file]'))
    input.onchange = () => { give(input.files[0]); input.value = ''; };
  part('open').onclick = openDevice;
  part('close').onclick = closeDevice;
  part('take').onclick = async () => {
    const used = device;
    if (!used) return;
    part('take').hidden = true;
    const blob = await (kind === 'image' ? used.shot() : used.stop());
    if (kind === 'voice') device = null;
    give(named(blob));
  };
  part('device').hidden = kind === 'voice' && bmCanRecord();  // ours shows the level
  busy(false);
  document.addEventListener('visibilitychange', () => { if (document.hidden) closeDevice(); });
}
