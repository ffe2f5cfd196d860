// On a phone what was brought stands below the boxes to bring it: three rows of it come into sight, once they stand.
() => {
  if (innerWidth > 640) return;
  const MOST_MS = 20_000, since = performance.now();
  function look() {
    const rows = document.getElementById('data-last-look'), refused = document.getElementById('data-refused');
    if (refused?.checkVisibility() || performance.now() - since > MOST_MS) return watch.disconnect();
    if (!rows?.checkVisibility()) return;
    watch.disconnect();
    rows.scrollIntoView({block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'});
  }
  const watch = new MutationObserver(look);
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'style']});
  look();
}
