// What a browser asks every few seconds on whatever tab (`pages/shared/web/pulse.py`): the tab's title tells of what
// trains, a notice of what just ended.
() => {
  const LOOK_MS = 3000;
  let start = '';
  const title = document.title, told = new Set(JSON.parse(localStorage.getItem('bm_told') || '[]'));
  const news = document.createElement('div');
  news.id = 'bm-news'; document.body.append(news);
  const link = job => {
    const u = new URL(location); u.searchParams.set('tab', job.tab); u.searchParams.set('job', job.id);
    u.searchParams.set('dataset', job.dataset); return u.toString();
  };
  // A notice lies over no control: of the four corners it takes one that has none, and looks again as the page moves.
  const CONTROLS = 'button, a[href], input, textarea, select, summary, label, [role=button], [role=tab]';
  function place() {
    if (!news.childElementCount || innerWidth <= 640) { news.className = 'is-top'; return; }
    const lies = [...document.querySelectorAll(CONTROLS)].filter(each => !news.contains(each))
      .map(each => each.getBoundingClientRect()).filter(each => each.width);
    const covered = corner => {
      news.className = corner;
      const own = news.getBoundingClientRect();
      return lies.filter(each => each.left < own.right && own.left < each.right && each.top < own.bottom && own.top < each.bottom).length;
    };
    const counts = [news.className.replace('is-top', ''), '', 'is-left', 'is-up', 'is-up is-left'].map(corner => [covered(corner), corner]);
    news.className = counts.reduce((best, each) => each[0] < best[0] ? each : best)[1];
  }
  function show(job) {
    const box = document.createElement('div');
    box.className = 'bm-news is-' + job.kind; box.setAttribute('role', 'status');
    const text = document.createElement('a');
    text.href = link(job); text.textContent = job.sentence;
    const close = document.createElement('button');
    close.type = 'button'; close.textContent = '×'; close.setAttribute('aria-label', job.close);
    close.onclick = () => box.remove();
    box.append(text, close); news.append(box);
    place();
    if (job.kind !== 'failed') setTimeout(() => box.remove(), 20000);
    if (window.Notification && Notification.permission === 'granted' && document.hidden) {
      const note = new Notification(title, {body: job.sentence, tag: job.id});
      note.onclick = () => { window.focus(); location.href = link(job); };
    }
  }
  // Who looks at a training sees that it ended: a notice would lie over it.
  function isSeen(job) {
    const {searchParams: at} = new URL(location), tab = at.get('tab') || '';
    return !document.hidden && at.get('job') === job.id && (['jobs', 'results'].includes(tab) || tab.endsWith('-demo'));
  }
  function tell(pulse) {
    const live = pulse.live[0];
    document.title = live ? live.title + ' · ' + title : title;
    for (const job of pulse.ended.slice(0, 3)) {
      if (told.has(job.id)) continue;
      told.add(job.id);
      localStorage.setItem('bm_told', JSON.stringify([...told].slice(-200)));
      if (!isSeen(job)) show(job);
    }
  }
  async function look() {
    try {
      const pulse = await (await fetch(new URL('bm/pulse', document.baseURI))).json();
      if (start && pulse.start !== start) location.reload();
      start = start || pulse.start;
      tell(pulse);
      place();
    } catch { /* the app is away: look again */ }
  }
  look();
  setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', look);
  for (const moved of ['scrollend', 'resize', 'click']) addEventListener(moved, () => requestAnimationFrame(place));
}
