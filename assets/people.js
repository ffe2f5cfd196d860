// Sends what whoever runs this installation presses, and says beside it what became of it.

async function send(asked, card) {
  const status = card.querySelector('[role=status]'), {lost, saved} = document.body.dataset;
  status.className = 'problem';
  try {
    const came = await fetch(new URL('bm/people', document.baseURI), {
      method: 'POST', body: JSON.stringify(asked), credentials: 'same-origin',
      headers: {'Content-Type': 'application/json'},
    });
    const answer = await came.json();
    if (came.ok && asked.do === 'cancel') return location.reload();
    if (came.ok) status.className = 'soft';
    status.textContent = came.ok ? saved : answer.error;
  } catch {
    status.textContent = lost;
  }
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', event => {
    event.preventDefault();
    send({do: 'share', person: form.dataset.person, ...Object.fromEntries(new FormData(form))}, form.parentElement);
  });
}
for (const press of document.querySelectorAll('button[data-person]')) {
  press.addEventListener('click', () => {
    if (confirm(press.dataset.ask)) send({do: 'cancel', person: press.dataset.person}, press.parentElement);
  });
}
