// Another take of the same recording goes on where the one before was, playing if that one did.
document.addEventListener('change', event => {
  const group = event.target.closest('.bm-takes');
  if (!group || !event.target.matches('[data-take]')) return;
  const players = [...group.querySelectorAll('audio')], next = players[event.target.dataset.take];
  const before = players.find(player => player !== next && !player.paused)
    || players.reduce((one, other) => (other.currentTime > one.currentTime ? other : one));
  const isPlaying = !before.paused, place = before.currentTime;
  for (const player of players) if (player !== next) { player.pause(); player.currentTime = 0; }
  next.currentTime = place;
  if (isPlaying) next.play();
});
