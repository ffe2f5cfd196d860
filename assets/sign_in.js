// Sends the forms and buttons of the page to come in by; what was typed is held by nothing here.

const status = document.getElementById('status'), code = document.getElementById('code');

async function send(asked) {
  status.textContent = '';
  try {
    const came = await fetch(new URL('bm/sign-in', document.baseURI), {
      method: 'POST', body: JSON.stringify(asked), credentials: 'same-origin',
      headers: {'Content-Type': 'application/json'},
    });
    const answer = await came.json();
    if (came.ok) return answer;
    status.className = 'problem';
    status.textContent = answer.error;
  } catch {
    status.className = 'problem';
    status.textContent = document.body.dataset.lost;
  }
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const press = form.querySelector('button');
    press.disabled = true;
    const came = await send({do: form.dataset.do, ...Object.fromEntries(new FormData(form))});
    press.disabled = false;
    if (came) location.assign(document.body.dataset.next);
    else form.querySelector('[type=password]')?.select();
  });
}
for (const press of document.querySelectorAll('button[data-do]')) {
  press.addEventListener('click', async () => {
    const came = await send({do: press.dataset.do});
    if (!came) return;
    if (press.dataset.do === 'out') location.reload();
    else {
      code.textContent = came.code;
      code.hidden = document.getElementById('code-keep').hidden = false;
    }
  });
}
document.querySelector('button[data-lang]').addEventListener('click', event => {
  const {lang} = event.currentTarget.dataset;
  localStorage.setItem('bm_lang', lang);
  document.cookie = `bm_lang=${lang};path=/;max-age=31536000;SameSite=Lax`;
  location.reload();
});
