// Plays one clip at a time: a button starts and stops it, a click on its wave jumps there, an arrow key on the button a second.
const player = new Audio();
let clip = null;
const mark = (node, share) => node?.style.setProperty('--played', share);
const button = node => node?.querySelector('button');
function stop() { player.pause(); button(clip)?.setAttribute('aria-pressed', 'false'); }
function start(node, share) {
  if (node !== clip) {
    stop(); mark(clip, 0);
    clip = node;
    player.src = new URL(node.dataset.src, document.baseURI).href;
  }
  const go = () => { if (share != null && isFinite(player.duration)) player.currentTime = share * player.duration; };
  if (player.readyState) go(); else player.addEventListener('loadedmetadata', go, {once: true});
  player.play().then(() => button(clip)?.setAttribute('aria-pressed', 'true'), () => {});
}
element.addEventListener('click', event => {
  const node = event.target.closest('.bm-clip');
  if (!node) return;
  const wave = event.target.closest('svg');
  if (wave) {
    const box = wave.getBoundingClientRect();
    start(node, (event.clientX - box.left) / box.width);
  } else if (event.target.closest('button')) {
    if (node === clip && !player.paused) stop(); else start(node);
  }
});
element.addEventListener('keydown', event => {
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key], node = event.target.closest('.bm-clip');
  if (!step || !node) return;
  event.preventDefault();
  const at = node === clip ? player.currentTime : 0, long = node === clip ? player.duration : 0;
  start(node, long ? Math.min(Math.max(at + step, 0), long - 0.05) / long : 0);
});
player.addEventListener('timeupdate', () => {
  mark(clip, player.duration ? player.currentTime / player.duration : 0);
  if (clip) clip.dataset.at = player.currentTime.toFixed(3);
});
player.addEventListener('ended', () => { stop(); mark(clip, 0); });
watch('value', () => { stop(); clip = null; });
