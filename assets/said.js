// Sentences that Gradio says by itself, in English whatever the page speaks: ours take their place. They came with the
// page, since the most frequent of them says that the app is away.
() => {
  function swap() {
    const ours = Object.entries(JSON.parse(document.querySelector('.bm-head')?.dataset.said || '{}'));
    for (const node of document.querySelectorAll('.toast-message-text')) {
      const found = ours.find(([theirs]) => node.textContent.includes(theirs));
      if (found) node.textContent = found[1];
    }
  }
  new MutationObserver(changes => changes.some(({addedNodes}) => [...addedNodes].some(node => node.querySelector?.('.toast-message-text'))) && swap())
    .observe(document.body, {subtree: true, childList: true});
}
