// The demo of one model alone, and its door for phones; runs inside a gr.HTML whose value is a model's id.
// `WORDS` stands before it. What is open is asked of the app; nothing leaves this computer from here.

const root = element.querySelector('.bm-share'), LOOK_MS = 2000;
const said = WORDS[/^zh/i.test(document.documentElement.lang) ? 'zh' : 'en'];
const part = name => root.querySelector(`[data-part="${name}"]`);
for (const node of root.querySelectorAll('[data-word]')) node.textContent = said[node.dataset.word] || '';
part('qr').alt = said.phone_qr;

const model = () => String(props.value || '');
const address = () => new URL(`?demo=${encodeURIComponent(model())}`, document.baseURI).href;
let isOpen = false, isAsking = false, turn = 0;

part('alone').onclick = () => {
  if (!model()) return void (part('said').textContent = said.none);
  window.open(address(), '_blank', 'noopener');
};
part('copy').onclick = async () => {
  if (!model()) return void (part('said').textContent = said.none);
  try {
    await navigator.clipboard.writeText(address());
    part('said').textContent = said.copied;
  } catch {
    part('said').textContent = address();
  }
};

function draw(state) {
  isOpen = state.open;
  part('start').hidden = state.mine;
  part('code').hidden = part('close').hidden = !state.mine;
  part('close').hidden = !state.open;
  part('firewall').hidden = !state.mine;
  part('scan').hidden = !state.link;
  if (state.link && part('link').textContent !== state.link) {
    part('link').textContent = state.link;
    part('qr').src = state.qr;
  }
  if (!state.link) { part('link').textContent = ''; part('qr').removeAttribute('src'); }
  const lines = [...state.lines, ...(state.mine && !state.link ? [said.phone_wait_code] : [])];
  if (lines.join('\n') === part('lines').innerText.trim()) return;
  part('lines').replaceChildren(...lines.map(line => {
    const item = document.createElement('li');
    item.textContent = line;
    return item;
  }));
}

function trouble(sentence) {
  part('status').textContent = sentence;
  part('status').className = sentence ? 'bm-problem is-error' : '';
}

async function change(what) {
  if (isAsking) return;
  isAsking = true;
  const mine = ++turn;  // what was looked up before is older than what this changes
  trouble('');
  part('status').textContent = what === 'open' ? said.phone_starting : '';
  try {
    const came = await fetch(new URL('bm/phone', document.baseURI), {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({do: what, model: model()}),
    });
    const told = await came.json();
    trouble(came.ok ? '' : told.error);
    if (came.ok && mine === turn) draw(told); else await look(true);
    if (came.ok && what === 'close') part('status').textContent = said.phone_closed;
  } catch {
    trouble(said.phone_failed);
  }
  isAsking = false;
}

async function look(always = false) {
  if (!always && (isAsking || document.hidden || !root.offsetParent)) return;
  const mine = ++turn, url = new URL('bm/phone', document.baseURI);
  url.searchParams.set('model', model());
  try {
    const state = await (await fetch(url)).json();
    if (mine === turn) draw(state);
  } catch { /* the app is away: look again */ }
}

part('start').onclick = () => change('open');
part('close').onclick = () => change('close');
part('code').onclick = () => change('code');
// It is asked often only while something is open, else when the box comes into view.
const timer = setInterval(() => {
  if (!root.isConnected) return clearInterval(timer);
  if (isOpen) look();
}, LOOK_MS);
new ResizeObserver(() => { if (!isOpen) look(); }).observe(root);
watch('value', () => { part('said').textContent = ''; look(true); });
look(true);
