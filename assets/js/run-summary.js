/**
 * The summary of a step with many tasks: how long they took (a histogram beside the label), and how many ran and waited
 * at each moment (an area on the timeline), with failed attempts as ticks and final failures as crosses.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const BINS = 240;
  const TOP = 10; // pixels above the highest point
  const BASE = 4; // pixels below the lowest
  const [PENDING, RUNNING] = [0, 1]; // codes of the columns
  /** @typedef {import('./run-columns.js').Columns} Columns */
  /** @type {WeakMap<any, {c: Columns, from: number, to: number, load: any}>} what was counted last, by the list of tasks */
  const loads = new WeakMap();

  /**
   * How many attempts ran and waited, at `BINS` moments.
   * @param {Columns} c
   * @param {ArrayLike<number>} tasks
   * @param {number} from
   * @param {number} to
   */
  run.load = (c, tasks, from, to) => {
    const before = loads.get(tasks);
    if (before && before.from === from && before.to === to && before.c === c) return before.load;
    const load = counted(c, tasks, from, to);
    loads.set(tasks, { c, from, to, load });
    return load;
  };

  /** @param {Columns} c @param {ArrayLike<number>} tasks @param {number} from @param {number} to */
  function counted(c, tasks, from, to) {
    const running = new Int32Array(BINS + 1);
    const waiting = new Int32Array(BINS + 1);
    const bin = (/** @type {number} */ at) => Math.min(BINS, Math.max(0, Math.floor(((at - from) / (to - from)) * BINS)));
    const now = run.now(c);
    for (let n = 0; n < tasks.length; n++) {
      for (let row = c.first[tasks[n]]; row < c.first[tasks[n] + 1]; row++) {
        const status = c.status[row];
        const started = Number.isNaN(c.started[row]) ? (status === PENDING ? now : c.queued[row]) : c.started[row];
        waiting[bin(c.queued[row])]++;
        waiting[bin(started)]--;
        if (status === PENDING) continue;
        running[bin(started)]++;
        running[bin(status === RUNNING ? now : Number.isNaN(c.finished[row]) ? started : c.finished[row])]--;
      }
    }
    for (let n = 1; n <= BINS; n++) {
      running[n] += running[n - 1];
      waiting[n] += waiting[n - 1];
    }
    return { running, waiting, at: (/** @type {number} */ n) => from + ((to - from) * n) / BINS };
  }

  /** @param {string} hex @returns {string} */
  const soft = (hex) => `${hex}33`;

  /** A round number at or above `most`, and its half, for the scale. @param {number} most */
  function scale(most) {
    const size = 10 ** Math.floor(Math.log10(Math.max(1, most)));
    return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((one) => one * size).find((one) => one >= most) || most;
  }

  /**
   * The area of one step into the figure.
   * @param {any} canvas
   * @param {Columns} c
   * @param {any} block
   * @param {(name: string) => string} colour
   */
  run.summary = (canvas, c, block, colour) => {
    const { lane, tasks, y, height } = block;
    const end = lane.look === 'running' || lane.look === 'pending' ? run.now(c) : lane.end;
    const start = tasks.reduce((/** @type {number} */ least, /** @type {number} */ t) => Math.min(least, c.queued[c.first[t]]), Infinity);
    if (end === null || !Number.isFinite(start) || end <= start) return;
    const { running, waiting, at } = run.load(c, tasks, start, end);
    const most = Math.max(1, ...running.map((n, i) => n + waiting[i]));
    const top = scale(most);
    const bottom = y + height - BASE;
    const up = (/** @type {number} */ n) => bottom - (n / top) * (height - BASE - TOP);
    const xs = Array.from(running, (_, n) => at(n));
    const look = lane.look === 'running' || lane.look === 'pending' ? 'running' : 'completed';
    const line = { width: 1.2, color: colour(`st-${look}`), shape: 'hv' };
    canvas.areas.push(
      { type: 'scatter', mode: 'lines', x: [xs[0], xs[BINS]], y: [bottom, bottom], line: { width: 0 }, hoverinfo: 'skip' },
      { type: 'scatter', mode: 'lines', x: xs, y: Array.from(running, up), fill: 'tonexty', fillcolor: soft(colour(`st-${look}`)), line, hoverinfo: 'skip' },
      {
        type: 'scatter', mode: 'lines', x: xs, y: Array.from(running, (n, i) => up(n + waiting[i])), fill: 'tonexty',
        line: { width: 0.8, color: colour('st-pending'), shape: 'hv' }, hoverinfo: 'skip',
        fillpattern: { shape: '/', size: 4, solidity: 0.3, fgcolor: colour('st-pending'), bgcolor: 'rgba(0,0,0,0)', fillmode: 'overlay' },
      },
    );
    canvas.scales.push({ top: up(top), half: up(top / 2), most: top, x: start });
    failures(canvas, c, tasks, bottom, colour);
  };

  function failures(/** @type {any} */ canvas, /** @type {Columns} */ c, /** @type {number[]} */ tasks, /** @type {number} */ bottom, /** @type {(name: string) => string} */ colour) {
    const ticks = { x: /** @type {(number | null)[]} */ ([]), y: /** @type {(number | null)[]} */ ([]) };
    let marked = 0;
    for (const t of tasks) {
      for (let row = c.first[t]; row < c.first[t + 1]; row++) {
        if (run.status(c, row) !== 'failed' || Number.isNaN(c.finished[row])) continue;
        const isLast = row === c.first[t + 1] - 1;
        if (isLast && marked++ < 60) canvas.mark(run.look(c, row), c.finished[row], bottom - 9);
        else if (ticks.x.length < 1500) {
          ticks.x.push(c.finished[row], c.finished[row], null);
          ticks.y.push(bottom, bottom - 8, null);
        }
      }
    }
    if (ticks.x.length) canvas.areas.push({ type: 'scatter', mode: 'lines', ...ticks, line: { width: 1.2, color: colour('st-failed') }, hoverinfo: 'skip' });
  }

  /**
   * Durations of the tasks that ran, on a logarithmic scale: heights of at most `bars` bars, with where each begins.
   * @param {Columns} c
   * @param {ArrayLike<number>} tasks
   * @param {number} bars
   */
  run.histogram = (c, tasks, bars) => {
    const lengths = [];
    for (let n = 0; n < tasks.length; n++) {
      const length = run.length(c, run.last(c, tasks[n]));
      if (length > 0) lengths.push(length);
    }
    if (!lengths.length) return null;
    let [least, most] = [Infinity, 0];
    for (const length of lengths) {
      least = Math.min(least, length);
      most = Math.max(most, length);
    }
    const low = Math.log(least);
    const step = (Math.log(most) - low) / bars || 1;
    const heights = new Uint32Array(bars);
    for (const length of lengths) heights[Math.min(bars - 1, Math.floor((Math.log(length) - low) / step))]++;
    return { heights, from: (/** @type {number} */ n) => Math.exp(low + n * step), place: (/** @type {number} */ ms) => (Math.log(ms) - low) / step / bars };
  };
})();
