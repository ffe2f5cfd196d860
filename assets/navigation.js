// Groups Gradio's tabs. A wide screen shows every tab under the name of its group; on a phone the bar at the
// bottom chooses a group and the strip at the top shows its tabs. Without this script all tabs stand in one line.
() => {
  const last = {};  // the tab of each group that was open last
  let shown = '';  // the tab that is open
  const strip = () => document.querySelector('#main > .tab-wrapper [role=tablist]');
  const button = slug => document.getElementById(`tab-${slug}-button`);
  const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };
  function dress() {
    const fresh = document.querySelector('#shell-head .bm-nav');
    if (fresh) {  // out of the head, whose boxes cover it
      document.querySelector('.gradio-container .contain > .bm-nav')?.remove();
      document.querySelector('.gradio-container .contain').append(fresh);
    }
    const bar = document.querySelector('.bm-nav');
    if (!bar || !strip()) return;
    const groups = [...bar.children].map(node => ({node, slugs: node.dataset.tabs.split(' ')}));
    const open = groups.find(group => group.slugs.some(slug => button(slug)?.ariaSelected === 'true'));
    for (const group of groups) {
      const isOpen = group === open;
      if (isOpen) set(group.node, 'aria-current', 'true'); else group.node.removeAttribute('aria-current');
      group.slugs.forEach((slug, place) => {
        const tab = button(slug);
        if (!tab) return;
        set(tab, 'data-away', String(!isOpen));
        if (!place) set(tab, 'data-group', group.slugs.length > 1 ? group.node.textContent : '');
        if (tab.ariaSelected === 'true') last[group.node.dataset.group] = slug;
      });
    }
    strip().dataset.alone = String(open?.slugs.length === 1);
    const now = open?.slugs.find(slug => button(slug).ariaSelected === 'true') || '';
    if (now === shown) return;
    // What a tab said stays behind with it: it would lie over what the next one has to say.
    if (shown) for (const close of document.querySelectorAll('.toast-body.info .toast-close')) close.click();
    shown = now;
  }
  document.addEventListener('click', event => {
    const pressed = event.target.closest?.('.bm-nav button');
    if (!pressed) return;
    button(last[pressed.dataset.group] || pressed.dataset.tabs.split(' ')[0])?.click();
    scrollTo({top: 0});
  });
  new MutationObserver(dress).observe(document.querySelector('.gradio-container'),
    {subtree: true, childList: true, attributes: true, attributeFilter: ['aria-selected']});
  dress();
}
