/** All of a run below its timeline: how many tasks ran at each moment, its failures, and the window that is shown. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const SVG = 'http://www.w3.org/2000/svg';
  const HEIGHT = 34;

  /** @typedef {import('./run-columns.js').Columns} Columns */

  /** @param {string} tag @param {Record<string, string | number>} attributes */
  function shape(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    return element;
  }

  /** The parts of the minimap; the area's id is where brush.js measures. */
  run.makeMinimap = () => {
    const box = run.make('div', 'mf-minimap');
    const legend = run.make('div', 'legend small t3');
    for (const [css, word] of [['k-queue', 'queued'], ['k-failed', 'failed attempt'], ['k-ok', 'ok']]) {
      const item = run.make('span', `mf-row ${css === 'k-ok' ? 'p2' : ''}`);
      item.append(run.make('i', `tl-key ${css}`), word);
      legend.append(item);
    }
    const place = run.make('div', 'place', null, { 'data-brush': 'tl-minimap' });
    const area = run.make('div', 'area', null, { id: 'tl-minimap' });
    area.append(shape('svg', { width: '100%', height: HEIGHT, preserveAspectRatio: 'none', 'aria-hidden': 'true' }));
    const range = run.make('div', 'mf-range movable', null, { 'data-move': '' });
    for (const name of ['from', 'to']) range.append(run.make('i', `mf-handle ${name}`, null, { 'data-handle': name }));
    area.append(range);
    place.append(area, run.make('span', 'end from micro t3'), run.make('span', 'end to micro t3'));
    box.append(legend, place);
    return box;
  };

  /**
   * @param {HTMLElement} box
   * @param {Columns} c
   * @param {{from: number, to: number, low: number, high: number}} range  shown, and all of it
   */
  run.drawMinimap = (box, c, { from, to, low, high }) => {
    const area = /** @type {HTMLElement} */ (box.querySelector('.area'));
    const width = area.clientWidth;
    const svg = /** @type {SVGElement} */ (area.firstElementChild);
    const share = (/** @type {number} */ ms) => (ms - low) / (high - low);
    const state = `${c.head.stamp} ${width} ${low} ${high}`;
    if (svg.dataset.state !== state) {
      svg.dataset.state = state;
      svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
      svg.replaceChildren(...load(c, width, low, high, share));
    }
    const range = /** @type {HTMLElement} */ (area.querySelector('.mf-range:not(.is-drawn)'));
    range.style.left = `${share(from) * 100}%`;
    range.style.width = `${(share(to) - share(from)) * 100}%`;
    const ends = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll('.end'));
    ends[0].textContent = run.moment(from);
    ends[1].textContent = run.moment(to);
    ends[0].style.left = `${Math.min(90, share(from) * 100)}%`;
    ends[1].style.right = `${Math.min(85, Math.max(0, 100 - share(to) * 100))}%`;
  };

  /** @param {Columns} c @param {number} width @param {number} low @param {number} high @param {(ms: number) => number} share */
  function load(c, width, low, high, share) {
    const all = Uint32Array.from({ length: c.id.length }, (_, t) => t);
    const { running, at } = run.load(c, all, low, high);
    const most = Math.max(1, ...running);
    const up = (/** @type {number} */ n) => HEIGHT - 3 - (n / most) * (HEIGHT - 12);
    let path = `M0 ${HEIGHT - 3}`;
    running.forEach((/** @type {number} */ n, /** @type {number} */ i) => { path += `H${(share(at(i)) * width).toFixed(1)}V${up(n).toFixed(1)}`; });
    const parts = [shape('path', { d: `${path}V${HEIGHT - 3}Z`, class: 'f-ink4' })];
    let marked = 0;
    for (const t of all) {
      const row = run.last(c, t);
      if (run.look(c, row) !== 'failed' || ++marked > 40) continue;
      const x = share(c.finished[row]) * width;
      parts.push(shape('path', { d: `M${x - 3} 4l6 6m0 -6l-6 6`, class: 'k-failed', 'stroke-width': 1.6 }));
    }
    return parts;
  }
})();
