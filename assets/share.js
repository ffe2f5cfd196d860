// Draws the results as a picture and puts it on the clipboard, or saves it where that is not allowed.
// Runs inside a gr.HTML whose value says what to draw; `WORDS` stands before it.

const root = element.querySelector('.bm-share');
const said = WORDS[/^zh/i.test(document.documentElement.lang) ? 'zh' : 'en'];
const part = name => root.querySelector(`[data-part="${name}"]`);
for (const node of root.querySelectorAll('[data-word]')) node.textContent = said[node.dataset.word] || '';

const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const WIDTH = 900, EDGE = 40, SCALE = 2;
const INK = '#0f172a', SOFT = '#475569', LINE = '#cbd5e1', ACCENT = '#0f766e';
const pen = (context, size, weight = 400, colour = INK) => {
  context.font = `${weight} ${size}px ${FONT}`;
  context.fillStyle = colour;
};

// Break a text into lines: between words, and between any two Chinese characters.
function lines(context, text, width) {
  const pieces = text.match(/[\u3000-\u9fff\uf900-\uffef]|[^\s\u3000-\u9fff\uf900-\uffef]+|\s+/g) || [];
  const found = [];
  let line = '';
  for (const piece of pieces) {
    if (context.measureText(line + piece).width <= width || !line || /^[，。；：！？、）”》]$/.test(piece)) line += piece;
    else { found.push(line.trimEnd()); line = piece.trimStart(); }
  }
  return [...found, line];
}

function cut(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let short = [...text];
  while (short.length && context.measureText(`${short.join('')}…`).width > width) short = short.slice(0, -1);
  return `${short.join('')}…`;
}

function paragraph(context, text, top, size, weight, colour) {
  pen(context, size, weight, colour);
  for (const line of lines(context, text, WIDTH - 2 * EDGE)) {
    context.fillText(line, EDGE, top + size);
    top += size * 1.45;
  }
  return top;
}

function matrix(context, told, top) {
  const count = told.labels.length, side = Math.min(96, (WIDTH - 2 * EDGE - 200) / count);
  const left = EDGE + 180, start = top + 56;
  pen(context, 14, 400, SOFT);
  context.fillText(`${told.truth} ↓   ${told.answer} →`, EDGE, start - 10);
  told.labels.forEach((label, i) => {
    pen(context, 15);
    context.textAlign = 'right';
    context.fillText(cut(context, label, 165), left - 10, start + side * (i + .5) + 5);
    context.textAlign = 'center';
    pen(context, count > 6 ? 12 : 14);
    context.fillText(cut(context, label, side - 4), left + side * (i + .5), start - 10);
    told.matrix[i].forEach((n, j) => {
      const share = n / Math.max(1, told.rows[i]);
      context.fillStyle = `rgb(13 148 136 / ${.05 + .5 * share})`;
      context.fillRect(left + side * j + 1, start + side * i + 1, side - 2, side - 2);
      pen(context, 16, i === j ? 700 : 400);
      context.fillText(n.toLocaleString('en'), left + side * (j + .5), start + side * (i + .5) + 6);
    });
    context.textAlign = 'left';
  });
  const end = start + side * count + 12;
  return told.note ? paragraph(context, told.note, end, 14, 400, SOFT) : end;
}

// Round numbers between two values, about four of them.
function ticks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => power * factor >= rough);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) found.push(n * step);
  return found.map(value => Number(value.toPrecision(12)));
}

