"""A Plotly figure in a page that keeps zoom while it grows and full width when its tab was hidden; no data is computed here.

The value is a JSON string `{"run": id, "data": [traces], "layout": {...}}`; while `run` stays the
same, zoom and hidden lines stay as the person left them. A click on a point sets `clicked`.
"""

import html
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

_SCRIPT = """
const node = element.querySelector('.bm-chart');
let waiting = false;
const lib = window.bmPlotly ||= new Promise((ok, no) => {
  const s = document.createElement('script');
  s.src = new URL('bm/plotly.min.js', document.baseURI).href;
  s.onload = () => ok(window.Plotly); s.onerror = no;
  document.head.appendChild(s);
});
const ink = (name, otherwise) =>
  getComputedStyle(node).getPropertyValue(name).trim() || otherwise;
function dress(layout, run) {
  const text = ink('--body-text-color', '#333'), line = ink('--border-color-primary', '#ddd');
  const axis = a => ({gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, ...(a || {})});
  const dressed = {...layout, uirevision: run, autosize: true,
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: {family: 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif', size: 13, color: text},
    legend: {orientation: 'h', y: -0.2, ...(layout.legend || {})},
    margin: {l: 52, r: 16, t: 28, b: 44, ...(layout.margin || {})}};
  for (const name of new Set(['xaxis', 'yaxis', ...Object.keys(layout).filter(k => /^[xy]axis/.test(k))]))
    dressed[name] = axis(layout[name]);
  return dressed;
}
async function draw() {
  if (!props.value) { if (node.data) window.Plotly.purge(node); node.dataset.points = 0; return; }
  if (!node.offsetParent) { waiting = true; return; }
  waiting = false;
  const figure = JSON.parse(props.value), plotly = await lib;
  await plotly.react(node, figure.data, dress(figure.layout || {}, figure.run),
    {responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d']});
  node.dataset.points = Math.max(0, ...figure.data.map(t => (t.x || t.z || []).length));
  node.dataset.run = figure.run;
  if (!node.bmListens) {
    node.bmListens = true;
    node.on('plotly_click', e => {
      const p = e.points[0];
      trigger('click', {x: p.x, y: p.y, custom: p.customdata ?? null});
    });
  }
}
draw();
watch('value', draw);
new ResizeObserver(() => {
  if (waiting) draw();
  else if (node.data && node.offsetParent) window.Plotly.Plots.resize(node);
}).observe(node);
new MutationObserver(() => { if (node.data) draw(); }).observe(document.body, {attributeFilter: ['class']});
"""


def chart(elem_id: str, height: int = 320, *, visible: bool = True) -> gr.HTML:
    """Return an empty figure of fixed height in pixels; give it values made by `figure`."""
    return gr.HTML(
        None,
        html_template=f'<div class="bm-chart" data-testid="{elem_id}-chart" style="height:{height}px"></div>',
        js_on_load=_SCRIPT,
        elem_id=elem_id,
        visible=visible,
    )


def figure(run: str, data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> str:
    """Return the value of a chart. Values that are not finite become gaps; six digits are more than an eye sees."""
    value = _drawable({"run": run, "data": list(data), "layout": dict(layout)})
    return json.dumps(value, separators=(",", ":"))


def plain(text: str, limit: int = 40) -> str:
    """Return a person's text as Plotly shows it literally: no tags, and cut where it is too long."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return html.escape(short, quote=False)


def _drawable(value: Any) -> Any:  # any JSON value
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(item) for item in value]
    return value
