// Draws figures of Plotly into a page: zoom stays while a run grows, full width comes back when a hidden tab is shown.

const lib = window.bmPlotly ||= new Promise((ok, no) => {
  const s = document.createElement('script');
  s.src = new URL('bm/plotly.min.js', document.baseURI).href;
  s.onload = () => ok(window.Plotly); s.onerror = no;
  document.head.appendChild(s);
});

function dress(node, layout, run) {
  const ink = (name, otherwise) => getComputedStyle(node).getPropertyValue(name).trim() || otherwise;
  const text = ink('--body-text-color', '#333'), line = ink('--border-color-primary', '#ddd');
  const axis = a => ({gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, ...(a || {})});
  const dressed = {...layout, uirevision: run, autosize: true,
    colorway: ['#0d9488', '#d97706', '#6366f1', '#db2777', '#0284c7', '#65a30d', '#9333ea', '#64748b'],
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: {family: 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif', size: 13, color: text},
    legend: {orientation: 'h', y: -0.2, ...(layout.legend || {})},
    margin: {l: 52, r: 16, t: 28, b: 44, ...(layout.margin || {})}};
  for (const name of new Set(['xaxis', 'yaxis', ...Object.keys(layout).filter(k => /^[xy]axis/.test(k))]))
    dressed[name] = axis(layout[name]);
  return dressed;
}

// Return what draws a figure (none: nothing) into a node; `click` hears of points that are chosen.
function bmChart(node, click) {
  let figure = null, isWaiting = false;
  async function draw(given = figure) {
    figure = given;
    if (!figure) { if (node.data) window.Plotly.purge(node); node.dataset.points = 0; return; }
    if (!node.offsetParent) { isWaiting = true; return; }
    isWaiting = false;
    const plotly = await lib;
    await plotly.react(node, figure.data, dress(node, figure.layout || {}, figure.run),
      {responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d']});
    node.dataset.points = Math.max(0, ...figure.data.map(t => (t.x || t.z || []).length));
    node.dataset.run = figure.run;
    if (node.bmListens) return;
    node.bmListens = true;
    node.on('plotly_click', e => click({x: e.points[0].x, y: e.points[0].y}));
  }
  new ResizeObserver(() => {
    if (isWaiting) draw();
    else if (node.data && node.offsetParent) window.Plotly.Plots.resize(node);
  }).observe(node);
  new MutationObserver(() => { if (node.isConnected && node.data) draw(); })
    .observe(document.body, {attributeFilter: ['class']});
  return draw;
}
