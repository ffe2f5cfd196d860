// Draws figures of Plotly into a page: zoom stays while a run grows, full width comes back when a hidden tab is shown,
// and a table of the same numbers stands behind a button. `bmWords` stands before it.

const lib = window.bmPlotly ||= new Promise((ok, no) => {
  const s = document.createElement('script');
  s.src = new URL('bm/plotly.min.js', document.baseURI).href;
  s.onload = () => ok(window.Plotly); s.onerror = no;
  document.head.appendChild(s);
});

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'], MARKS = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x'];
const MOST_ROWS = 1000;
const said = () => bmWords[/^zh/i.test(document.documentElement.lang) ? 'zh' : 'en'];
const isTold = trace => trace.hoverinfo !== 'skip' && trace.y && !trace.z;

// Lines differ by their strokes and marks as well, so that no colour has to be told from another.
function stroked(data) {
  const lines = data.filter(trace => isTold(trace) && /lines/.test(trace.mode));
  return lines.length < 2 ? data : data.map(trace => {
    const place = lines.indexOf(trace) % DASHES.length;
    return place < 0 ? trace : {...trace, line: {...trace.line, dash: DASHES[place]}, marker: {...trace.marker, symbol: MARKS[place]}};
  });
}

// Lines over the same places, each met once, are columns of one table; else each point is a row, and says of which line it is.
function rowsOf(figure) {
  const {xaxis = {}, yaxis = {}} = figure.layout || {}, lines = figure.data.filter(isTold);
  const literal = text => Object.assign(document.createElement('textarea'), {innerHTML: text || ''}).value;
  const number = (value, axis) => typeof value !== 'number' ? String(value ?? '–')
    : /%/.test(axis.tickformat || '') ? `${(100 * value).toFixed(1)} %` : `${Number(value.toPrecision(5))}${axis.ticksuffix || ''}`;
  const across = literal(xaxis.title?.text) || said().place, up = literal(yaxis.title?.text) || said().value;
  const places = [...new Set(lines.flatMap(trace => trace.x))].sort((a, b) => a - b);
  const isOnce = lines.every(trace => new Set(trace.x).size === trace.x.length);
  if (isOnce && (lines.length === 1 || places.length < 0.7 * lines.reduce((sum, trace) => sum + trace.x.length, 0))) {
    const known = lines.map(trace => new Map(trace.x.map((x, at) => [x, trace.y[at]])));
    return [[across, ...lines.map(trace => literal(trace.name) || up)],
      ...places.map(x => [number(x, xaxis), ...known.map(values => values.has(x) ? number(values.get(x), yaxis) : '')])];
  }
  return [[said().line, across, up],
    ...lines.flatMap(trace => trace.x.map((x, at) => [literal(trace.name), number(x, xaxis), number(trace.y[at], yaxis)]))];
}

function tableOf(figure) {
  const box = document.createElement('div'), [heads, ...rows] = rowsOf(figure);
  const table = document.createElement('table'), line = (place, cells, tag) => {
    const row = place.insertRow();
    for (const text of cells) row.append(Object.assign(document.createElement(tag), {textContent: text}));
  };
  table.className = 'bm-table bm-numbers';
  line(table.createTHead(), heads, 'th');
  const body = table.createTBody();
  for (const cells of rows.slice(0, MOST_ROWS)) line(body, cells, 'td');
  box.append(table);
  if (rows.length > MOST_ROWS) box.append(said().more.replace('{count}', rows.length - MOST_ROWS));
  return box;
}

// Return what shows or hides the table of a figure, below its chart.
function bmTable(node) {
  const box = document.createElement('div'), button = document.createElement('button'), place = document.createElement('div');
  let figure = null, isOpen = false;
  box.className = 'bm-chart-table'; button.type = 'button'; button.className = 'bm-button';
  place.className = 'bm-scroll'; place.tabIndex = 0; place.dataset.testid = `${node.dataset.testid}-table`;
  box.append(button, place);
  function show() {
    const name = figure ? figure.data.map(trace => trace.name).filter(Boolean).join(', ') : '';
    node.setAttribute('role', 'group'); node.setAttribute('aria-label', `${said().chart}: ${name}`);
    if (node.nextSibling !== box) node.after(box);
    box.hidden = !figure; place.hidden = !isOpen;
    button.textContent = isOpen ? said().hide : said().table;
    button.setAttribute('aria-expanded', isOpen);
    if (!isOpen || !figure) place.replaceChildren();
    else if (figure.table) place.innerHTML = figure.table;  // drawn and escaped by the server
    else place.replaceChildren(tableOf(figure));
  }
  button.onclick = () => { isOpen = !isOpen; show(); };
  return given => { figure = given; show(); };
}

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
  const table = bmTable(node);
  let figure = null, isWaiting = false;
  async function draw(given = figure) {
    figure = given;
    table(figure);
    if (!figure) { if (node.data) window.Plotly.purge(node); node.dataset.points = 0; return; }
    if (!node.offsetParent) { isWaiting = true; return; }
    isWaiting = false;
    const plotly = await lib;
    await plotly.react(node, stroked(figure.data), dress(node, figure.layout || {}, figure.run),
      {responsive: true, displaylogo: false, locale: 'own', locales: {own: {dictionary: said().bar, format: {}}},
        modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'sendChartToCloud']});
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
