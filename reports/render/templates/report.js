// Values under the pointer. All of them are in the page already, in the CSV behind each picture; without this the page
// only lacks the convenience.
'use strict';
(() => {
  const NS = 'http://www.w3.org/2000/svg';
  const plots = [];

  const number = (value) => value === 0 || Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const time = (us) => us < 1e3 ? number(us) + ' µs' : us < 1e6 ? number(us / 1e3) + ' ms' : number(us / 1e6) + ' s';
  const UNITS = [
    ['_us', time], ['_bytes', (value) => number(value / 1048576) + ' MiB'],
    ['_share', (value) => (value * 100).toFixed(2) + ' %'], ['_per_s', (value) => number(value) + '/s'],
    ['_cores', (value) => number(value) + ' cores'],
    ['_usd', (value) => '$' + (value === 0 || value >= 1 ? number(value) : value.toPrecision(3))],
  ];
  const named = (head) => {
    const unit = UNITS.find((unit) => head.endsWith(unit[0]));
    const name = (unit ? head.slice(0, -unit[0].length) : head).replaceAll('_', ' ');
    return [name, unit ? unit[1] : number];
  };
  const SCALES = {
    time: [(at) => at, (at) => at.toFixed(1) + ' s'],
    second: [(at) => at, (at) => (at * 1e3).toFixed(1) + ' ms'],
    tail: [(at) => at >= 100 ? 6 : -Math.log10(1 - at / 100), (at) => Number(at.toPrecision(6)) + ' %'],
    log: [(at) => Math.log10(Math.max(at, 1)), time],
    rate: [(at) => Math.log10(Math.max(at, 1e-9)), (at) => number(at) + '/s'],
    count: [(at) => Math.log10(Math.max(at, 1e-9)), (at, name) => at + ' ' + name],
    order: [(at) => at, (at) => 'phase ' + at],
    place: [(at) => Math.log10(Math.max(at, 1)), (at) => 'from place ' + at + ' on'],
  };

  // Heads are quoted where they hold foreign names, rows of pictures are numbers only.
  const parsed = (figure) => {
    const href = figure.querySelector('a[download]').href;
    const lines = decodeURIComponent(href.slice(href.indexOf(',') + 1)).trim().split('\n');
    const cells = (line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).slice(0, -1)
      .map((cell) => cell.replace(/,$/, '').replace(/^"(.*)"$/, '$1').replaceAll('""', '"'));
    const values = (line) => line.split(',').map((cell) => cell === '' ? null : Number(cell));
    return { head: cells(lines[0]), rows: lines.slice(1).map(values) };
  };

  const nearest = (plot, x) => {
    const place = SCALES[plot.scale][0];
    const distance = (row) => Math.abs(place(row[0]) - x);
    return plot.data.rows.reduce((best, row) => distance(row) < distance(best) ? row : best);
  };
  const wordsOfLines = (plot, row) => {
    const shown = plot.data.head.slice(1).map((head, index) => {
      const [name, format] = named(head);
      return row[index + 1] === null ? null : name + ' ' + format(row[index + 1]);
    });
    return [SCALES[plot.scale][1](row[0], plot.data.head[0])].concat(shown.filter((words) => words !== null));
  };
  const wordsOfHeat = (plot, x, y) => {
    const us = 10 ** y;
    const cell = plot.data.rows.find((row) => row[0] <= x && x < row[1] && row[2] <= us && us < row[3]);
    const words = [x.toFixed(1) + ' s', time(us)];
    return words.concat(cell ? cell[4] + ' requests from ' + cell[0] + ' to ' + cell[1] + ' s' : 'no request');
  };

  const hide = () => plots.forEach((plot) => {
    if (plot.cursor) plot.cursor.setAttribute('visibility', 'hidden');
    if (plot.tip) plot.tip.hidden = true;
  });
  // A line at this place of the axis, in every picture that shares it.
  const mark = (plot, x) => {
    const [left, top, right, bottom, from, to] = plot.plot;
    if (!plot.cursor) {
      plot.cursor = document.createElementNS(NS, 'line');
      plot.cursor.setAttribute('class', 'cursor');
      plot.svg.append(plot.cursor);
    }
    const at = left + (right - left) * (x - from) / (to - from);
    const ends = { x1: at, x2: at, y1: top, y2: bottom, visibility: 'visible' };
    Object.entries(ends).forEach(([name, value]) => plot.cursor.setAttribute(name, value));
  };
  const show = (plot, x, y) => {
    hide();
    plot.data = plot.data || parsed(plot.figure);
    if (plot.data.rows.length === 0) return;
    const heat = plot.kind === 'heat';
    const row = heat ? null : nearest(plot, x);
    const place = heat ? x : SCALES[plot.scale][0](row[0]);
    plots.filter((other) => other === plot || (plot.scale === 'time' && other.scale === 'time'))
      .forEach((other) => mark(other, place));
    if (!plot.tip) {
      plot.tip = document.createElement('output');
      plot.box.after(plot.tip);
    }
    plot.tip.textContent = (heat ? wordsOfHeat(plot, x, y) : wordsOfLines(plot, row)).join('  ·  ');
    plot.tip.hidden = false;
    plot.x = place;
  };

  const follow = (plot, event) => {
    const frame = plot.svg.getBoundingClientRect();
    const scale = plot.svg.viewBox.baseVal.width / frame.width;
    const [left, top, right, bottom, xFrom, xTo, yFrom, yTo] = plot.plot;
    const part = (at, from, to) => Math.min(1, Math.max(0, (at * scale - from) / (to - from)));
    const x = xFrom + (xTo - xFrom) * part(event.clientX - frame.left, left, right);
    show(plot, x, yFrom + (yTo - yFrom) * part(event.clientY - frame.top, bottom, top));
  };
  const step = (plot, event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || plot.kind === 'heat') return;
    event.preventDefault();
    plot.data = plot.data || parsed(plot.figure);
    const at = plot.x === undefined ? -1 : plot.data.rows.indexOf(nearest(plot, plot.x));
    const row = plot.data.rows[Math.min(plot.data.rows.length - 1, Math.max(0, at + by))];
    if (row) show(plot, SCALES[plot.scale][0](row[0]));
  };

  document.querySelectorAll('.plot[data-plot]').forEach((box) => {
    const plot = {
      box, figure: box.closest('figure'), svg: box.querySelector('svg'), kind: box.dataset.kind,
      scale: box.dataset.scale, plot: box.dataset.plot.split(' ').map(Number),
    };
    plots.push(plot);
    box.addEventListener('pointermove', (event) => follow(plot, event));
    box.addEventListener('pointerdown', (event) => follow(plot, event));
    box.addEventListener('pointerleave', hide);
    box.addEventListener('keydown', (event) => step(plot, event));
  });
})();
