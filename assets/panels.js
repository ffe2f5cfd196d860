// Shows the panels of an evaluation, which come as a list: a title, and HTML from the server or a figure.
// `bmChart` stands before it.

const root = element.querySelector('.bm-panels'), charts = new Map();

function made(tag, name, text = '') {
  const node = document.createElement(tag);
  node.className = name;
  node.textContent = text;
  return node;
}

function figureOf(panel, number) {
  const key = `results-${panel.name}`, known = charts.get(key), figure = panel.figure;
  const node = known?.node || made('div', 'bm-chart');
  node.dataset.testid = `${key}-chart`;
  node.style.height = '420px';
  const draw = known?.draw || bmChart(node, point => trigger('click', {...point, panel: Number(node.dataset.number)}));
  node.dataset.number = number;
  charts.set(key, {node, draw});
  const choose = layout => draw({...figure, layout: {...figure.layout, ...layout}});
  const parts = [node];
  if (figure.choices.length) {
    const group = made('div', 'bm-choices');
    group.id = `${key}-show-as`;
    group.append(...figure.choices.map(([word, layout], place) => {
      const label = made('label', 'bm-check'), box = document.createElement('input');
      Object.assign(box, {type: 'radio', name: group.id, checked: !place, onchange: () => choose(layout)});
      label.append(box, word);
      return label;
    }));
    parts.unshift(group);
  }
  return [parts, () => choose(figure.choices.length ? figure.choices[0][1] : {})];
}

function stepsOf(steps, name) {
  const label = made('label', 'bm-steps', steps.label), slider = document.createElement('input');
  const said = made('output', 'bm-lead');
  Object.assign(slider, {type: 'range', min: 0, max: steps.texts.length - 1, id: `results-${name}-slider`});
  said.dataset.testid = `results-${name}-words`;
  said.htmlFor = slider.id;
  const say = () => {
    said.textContent = steps.texts[slider.value];
    slider.setAttribute('aria-valuetext', said.textContent);
  };
  slider.value = steps.start;
  slider.oninput = say;
  say();
  label.append(slider);
  return [label, said, made('p', 'bm-muted', steps.about)];
}

function show() {
  const draws = [];
  root.replaceChildren(...JSON.parse(props.value || '[]').map((panel, number) => {
    const part = made('section', panel.half ? 'bm-panel is-half' : 'bm-panel');
    part.id = `results-${panel.name}`;
    part.append(made('h3', '', panel.title));
    if (panel.about) part.append(made('p', '', panel.about));
    if (panel.steps) part.append(...stepsOf(panel.steps, panel.name));
    if (panel.figure) {
      const [parts, draw] = figureOf(panel, number);
      part.append(...parts);
      draws.push(draw);
    } else part.insertAdjacentHTML('beforeend', panel.html);
    return part;
  }));
  root.querySelectorAll('.bm-humps').forEach(drag);
  for (const draw of draws) draw();  // only now do they stand in the page
}
// A threshold between two humps is dragged: its line moves, and a sentence says what it would do. The model keeps its own.
function drag(humps) {
  const {steps, at, said, threshold, from, to} = humps.dataset, all = JSON.parse(steps);
  const range = document.createElement('input'), sentence = made('p', '');
  Object.assign(range, {type: 'range', min: 0, max: all.length - 1, value: at, className: 'bm-threshold'});
  range.setAttribute('aria-label', threshold);
  sentence.setAttribute('role', 'status');
  range.oninput = () => {
    const [strangers, refused] = all[range.value], share = range.value / (all.length - 1);
    const x = Number(from) + (Number(to) - Number(from)) * share;
    humps.querySelector('[data-part=line]').setAttribute('transform', `translate(${x} 0)`);
    sentence.textContent = said.replace('{strangers}', strangers).replace('{refused}', refused);
  };
  humps.after(range, sentence);
  range.oninput();
}

show();
watch('value', show);
