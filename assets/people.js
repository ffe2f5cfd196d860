// Sends what whoever runs this installation presses, and shows the page anew.

const status = document.getElementById('status');

async function send(asked) {
  status.className = 'problem';
  try {
    const came = await fetch(new URL('bm/people', document.baseURI), {
      method: 'POST', body: JSON.stringify(asked), credentials: 'same-origin',
      headers: {'Content-Type': 'application/json'},
    });
    const answer = await came.json();
    if (came.ok) location.reload();
    else status.textContent = answer.error;
  } catch {
    status.textContent = document.body.dataset.lost;
  }
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', event => {
    event.preventDefault();
    send({do: 'share', person: form.dataset.person, ...Object.fromEntries(new FormData(form))});
  });
}
for (const press of document.querySelectorAll('button[data-person]')) {
  press.addEventListener('click', () => send({do: 'cancel', person: press.dataset.person}));
}
