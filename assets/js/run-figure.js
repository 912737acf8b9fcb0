/**
 * The bars of the timeline's rows in view as a Plotly figure. The y axis is in pixels of the timeline, the x axis in
 * milliseconds since the start of the run, the margins are zero, so that it stands beside the labels exactly.
 *
 * One bar trace per kind of bar; only what lies between `top` and `bottom` is drawn, at most some 200 rows.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const BAR = { step: 11, tasks: 8, queue: 4 };
  const LEAST = 1.5; // pixels of the shortest bar
  const MARKS = 60; // failures that are marked on a step's bar
  const FILL = {
    running: { shape: '/', solidity: 0.35 },
    failed: { shape: '/', solidity: 0.45 },
    lost: { shape: '.', solidity: 0.4 },
    queue: { shape: '/', solidity: 0.3 },
  };
  const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
  let theme = '';
  /** @type {Record<string, string>} */
  let colours = {};

  /** The design's colours of the present theme. @param {string} name */
  function colour(name) {
    const now = document.documentElement.dataset.bsTheme || 'light';
    if (now !== theme) {
      theme = now;
      colours = {};
    }
    colours[name] = colours[name] || getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    return colours[name];
  }

  /** Bars, marks and texts by kind, while they are gathered. */
  class Canvas {
    /** @param {number} perPixel milliseconds */
    constructor(perPixel) {
      this.perPixel = perPixel;
      /** @type {Map<string, {base: number[], x: number[], y: number[], width: number[]}>} */
      this.bars = new Map();
      /** @type {Map<string, {x: number[], y: number[]}>} */
      this.marks = new Map();
      this.texts = { x: /** @type {number[]} */ ([]), y: /** @type {number[]} */ ([]), text: /** @type {string[]} */ ([]), colour: /** @type {string[]} */ ([]) };
      /** @type {any[]} */
      this.areas = [];
      /** @type {any[]} */
      this.shapes = [];
      /** @type {any[]} */
      this.scales = [];
    }

    /** @param {string} kind @param {number} from @param {number} to @param {number} y @param {number} width */
    bar(kind, from, to, y, width) {
      if (!this.bars.has(kind)) this.bars.set(kind, { base: [], x: [], y: [], width: [] });
      const bars = /** @type {any} */ (this.bars.get(kind));
      bars.base.push(from);
      bars.x.push(Math.max(to - from, LEAST * this.perPixel));
      bars.y.push(y);
      bars.width.push(width);
    }

    /** @param {string} kind @param {number} x @param {number} y */
    mark(kind, x, y) {
      if (!this.marks.has(kind)) this.marks.set(kind, { x: [], y: [] });
      const marks = /** @type {any} */ (this.marks.get(kind));
      marks.x.push(x);
      marks.y.push(y);
    }

    /** @param {string} text @param {number} x @param {number} y @param {string} [name] of its colour */
    text(text, x, y, name = 'text-2') {
      this.texts.x.push(x);
      this.texts.y.push(y);
      this.texts.text.push(text);
      this.texts.colour.push(colour(name));
    }
  }

  /** @typedef {import('./run-columns.js').Columns} Columns */
  /** @typedef {import('./run-rows.js').Block} Block */

  /**
   * @param {Columns} c
   * @param {{blocks: Block[]}} rows
   * @param {{top: number, bottom: number, from: number, to: number, width: number}} window_
   */
  run.figure = (c, rows, window_) => {
    const { top, bottom, from, to, width } = window_;
    const canvas = new Canvas((to - from) / Math.max(1, width));
    for (const block of rows.blocks) {
      if (block.y > bottom) break;
      if (block.kind === 'step') step(canvas, c, block, top);
      else if (block.kind === 'tasks') tasks(canvas, c, block, top, bottom);
      else if (block.kind === 'summary' && block.y + block.height > top) run.summary(canvas, c, block, colour);
    }
    const now = run.now(c);
    if (c.head.run.running && now >= from && now <= to) {
      canvas.shapes.push({ type: 'line', x0: now, x1: now, y0: top, y1: bottom, line: { width: 1.5, dash: 'dot', color: colour('text-2') } });
    }
    return { data: traces(canvas), layout: layout(canvas, window_), scales: canvas.scales };
  };

  /** A step of one task is its task; of many: from the first start to the last end, with its failures. */
  function step(/** @type {Canvas} */ canvas, /** @type {Columns} */ c, /** @type {Block} */ block, /** @type {number} */ top) {
    const y = block.y + block.height / 2;
    const { lane } = block;
    if (block.y + block.height < top) return;
    if (!lane.tasks) return ghost(canvas, c, lane, y);
    const live = lane.look === 'running' || lane.look === 'pending';
    const end = live ? run.now(c) : lane.end;
    if (lane.tasks === 1 && block.tasks.length) attempts(canvas, c, block.tasks[0], y, BAR.step);
    else if (lane.start !== null && end !== null) {
      const some = lane.look === 'failed' && lane.looks.completed ? 'completed' : lane.look;
      canvas.bar(some === 'pending' ? 'running' : some, lane.start, end, y, BAR.step);
      let marked = 0;
      for (const t of block.tasks) {
        const row = run.last(c, t);
        if (run.look(c, row) !== 'failed' || ++marked > MARKS) continue;
        canvas.mark('failed', c.finished[row], y);
      }
    }
    const clear = lane.looks.failed || lane.looks.killed ? '\u2002' : ''; // of the marks
    if (lane.start !== null && end !== null) canvas.text(clear + window.mf.time.duration(end - lane.start), end, y);
  }

  /** What is still to come, where the last good run says how long it takes. */
  function ghost(/** @type {Canvas} */ canvas, /** @type {Columns} */ c, /** @type {any} */ lane, /** @type {number} */ y) {
    if (lane.expected === null || lane.expected === undefined || lane.typical === null) return;
    const from = Math.max(lane.expected, run.now(c));
    canvas.shapes.push({
      type: 'rect', x0: from, x1: from + lane.typical, y0: y - 4, y1: y + 4,
      line: { width: 1, dash: 'dash', color: colour('text-3') }, fillcolor: 'rgba(0,0,0,0)',
    });
  }

  function tasks(/** @type {Canvas} */ canvas, /** @type {Columns} */ c, /** @type {Block} */ block, /** @type {number} */ top, /** @type {number} */ bottom) {
    const first = Math.max(0, Math.floor((top - block.y) / block.height));
    const last = Math.min(block.tasks.length, Math.ceil((bottom - block.y) / block.height));
    for (let n = first; n < last; n++) attempts(canvas, c, block.tasks[n], block.y + (n + 0.5) * block.height, BAR.tasks);
  }

  /** The waits and attempts of one task. */
  function attempts(/** @type {Canvas} */ canvas, /** @type {Columns} */ c, /** @type {number} */ t, /** @type {number} */ y, /** @type {number} */ width) {
    for (let row = c.first[t]; row < c.first[t + 1]; row++) {
      const look = run.look(c, row);
      const [queued, started] = [c.queued[row], c.started[row]];
      const isLast = row === c.first[t + 1] - 1;
      if (look === 'pending') canvas.bar('queue', queued, run.now(c), y, BAR.queue);
      const start = Number.isNaN(started) ? queued : started;
      if (start > queued) canvas.bar('queue', queued, start, y, BAR.queue);
      if (look === 'pending') continue;
      const end = run.status(c, row) === 'running' ? run.now(c) : c.finished[row];
      if (Number.isNaN(end)) continue;
      canvas.bar(look, start, Math.max(start, end), y, width);
      if (isLast && (look === 'failed' || look === 'killed')) canvas.mark(look, end, y);
    }
  }

  function traces(/** @type {Canvas} */ canvas) {
    const bars = [...canvas.bars].map(([kind, { base, x, y, width }]) => ({
      type: 'bar', orientation: 'h', base, x, y, width, hoverinfo: 'skip', cliponaxis: true, marker: marker(kind),
    }));
    const marks = [...canvas.marks].map(([kind, { x, y }]) => ({
      type: 'scatter', mode: 'markers', x, y, hoverinfo: 'skip', cliponaxis: false,
      marker: {
        symbol: kind === 'failed' ? 'x' : 'square', size: kind === 'failed' ? 9 : 6, color: colour(`st-${kind}`),
        line: { width: 1.5, color: colour('bg') },
      },
    }));
    const { x, y, text, colour: color } = canvas.texts;
    const texts = text.length ? [{
      type: 'scatter', mode: 'text', x, y, text: text.map((one) => `\u2002${one}`), textposition: 'middle right',
      textfont: { size: 11, color, family: SANS }, hoverinfo: 'skip', cliponaxis: true,
    }] : [];
    return [...canvas.areas, ...bars, ...marks, ...texts];
  }

  /** @param {string} kind */
  function marker(kind) {
    const tone = colour(kind === 'queue' ? 'st-pending' : kind === 'cloned' ? 'bg' : kind === 'unknown' ? 'ink-3' : `st-${kind}`);
    const line = kind === 'failed' ? { width: 1, color: colour('st-failed') } : kind === 'cloned' ? { width: 1, color: colour('st-completed') } : { width: 0 };
    const fill = FILL[/** @type {'queue'} */ (kind)];
    if (!fill) return { color: tone, line };
    const under = kind === 'queue' ? 'rgba(0,0,0,0)' : kind === 'failed' ? colour('st-failed-tint') : kind === 'running' ? tone : colour('st-lost-tint');
    const over = kind === 'running' ? colour('bg') : tone;
    const more = kind === 'running' ? { fgopacity: 0.35 } : {};
    return { color: tone, line, pattern: { ...fill, size: kind === 'queue' ? 4 : 6, fgcolor: over, bgcolor: under, fillmode: 'overlay', ...more } };
  }

  function layout(/** @type {Canvas} */ canvas, /** @type {any} */ { top, bottom, from, to, width }) {
    return {
      width, height: bottom - top, margin: { l: 0, r: 0, t: 0, b: 0 }, barmode: 'overlay', showlegend: false,
      paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: { family: SANS, size: 11 },
      hovermode: false, dragmode: false, shapes: canvas.shapes,
      xaxis: {
        range: [from, to], fixedrange: true, zeroline: false, showticklabels: false, showgrid: true,
        gridcolor: colour('grid'), tickmode: 'array', tickvals: run.ticks ? run.ticks(from, to, width).map((/** @type {any} */ tick) => tick.at) : [], ticks: '',
      },
      yaxis: { range: [bottom, top], fixedrange: true, visible: false },
    };
  }

  run.colour = colour;
})();
