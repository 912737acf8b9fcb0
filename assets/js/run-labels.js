/**
 * The label of each row of the timeline: glyph, name, counts, duration. Rows in view are kept by key, so that focus and
 * hover stay while they are drawn anew. Texts are set as text: names come from users.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const SLOW = 3; // times the median
  const WORDS = { completed: 'Completed', running: 'Running', failed: 'Failed', killed: 'Killed', caught: 'Caught', cloned: 'Cloned', pending: 'Pending', unknown: 'Unknown', notrun: 'Not run' };
  const SVG = 'http://www.w3.org/2000/svg';

  /** @typedef {import('./run-columns.js').Columns} Columns */
  /** @typedef {import('./run-rows.js').Block} Block */

  /**
   * @param {string} tag
   * @param {string} css
   * @param {string | null} [text]
   * @param {Record<string, string>} [attributes]
   */
  function make(tag, css, text = null, attributes = {}) {
    const element = document.createElement(tag);
    if (css) element.className = css;
    if (text !== null) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }
  run.make = make;

  const glyph = (/** @type {string} */ look) =>
    make('span', `st st-${look}`, null, { role: 'img', 'aria-label': WORDS[/** @type {'failed'} */ (look)] || look });
  run.glyph = glyph;

  const count = (/** @type {number} */ n) => n.toLocaleString('en-US');
  run.count = count;

  /** The address of a task. @param {Columns} c @param {number} t */
  run.href = (c, t) => {
    const parts = [c.head.run.flow, c.head.run.id, c.head.steps[c.step[t]], run.taskId(c, t)];
    return window.mf.prefix() + parts.map(encodeURIComponent).join('/');
  };

  /** How often the step's usual time a task took; NaN where nothing is usual. @param {Columns} c @param {number} t */
  run.ratio = (c, t) => {
    const lane = c.head.lanes.find((/** @type {any} */ one) => one.step === c.head.steps[c.step[t]]);
    return lane?.median ? run.length(c, run.last(c, t)) / lane.median : NaN;
  };

  /** @param {Columns} c @param {Block} block @param {{open: boolean}} how */
  function stepRow(c, block, { open }) {
    const { lane } = block;
    const row = make('div', `tl-step${lane.tasks ? '' : ' tl-none'}`, null, { 'data-step': lane.step });
    const many = lane.tasks > 1;
    const single = lane.tasks === 1 && block.tasks.length ? block.tasks[0] : null;
    if (many) row.append(caret(lane.step, open));
    else row.append(make('i', 'caret'));
    row.append(glyph(lane.look));
    const name = single === null ? make('span', 'nm', lane.step, { title: lane.step }) : make('a', 'nm', lane.step, { href: run.href(c, single), title: lane.step });
    if (single !== null) row.dataset.row = `${lane.step}/${run.taskId(c, single)}`;
    row.append(name);
    const done = (lane.looks.completed || 0) + (lane.looks.caught || 0) + (lane.looks.cloned || 0);
    if (many) row.append(make('span', 'ct', done === lane.tasks ? `×${count(done)}` : `${count(done)} / ${count(lane.tasks)}`));
    if (many && lane.looks.failed) row.append(make('span', 'fg-failed small m nw', `${count(lane.looks.failed)} failed`));
    if (!lane.tasks) row.append(make('span', 'ct', lane.note));
    if (lane.start !== null && lane.tasks) {
      const live = lane.look === 'running' || lane.look === 'pending';
      const duration = make('span', 'du', window.mf.time.duration((live ? run.now(c) : lane.end ?? lane.start) - lane.start));
      if (live) duration.dataset.since = String(c.head.t0 + lane.start);
      row.append(duration);
    }
    return row;
  }

  /** @param {string} step @param {boolean} open */
  function caret(step, open) {
    const button = make('button', 'caret hit', null, {
      type: 'button', 'data-toggle': step, 'aria-expanded': String(open), 'aria-label': `Tasks of ${step}`,
    });
    button.append(make('i', `ic ic-${open ? 'down' : 'right'}`, null, { 'aria-hidden': 'true' }));
    return button;
  }

  /** @param {Columns} c @param {number} t @param {boolean} withStep */
  function taskRow(c, t, withStep) {
    const last = run.last(c, t);
    const look = run.look(c, last);
    const id = run.taskId(c, t);
    const step = c.head.steps[c.step[t]];
    const row = make('a', 'tl-task', null, { href: run.href(c, t), 'data-row': `${step}/${id}`, 'data-task': String(t) });
    if (look === 'failed' || look === 'killed') row.dataset.status = 'failed';
    row.append(glyph(look), make('span', 'id', withStep ? `${step}/${id}` : id), make('span', 'fl', c.label[t]));
    const tries = c.attempt[last] + 1;
    if (tries > 1) {
      const badge = make('span', 'tries', null, { title: `${tries} attempts` });
      badge.append(make('i', 'ic ic-refresh ic-xs', null, { 'aria-hidden': 'true' }), String(tries), make('span', 'sr', ' attempts'));
      row.append(badge);
    }
    const length = run.length(c, last);
    const duration = make('span', 'du', Number.isNaN(length) ? '–' : window.mf.time.duration(length));
    if (run.status(c, last) === 'running') duration.dataset.since = String(c.head.t0 + (Number.isNaN(c.started[last]) ? c.queued[last] : c.started[last]));
    const ratio = run.ratio(c, t);
    row.append(duration, make('span', ratio >= SLOW ? 'x' : 'x t3', ratio >= 1.5 ? `${ratio.toFixed(1)}×` : '', { title: 'times the median of the step' }));
    return row;
  }

  /** @param {Columns} c @param {Block} block */
  function summaryRow(c, block) {
    const { lane, tasks } = block;
    const row = make('div', 'tl-dist');
    const bars = 44;
    const found = run.histogram(c, tasks, bars);
    const head = make('div', 'dist-head');
    head.append(make('span', 't3', lane.variables.length ? `Durations, foreach ${lane.variables.join(', ')}` : 'Durations'));
    if (lane.stragglers) head.append(make('span', 'fg-lost m', `${count(lane.stragglers)} > 3× p50`));
    row.append(head);
    if (!found) return row;
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${bars * 6} 44`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const most = Math.max(...found.heights);
    found.heights.forEach((/** @type {number} */ height, /** @type {number} */ n) => {
      if (!height) return;
      const bar = document.createElementNS(SVG, 'rect');
      const h = Math.max(1.5, (height / most) * 42);
      for (const [name, value] of Object.entries({ x: n * 6 + 0.5, y: 44 - h, width: 5, height: h })) bar.setAttribute(name, String(value));
      bar.setAttribute('class', lane.median && found.from(n) > SLOW * lane.median ? 'f-lost' : 'f-ink3');
      svg.append(bar);
    });
    row.append(svg);
    const foot = make('div', 'dist-foot');
    const { duration } = window.mf.time;
    for (const [word, value] of /** @type {[string, number | null][]} */ ([['p50', lane.median], ['p95', lane.p95], ['max', lane.longest]])) {
      if (value !== null) foot.append(make('span', '', `${word} ${duration(value)}`));
    }
    row.append(foot);
    row.setAttribute('role', 'img');
    row.setAttribute('aria-label', `Durations of ${lane.step}: ${foot.textContent || 'none yet'}`);
    return row;
  }

  /**
   * Put a row in the place of another, and the focus with it.
   * @param {HTMLElement} place
   * @param {HTMLElement | undefined} old
   * @param {HTMLElement} made
   */
  run.swap = (place, old, made) => {
    const focused = old?.contains(document.activeElement) ? document.activeElement?.tagName : null;
    if (old) old.replaceWith(made);
    else place.append(made);
    const target = focused && (made.matches(focused) ? made : made.querySelector(focused));
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    return made;
  };

  /** @param {Block} block @param {string} order */
  const moreRow = (block, order) =>
    make('div', 'tl-foot', `${count(block.shown)} of ${count(block.tasks.length)} shown${order}`);

  /**
   * The rows between two heights into `place`; those that stay are moved, not made anew.
   * @param {HTMLElement} place
   * @param {Columns} c
   * @param {{blocks: Block[]}} rows
   * @param {number} top
   * @param {number} bottom
   * @param {{open: (lane: any) => boolean, order: string, stamp: string}} how
   */
  run.labels = (place, c, rows, top, bottom, how) => {
    const present = new Map([...place.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, node]));
    const focused = document.activeElement;
    for (const block of rows.blocks) {
      if (block.y > bottom) break;
      const many = block.kind === 'tasks' ? block.tasks.length : 1;
      const first = Math.max(0, Math.floor((top - block.y) / block.height));
      const last = Math.min(many, Math.ceil((bottom - block.y) / block.height));
      for (let n = first; n < last; n++) {
        const key = block.kind === 'tasks' ? `t${block.tasks[n]}` : `${block.kind} ${block.lane.step}`;
        let node = /** @type {HTMLElement | undefined} */ (present.get(key));
        present.delete(key);
        const state = `${how.stamp} ${block.lane ? how.open(block.lane) : ''} ${block.shown}`;
        if (node?.dataset.state !== state) {
          const made = block.kind === 'tasks' ? taskRow(c, block.tasks[n], !block.lane)
            : block.kind === 'step' ? stepRow(c, block, { open: how.open(block.lane) })
              : block.kind === 'summary' ? summaryRow(c, block) : moreRow(block, how.order);
          made.dataset.key = key;
          made.dataset.state = state;
          node = run.swap(place, node, made);
        }
        node.style.top = `${block.y + n * block.height}px`;
      }
    }
    for (const node of present.values()) if (!node.contains(focused)) node.remove();
  };
})();