function dots(context, told, top) {
  const all = told.pairs.flat(), low = Math.min(...all), high = Math.max(...all);
  const side = 380, left = EDGE + 60, spread = high - low || 1;
  const at = value => side * (.03 + .94 * (value - low) / spread);
  context.strokeStyle = LINE;
  context.strokeRect(left, top + 10, side, side);
  context.setLineDash([5, 5]);
  context.beginPath();
  context.moveTo(left, top + 10 + side);
  context.lineTo(left + side, top + 10);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = 'rgb(13 148 136 / .55)';
  for (const [truth, answer] of told.pairs) {
    context.beginPath();
    context.arc(left + at(truth), top + 10 + side - at(answer), 4, 0, 7);
    context.fill();
  }
  pen(context, 14, 400, SOFT);
  for (const value of high > low ? ticks(low, high) : [low]) {
    context.textAlign = 'center';
    context.fillText(value.toLocaleString('en'), left + at(value), top + side + 30);
    context.textAlign = 'right';
    context.fillText(value.toLocaleString('en'), left - 8, top + 15 + side - at(value));
  }
  context.textAlign = 'left';
  context.fillText(`${told.truth} →`, left + side + 12, top + side + 30);
  context.fillText(`↑ ${told.answer}`, left + side + 12, top + 24);
  return top + side + 46;
}

// What comes out wrong of 100, with its interval as a thin line.
function bars(context, told, top) {
  const left = EDGE + 260, width = WIDTH - EDGE - left - 90, most = Math.max(1, ...told.bars.map(bar => bar[3]));
  told.bars.forEach(([name, value, low, high], i) => {
    const y = top + 14 + 44 * i, at = share => left + width * share / most;
    pen(context, 16);
    context.fillText(cut(context, name, 245), EDGE, y + 17);
    context.fillStyle = LINE;
    context.fillRect(left, y, width, 24);
    context.fillStyle = 'rgb(13 148 136 / .6)';
    context.fillRect(left, y, at(value) - left, 24);
    context.fillStyle = INK;
    context.fillRect(at(low), y + 11, at(high) - at(low), 2);
    pen(context, 16, 700);
    context.fillText(`${(100 * value).toFixed(1)} %`, left + width + 12, y + 17);
  });
  return top + 20 + 44 * told.bars.length;
}

// Names and values, where no panel can be drawn here.
function rows(context, told, top) {
  told.rows.forEach(([name, value], i) => {
    pen(context, 18);
    context.fillText(cut(context, name, 400), EDGE, top + 22 + 34 * i);
    pen(context, 18, 700);
    context.fillText(value, EDGE + 420, top + 22 + 34 * i);
  });
  return top + 16 + 34 * told.rows.length;
}

function layout(context, told) {
  let top = paragraph(context, told.title, EDGE, 18, 600, ACCENT) + 8;
  top = paragraph(context, told.sentence, top, 25, 600, INK) + 16;
  if (told.matrix) top = matrix(context, told, top);
  else if (told.pairs) top = dots(context, told, top);
  else if (told.bars) top = bars(context, told, top);
  else if (told.rows) top = rows(context, told, top);
  return paragraph(context, told.foot, top + 14, 13, 400, SOFT) + EDGE / 2;
}

function draw(told) {
  const canvas = document.createElement('canvas');
  let context = canvas.getContext('2d');
  const height = Math.ceil(layout(context, told));  // once to measure
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  context = canvas.getContext('2d');
  context.scale(SCALE, SCALE);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, WIDTH, height);
  layout(context, told);
  return new Promise((done, fail) =>
    canvas.toBlob(blob => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png'));
}

function save(url, title) {
  const link = document.createElement('a');
  link.href = url;
  link.download = `${title.replace(/[\\/:*?"<>|\s]+/g, '-').slice(0, 60)}.png`;
  link.click();
}

part('make').onclick = async () => {
  if (!props.value) return;
  const told = JSON.parse(props.value), shown = part('drawn');
  try {
    const made = draw(told);
    // Asked for within the click: a browser lets nobody write to the clipboard later.
    const copying = window.ClipboardItem && navigator.clipboard?.write
      ? navigator.clipboard.write([new ClipboardItem({'image/png': made})]).then(() => true, () => false)
      : Promise.resolve(false);
    const blob = await made;
    URL.revokeObjectURL(shown.src);
    shown.src = URL.createObjectURL(blob);
    shown.alt = told.alt;
    shown.hidden = false;
    const isCopied = await copying;
    if (!isCopied) save(shown.src, told.title);
    part('said').textContent = isCopied ? said.copied : said.saved;
  } catch {
    part('said').textContent = said.failed;
  }
};
watch('value', () => { part('drawn').hidden = true; part('said').textContent = ''; });
