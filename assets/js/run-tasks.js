/**
 * The Tasks tab: one row an attempt, drawn only where the view is, whatever the number. The same query as the timeline;
 * sorting is a link. Host and error come from the server for the rows in view.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const ROW = 28;
  const OVER = 600; // pixels that are drawn above and below the view
  const COLUMNS = [
    // css name, heading, sort word, whether the first click sorts down
    ['status', 'Status', 'status', false], ['step', 'Step', 'step', false], ['task', 'Task', 'task', false],
    ['label', 'Label', null, false], ['attempt', 'Attempt', 'attempt', true], ['queue', 'Queue', 'queue', true],
    ['duration', 'Duration', 'duration', true], ['ratio', '× p50', null, true], ['started', 'Started', 'started', false],
    ['host', 'Host', null, false], ['error', 'Error', null, false],
  ];
  const WORDS = { completed: 'Completed', running: 'Running', failed: 'Failed', killed: 'Killed', caught: 'Caught', cloned: 'Cloned', pending: 'Pending', unknown: 'Unknown' };

  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {Record<string, HTMLElement>} */
  let parts = {};
  /** @type {Uint32Array} */
  let rows = new Uint32Array();
  let drawn = { top: 0, bottom: -1 };
  let frame = 0;
  let stamp = '';

  const isShown = () => Boolean(host?.isConnected && host.offsetParent);

  function mount() {
    const place = /** @type {HTMLElement | null} */ (window.mf.find('#run-tasks'));
    if (!place || place === host) return;
    host = place;
    parts = {
      table: run.make('div', 'mf-grid tasks-grid', null, { role: 'table', 'aria-label': 'Tasks' }),
      head: run.make('div', 'grid-head', null, { role: 'row' }), body: run.make('div', 'grid-body', null, { role: 'rowgroup' }),
      empty: run.make('div', 'tl-empty', null, { hidden: '', role: 'status' }),
    };
    const group = run.make('div', 'grid-top', null, { role: 'rowgroup' });
    group.append(parts.head);
    parts.table.append(group, parts.body);
    host.replaceChildren(parts.table, parts.empty);
    stamp = '';
    update();
  }

  /** The rows for the present query, when there is something new to show. */
  function update() {
    const c = run.timeline?.columns();
    if (!isShown() || !c) return;
    const query = run.query();
    const found = run.timeline.found();
    const now = `${c.head.stamp} ${location.search} ${found?.size}`;
    if (now !== stamp) {
      stamp = now;
      const list = [];
      for (const t of run.tasks(c, query, found)) for (let row = c.first[t]; row < c.first[t + 1]; row++) list.push(row);
      rows = Uint32Array.from(list);
      heading(query);
      parts.body.style.height = `${rows.length * ROW}px`;
      parts.table.setAttribute('aria-rowcount', String(rows.length + 1));
      parts.empty.hidden = rows.length > 0;
      parts.empty.textContent = run.nothing(c);
      drawn.bottom = -1;
    }
    frame = frame || requestAnimationFrame(paint);
  }

  /** @param {any} query */
  function heading(query) {
    const sort = query.sort || 'failed';
    parts.head.replaceChildren(...COLUMNS.map(([name, words, key, down]) => {
      const cell = run.make('span', `c-${name}`, null, { role: 'columnheader' });
      if (!key) {
        cell.textContent = String(words);
        return cell;
      }
      const current = sort.replace('-', '') === key;
      const isDown = sort.startsWith('-');
      const target = new URL(location.href);
      target.searchParams.set('sort', current ? (isDown ? String(key) : `-${key}`) : down ? `-${key}` : String(key));
      const link = run.make('a', 'sort', String(words), { href: target.pathname + target.search });
      if (current) {
        cell.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
        link.append(run.make('i', `ic ic-arrow-${isDown ? 'down' : 'up'}`, null, { 'aria-hidden': 'true' }));
      }
      cell.append(link);
      return cell;
    }));
  }

  function paint() {
    frame = 0;
    const c = run.timeline?.columns();
    if (!isShown() || !c) return;
    const box = parts.body.getBoundingClientRect();
    const total = rows.length * ROW;
    const seen = { top: Math.max(0, -box.top), bottom: Math.min(total, window.innerHeight - box.top) };
    if (drawn.bottom >= 0 && (seen.top >= drawn.top + OVER / 3 || drawn.top === 0) && (seen.bottom <= drawn.bottom - OVER / 3 || drawn.bottom >= total)) return;
    drawn = { top: Math.max(0, seen.top - OVER), bottom: Math.min(total, seen.bottom + OVER) };
    const first = Math.floor(drawn.top / ROW);
    const last = Math.min(rows.length, Math.ceil(drawn.bottom / ROW));
    const present = new Map([...parts.body.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, node]));
    const focused = document.activeElement;
    const asked = [];
    for (let n = first; n < last; n++) {
      const row = rows[n];
      const key = `${c.task[row]}:${c.attempt[row]}`;
      let node = /** @type {HTMLElement | undefined} */ (present.get(key));
      present.delete(key);
      if (node?.dataset.stamp !== c.head.stamp) {
        const made = line(c, row);
        made.dataset.key = key;
        made.dataset.stamp = c.head.stamp;
        node = run.swap(parts.body, node, made);
      }
      node.style.top = `${n * ROW}px`;
      node.dataset.n = String(n);
      node.setAttribute('aria-rowindex', String(n + 2));
      asked.push({ row, node });
    }
    for (const node of present.values()) if (!node.contains(focused)) node.remove();
    fill(c, asked);
    host?.setAttribute('data-drawn', String(Number(host.dataset.drawn || 0) + 1));
    window.dispatchEvent(new CustomEvent('mf:drawn'));
  }

  /** @param {any} c @param {number} row */
  function line(c, row) {
    const t = c.task[row];
    const look = run.look(c, row);
    const isLast = row === run.last(c, t);
    const { duration } = window.mf.time;
    const element = run.make('div', `grid-row${isLast ? '' : ' is-earlier'}`, null, { role: 'row', 'data-row': `${c.head.steps[c.step[t]]}/${run.taskId(c, t)}` });
    if (look === 'failed' || look === 'killed') element.dataset.status = 'failed';
    const status = run.make('span', 'cell-status');
    status.append(run.glyph(look), run.make('span', `word m ${look === 'completed' ? 't2' : `fg-${look}`}`, WORDS[/** @type {'failed'} */ (look)], { 'aria-hidden': 'true' }));
    const many = c.first[t + 1] - c.first[t] > 1;
    const task = run.make('a', 'mono', run.taskId(c, t), { href: run.href(c, t) + (many ? `?attempt=${c.attempt[row]}` : ''), 'data-main': '1' });
    const length = run.length(c, row);
    const lane = c.head.lanes.find((/** @type {any} */ one) => one.step === c.head.steps[c.step[t]]);
    const ratio = lane?.median ? length / lane.median : NaN;
    const spent = run.make('span', 'd', Number.isNaN(length) ? '–' : duration(length));
    if (run.status(c, row) === 'running') spent.dataset.since = String(c.head.t0 + (Number.isNaN(c.started[row]) ? c.queued[row] : c.started[row]));
    const waited = (Number.isNaN(c.started[row]) ? (look === 'pending' ? run.now(c) : NaN) : c.started[row]) - c.queued[row];
    const start = Number.isNaN(c.started[row]) ? c.queued[row] : c.started[row];
    const when = run.make('time', '', '', { 'data-ms': String(c.head.t0 + start), 'data-style': 'clock' });
    const cells = {
      status, step: run.make('span', 'ell', c.head.steps[c.step[t]]), task, label: run.make('span', 't2 ell', c.label[t], { title: c.label[t] }),
      attempt: run.make('span', many ? '' : 't3', String(c.attempt[row])), queue: run.make('span', 't2', Number.isNaN(waited) ? '–' : duration(Math.max(0, waited))),
      duration: spent, ratio: run.make('span', ratio >= 3 ? 'fg-lost' : 't3', Number.isNaN(ratio) ? '' : `${ratio.toFixed(1)}×`),
      started: when, host: run.make('span', 'mono t2 ell'), error: run.make('span', 'fg-failed ell'),
    };
    for (const [name, content] of Object.entries(cells)) {
      const cell = run.make('span', `c-${name}`, null, { role: 'cell' });
      cell.append(content);
      element.append(cell);
    }
    return element;
  }

  /** Host and error of the rows in view. @param {any} c @param {{row: number, node: HTMLElement}[]} asked */
  async function fill(c, asked) {
    const missing = asked.filter(({ node }) => !node.dataset.told);
    const found = await run.about(c, missing.map(({ row }) => row), run.timeline.url());
    missing.forEach(({ node }, n) => {
      node.dataset.told = '1';
      for (const [name, text] of [['host', found[n]?.host], ['error', found[n]?.error]]) {
        const cell = node.querySelector(`.c-${name} > span`);
        if (!cell || !text) continue;
        cell.textContent = text;
        cell.setAttribute('title', text);
      }
    });
  }

  /** The next row in the whole table, drawn or not. @param {1 | -1} step @param {boolean} failed */
  function next(step, failed) {
    const c = run.timeline.columns();
    const current = document.activeElement?.closest('.grid-row');
    let n = current instanceof HTMLElement ? Number(current.dataset.n) : step > 0 ? -1 : rows.length;
    for (n += step; n >= 0 && n < rows.length; n += step) {
      const look = run.look(c, rows[n]);
      if (!failed || look === 'failed' || look === 'killed') break;
    }
    if (n < 0 || n >= rows.length) return true;
    const top = parts.body.getBoundingClientRect().top + n * ROW;
    if (top < 110 || top > window.innerHeight - 40) window.scrollBy(0, top - window.innerHeight / 2);
    const focus = () => {
      const link = parts.body.querySelector(`[data-n="${n}"] a`);
      if (link instanceof HTMLElement) link.focus({ preventScroll: true });
      return Boolean(link);
    };
    if (!focus()) window.addEventListener('mf:drawn', focus, { once: true });
    return true;
  }

  const before = () => window.mf.nextRow;
  window.addEventListener('DOMContentLoaded', () => {
    const other = before();
    window.mf.nextRow = (/** @type {1 | -1} */ step, /** @type {boolean} */ failed) => (isShown() ? next(step, failed) : other?.(step, failed));
  });

  window.addEventListener('mf:rows', update);
  window.addEventListener('scroll', () => isShown() && update(), { passive: true });
  window.addEventListener('resize', () => {
    drawn.bottom = -1;
    update();
  });
  new MutationObserver(() => {
    mount();
    if (host && !host.isConnected) host = null;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
