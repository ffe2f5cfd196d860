// The box of a demo into which a person drops, pastes, photographs or speaks; runs inside a gr.HTML.
// `WORDS` and the functions of devices.js stand before it. The value it sets is a question:
// {"files": [{"id", "name"}], "live": bool}; "submit" tells that there is a new one.

const root = element.querySelector('.bm-ask'), kind = root.dataset.kind;
const said = WORDS[/^zh/i.test(document.documentElement.lang) ? 'zh' : 'en'];
const part = name => root.querySelector(`[data-part="${name}"]`);
const shown = part('shown'), status = part('status'), level = part('level');
const open = part('open'), take = part('take'), close = part('close'), live = part('live'), clear = part('clear');
const isPart = !root.dataset.files;  // of a row: one file, which can be taken out again
const LIVE_PAUSE_MS = 300, LIVE_PATIENCE_MS = 10000;
let turn = 0, device = null;

for (const node of root.querySelectorAll('[data-word]')) node.textContent = said[node.dataset.word] || '';
open.hidden = !bmCanRecord();
part('device').closest('label').hidden = kind === 'sound' && bmCanRecord();  // ours shows the level
part('insecure').hidden = bmCanRecord();

function show(node) {
  URL.revokeObjectURL(shown.querySelector('[src^="blob:"]')?.src);
  shown.replaceChildren(...(node ? [node] : []));
}

function preview(files) {
  const text = document.createElement('p');
  text.className = 'bm-lead';
  text.textContent = files.length > 1 ? said.many.replace('{count}', files.length) : files[0].name;
  if (files.length > 1) return show(text);
  const node = document.createElement(kind === 'picture' ? 'img' : 'audio');
  node.controls = true;
  node.alt = files[0].name;
  node.onerror = () => show(text);  // a browser cannot show every format that we can read
  node.src = URL.createObjectURL(files[0]);
  show(node);
}

async function send(file) {
  const url = new URL('bm/demo/file', document.baseURI);
  url.searchParams.set('name', file.name);
  const answer = await fetch(url, {method: 'POST', body: file});
  const sent = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(sent.error || said.failed);
  return {id: sent.id, name: file.name};
}

async function ask(files, isLive = false) {
  const mine = ++turn, sent = [];
  try {
    for (const file of files) {
      if (!isLive) status.textContent = said.sending.replace('{done}', sent.length + 1).replace('{count}', files.length);
      sent.push(await send(file));
      if (mine !== turn) return;
    }
  } catch (error) {
    status.textContent = error instanceof TypeError ? said.failed : error.message;
    return;
  }
  status.textContent = '';
  props.value = JSON.stringify({files: sent, live: isLive});
  trigger('submit');
}

function give(list) {
  const files = [...(list || [])].slice(0, isPart ? 1 : undefined);
  if (!files.length) return;
  closeDevice();
  preview(files);
  ask(files);
  clear.hidden = !isPart;
}

clear.onclick = () => {
  closeDevice();
  show(null);
  clear.hidden = true;
  turn++;
  props.value = '';
};

for (const input of root.querySelectorAll('input[type=file]'))
  input.onchange = () => { give(input.files); input.value = ''; };

root.ondragover = event => { event.preventDefault(); root.classList.add('is-over'); };
root.ondragleave = () => root.classList.remove('is-over');
root.ondrop = event => {
  event.preventDefault();
  root.classList.remove('is-over');
  give(event.dataTransfer.files);
};
document.addEventListener('paste', event => {
  if (root.offsetParent && event.clipboardData?.files.length) give(event.clipboardData.files);
});

function busy(isOpen) {
  open.hidden = isOpen || !bmCanRecord();
  take.hidden = close.hidden = !isOpen;
  live.hidden = !isOpen || kind !== 'picture' || isPart;
  level.hidden = !isOpen || kind !== 'sound';
}

function closeDevice() {
  device?.close();
  if (device && kind === 'picture') show(null);
  device = null;
  busy(false);
}

const named = blob => {
  const ending = blob.type.includes('mp4') ? 'mp4' : blob.type.includes('ogg') ? 'ogg' : 'webm';
  return new File([blob], `${said.taken}.${kind === 'picture' ? 'jpg' : ending}`);
};

open.onclick = async () => {
  status.textContent = '';
  try {
    if (kind === 'sound') {
      show(null);
      device = await bmOpenMicrophone((peak, seconds) => {
        level.querySelector('i').style.width = `${Math.round(100 * Math.sqrt(peak))}%`;
        level.querySelector('i').dataset.peak = peak.toFixed(3);
        level.querySelector('span').textContent = `${seconds.toFixed(1)} s`;
      });
    } else {
      const video = document.createElement('video');
      video.muted = video.playsInline = true;
      show(video);
      device = await bmOpenCamera(video);
    }
    busy(true);
    goOnLive();
  } catch {
    closeDevice();
    show(null);
    status.textContent = said.refused;
  }
};

take.onclick = async () => {
  const used = device;
  if (!used) return;
  take.hidden = true;
  const blob = await (kind === 'sound' ? used.stop() : used.shot());
  device = kind === 'sound' ? null : device;
  give([named(blob)]);
};
close.onclick = closeDevice;
live.onchange = goOnLive;

// One question after another: the next picture waits for the answer to the last.
async function goOnLive() {
  const mine = device;
  while (mine && mine === device && live.querySelector('input').checked) {
    const answered = new Promise(done => {
      window.addEventListener('bm-answered', done, {once: true});
      setTimeout(done, LIVE_PATIENCE_MS);
    });
    const shot = await mine.shot();
    if (mine !== device) return;  // a picture was taken or a file given meanwhile: that question counts
    if (!document.hidden) await ask([named(shot)], true);
    await answered;
    await new Promise(done => setTimeout(done, LIVE_PAUSE_MS));
  }
}

// Nobody is filmed or recorded on a tab that is not looked at.
new ResizeObserver(() => { if (device && !root.offsetParent) closeDevice(); }).observe(root);
