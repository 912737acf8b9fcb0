/**
 * The timeline of a run: mounts in `#run-timeline`, draws the rows in view, and follows scroll, zoom, filters and news.
 *
 * The URL is the state. What only this browser draws (zoom, opened steps, axis) replaces the entry in the history; the
 * rest are links. One drawing per frame, of some 140 rows around the view; scrolling draws anew only near their ends.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const OVER = 900; // pixels that are drawn above and below the view
  const PAD = 0.012; // of the run's length, on both sides
  /** @typedef {import('./run-columns.js').Columns} Columns */

  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {Record<string, HTMLElement>} */
  let parts = {};
  /** @type {Columns | null} */
  let columns = null;
  /** @type {any} */
  let query = null;
  /** @type {{blocks: any[], height: number, shown: number}} */
  let rows = { blocks: [], height: 0, shown: 0 };
  /** @type {Set<number> | null} */
  let found = null;
  let drawn = { top: 0, bottom: -1 };
  /** @type {[number, number] | null} */
  let zoom = null;
  let frame = 0;
  let busy = false;
  let fuller = 0;

  const url = () => host?.dataset.columns || '';
  /** All of the run, with a little room. @returns {[number, number]} */
  function whole() {
    if (!columns) return [0, 1];
    const { run: about, lanes } = columns.head;
    let [low, high] = [0, about.end ?? 0];
    if (about.running) high = run.now(columns);
    for (const lane of lanes) {
      if (lane.start !== null) low = Math.min(low, lane.start);
      high = Math.max(high, lane.end ?? 0, lane.expected === null || lane.typical === null ? 0 : Math.max(lane.expected, about.running ? run.now(columns) : 0) + lane.typical);
    }
    const span = Math.max(1000, high - low);
    return [low - span * PAD, high + span * (PAD + 0.05)];
  }

  const range = () => zoom || whole();

  function mount() {
    const place = /** @type {HTMLElement | null} */ (window.mf.find('#run-timeline'));
    if (!place || place === host) return;
    host = place;
    const { make } = run;
    const seg = make('span', 'mf-seg sm tl-axis-seg', null, { role: 'group', 'aria-label': 'Time axis' });
    for (const [name, word] of [['', 'Elapsed'], ['clock', 'Clock']]) seg.append(make('button', '', word, { type: 'button', 'data-axis': name }));
    const head = make('div', 'tl-head lab');
    head.append(make('span', 'grow', 'Step / task'), seg);
    parts = {
      axis: make('div', 'tl-axis'), labels: make('div', 'tl-labels lab'), plot: make('div', 'tl-plot', null, { 'data-brush': 'tl-area' }),
      area: make('div', '', null, { id: 'tl-area' }), figure: make('div', 'tl-figure'), extras: make('div', 'tl-extras'),
      hover: make('div', 'tl-hover', null, { hidden: '' }), link: make('a', 'tl-hit', null, { hidden: '', tabindex: '-1', draggable: 'false', 'aria-hidden': 'true' }),
      empty: make('div', 'tl-empty', null, { hidden: '', role: 'status' }), minimap: run.makeMinimap(), grid: make('div', 'mf-tl'),
    };
    parts.plot.append(parts.hover, parts.figure, parts.area, parts.extras, parts.link);
    parts.grid.append(head, parts.axis, parts.labels, parts.plot);
    host.replaceChildren(parts.grid, parts.empty, parts.minimap);
    columns = null;
    zoom = null;
    read();
    refresh();
  }

  function read() {
    query = run.query();
    zoom = query.zoom;
    const page = /** @type {HTMLElement | null} */ (document.querySelector('.page-run'));
    page?.classList.toggle('is-full', query.full);
    if (page) page.dataset.tab = query.tab;
  }

  /** Ask for what has changed, and draw it. */
  async function refresh() {
    if (!host || busy) return;
    busy = true;
    const asked = url();
    try {
      const now = await run.fetch(asked, columns && columns.url === asked ? columns : null);
      if (url() !== asked) return;
      const isNew = now !== columns;
      columns = now;
      if (columns) columns.url = asked;
      if (isNew) await filter();
    } catch (error) {
      if (!columns && host) say(error instanceof Error ? error.message : String(error));
    } finally {
      busy = false;
      if (host && url() !== asked) refresh();
    }
  }

  const say = (/** @type {string} */ text) => Object.assign(parts.empty, { textContent: text, hidden: false });

  /** The rows for the present query. */
  async function filter() {
    const [c, text] = [columns, query.q];
    const answer = c && (await run.found(c, text, url()));
    if (!c || c !== columns || query.q !== text) return;
    found = answer;
    layOut();
  }

  function layOut() {
    if (!columns) return;
    run.setAxis(query.clock, columns.head.t0);
    rows = run.rows(columns, query, found);
    parts.labels.style.height = parts.plot.style.height = `${rows.height}px`;
    for (const button of parts.grid.querySelectorAll('[data-axis]')) {
      const on = (button.getAttribute('data-axis') === 'clock') === query.clock;
      button.classList.toggle('is-on', on);
      button.setAttribute('aria-pressed', String(on));
    }
    const isEmpty = !rows.blocks.length || (!rows.shown && !columns.head.lanes.some((/** @type {any} */ lane) => !lane.tasks));
    parts.grid.classList.toggle('is-empty', isEmpty);
    parts.empty.hidden = !isEmpty;
    if (isEmpty) say(run.nothing(columns));
    window.dispatchEvent(new CustomEvent('mf:rows')); // the table of tasks shows the same
    draw(true);
  }

  /** @param {boolean} [again] also when the drawn rows still reach beyond the view */
  function draw(again = false) {
    if (again) drawn.bottom = -1;
    frame = frame || requestAnimationFrame(paint);
  }

  /** The part of the timeline that is in view, in its own pixels. */
  function view() {
    const top = parts.plot.getBoundingClientRect().top;
    const scroller = query.full ? /** @type {HTMLElement} */ (document.querySelector('.page-run')) : null;
    const height = scroller ? scroller.clientHeight : window.innerHeight;
    return { top: Math.max(0, -top), bottom: Math.min(rows.height, height - top) };
  }

  async function paint() {
    frame = 0;
    if (!host?.isConnected || !columns || !host.clientWidth) return;
    const seen = view();
    const near = seen.top < drawn.top + (drawn.top > 0 ? OVER / 3 : 0) || seen.bottom > drawn.bottom - (drawn.bottom < rows.height ? OVER / 3 : 0);
    const again = drawn.bottom < 0;
    if (!near && !again) return;
    const top = Math.max(0, Math.floor(seen.top - OVER));
    const bottom = Math.max(top + 1, Math.min(rows.height, Math.ceil(seen.bottom + OVER)));
    drawn = { top, bottom };
    const [from, to] = range();
    const width = parts.plot.clientWidth;
    const stamp = `${columns.head.stamp} ${query.grouped} ${query.sort}`;
    run.labels(parts.labels, columns, rows, top, bottom, { open: isOpen, order: orderWords(), stamp });
    run.drawAxis(parts.axis, columns, from, to, width);
    run.drawLines(parts.extras, rows.blocks, top, bottom);
    const [low, high] = whole();
    run.drawMinimap(parts.minimap, columns, { from, to, low, high });
    const { data, layout, scales } = run.figure(columns, rows, { top, bottom, from, to, width });
    run.drawScales(parts.extras, scales, from, to);
    const plotly = await window.mf.plotly();
    if (!host?.isConnected) return;
    parts.figure.style.top = `${top}px`;
    await plotly.react(parts.figure, data, layout, { staticPlot: true, responsive: false });
    host.dataset.drawn = String(Number(host.dataset.drawn || 0) + 1);
    window.dispatchEvent(new CustomEvent('mf:drawn'));
  }

  const isOpen = (/** @type {any} */ lane) => (query.open ? query.open.has(lane.step) : run.usual(columns, lane) > 0);

  function orderWords() {
    const sort = query.sort || 'failed';
    const words = { failed: ', worst first, then longest', started: ', by start', finished: ', by end', '-duration': ', longest first' };
    return words[/** @type {'failed'} */ (sort)] || '';
  }

  /**
   * Show another part of the time axis; `done` writes it into the URL.
   * @param {number} from
   * @param {number} to
   * @param {boolean} [done]
   */
  function show(from, to, done = true) {
    const [low, high] = whole();
    const span = Math.max(50, Math.min(to - from, high - low));
    const start = Math.min(Math.max(from, low), high - span);
    const isAll = span >= (high - low) * 0.999;
    zoom = isAll ? null : [start, start + span];
    if (done) run.replace((found) => (zoom ? found.set('zoom', zoom.map(Math.round).join('..')) : found.delete('zoom')));
    draw(true);
  }

  /** @param {number} factor below 1: nearer @param {number} [at] share of the width that stays */
  function scale(factor, at = 0.5) {
    const [from, to] = range();
    const middle = from + (to - from) * at;
    show(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  /** @param {number} share of the width */
  function pan(share) {
    const [from, to] = range();
    if (zoom) show(from + (to - from) * share, to + (to - from) * share);
  }

  /** @param {string} step @param {number | null} number null: toggle */
  function list(step, number) {
    const open = new Map();
    for (const lane of columns?.head.lanes || []) {
      if (lane.tasks > 1 && isOpen(lane)) open.set(lane.step, query.open?.get(lane.step) ?? run.usual(columns, lane));
    }
    if (number !== null) open.set(step, number);
    else if (!open.delete(step)) open.set(step, run.SOME);
    run.open(open);
    read();
    layOut();
  }

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!host || !target) return;
    const toggled = target.closest('#run-timeline [data-toggle]')?.getAttribute('data-toggle');
    if (toggled) list(toggled, null);
    const more = target.closest('#run-timeline [data-more]');
    if (more) list(more.getAttribute('data-more') || '', Number(more.getAttribute('data-to')));
    const axisName = target.closest('#run-timeline [data-axis]')?.getAttribute('data-axis');
    if (axisName !== undefined && axisName !== null) {
      run.replace((found) => (axisName ? found.set('axis', axisName) : found.delete('axis')));
      read();
      layOut();
    }
    const zoomed = target.closest('[data-zoom]')?.getAttribute('data-zoom');
    if (zoomed === 'in') scale(0.5);
    if (zoomed === 'out') scale(2);
    if (zoomed === 'fit') show(-Infinity, Infinity);
    if (target.closest('[data-full]')) full(!query.full);
  });

  /** @param {boolean} on */
  function full(on) {
    run.replace((found) => (on ? found.set('full', '1') : found.delete('full')));
    read();
    draw(true);
  }

  document.addEventListener('mf:range', (event) => {
    const { from, to } = /** @type {CustomEvent} */ (event).detail;
    const target = /** @type {Element} */ (event.target);
    const [low, high] = target.id === 'tl-area' ? range() : target.id === 'tl-minimap' ? whole() : [NaN, NaN];
    if (!Number.isNaN(low)) show(low + (high - low) * from, low + (high - low) * to);
  });
  document.addEventListener('mf:ranging', (event) => {
    const { from, to } = /** @type {CustomEvent} */ (event).detail;
    if (/** @type {Element} */ (event.target).id !== 'tl-minimap') return;
    const [low, high] = whole();
    show(low + (high - low) * from, low + (high - low) * to, false);
  });

  function reread() {
    if (!host?.isConnected) return;
    read();
    filter();
  }
  window.addEventListener('mf:arrive', reread);
  if (document.querySelector('link[rel=preload][href*="/plotly-"]')) window.mf.plotly(); // this page will draw
  window.addEventListener('scroll', () => host?.isConnected && draw(), { passive: true, capture: true });
  window.addEventListener('resize', () => host?.isConnected && draw(true));
  new MutationObserver(() => {
    mount();
    if (host && !host.isConnected) {
      host = null;
      columns = null;
      run.hideTip();
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  new MutationObserver(() => host && draw(true)).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
  window.setInterval(() => {
    // Running bars grow; nothing else moves by itself.
    if (host?.isConnected && columns?.head.run.running && !document.hidden && window.mf.live.state() === 'live') draw(true);
  }, 1000);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.run = Object.assign(window.dash_clientside.run || {}, {
    refresh: () => { refresh(); },
    /** The header of a large run is filled in once its tasks are read. */
    ask_for_more(/** @type {{more?: boolean} | null} */ shown) {
      if (shown?.more) window.setTimeout(() => window.mf.set('run-fuller', { data: ++fuller }));
    },
  });
  Object.assign(run, {
    timeline: {
      columns: () => columns, rows: () => rows, range, show, scale, pan, full, view, url, reread, found: () => found,
      isFull: () => query.full, parts: () => parts, redraw: () => draw(true), isShown: () => Boolean(host?.isConnected && host.clientWidth),
    },
  });
})();
