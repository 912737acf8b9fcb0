/**
 * The tasks of the step beside the page: one row a task, drawn only where the view is, the failed ones first. They are
 * the columns of the run's page (run-columns.js), filtered and ordered by the same rules (run-rows.js).
 */
(function () {
  'use strict';
  const task = window.mf.task;
  const run = window.mf.run;
  const { make } = task;
  const ROW = 24;
  const SORTS = [['failed', 'Failed first'], ['-duration', 'Longest'], ['duration', 'Shortest'], ['started', 'Started'], ['task', 'Task id']];
  const WORDS = ['failed', 'killed', 'running', 'pending', 'caught', 'cloned', 'completed', 'unknown'];

  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {any} */
  let columns = null;
  let address = '';
  let asking = ''; // an attempt that is shown and a refresh may come at once
  /** @type {Record<string, HTMLElement>} */
  let parts = {};
  /** @type {number[]} */
  let places = [];
  let longest = 1;
  let frame = 0;
  let told = ''; // what chips and numbers were made of
  let drawn = ''; // … and the rows: drawn anew under the pointer, a row would lose its click

  const names = () => (host?.dataset.path || '').split('/').map(decodeURIComponent);

  async function load() {
    host = window.mf.find('#task-rail');
    if (!host) return;
    if (!host.firstChild) build();
    const url = host.dataset.columns || '';
    if (asking === url) return;
    asking = url;
    try {
      columns = await run.fetch(url, url === address ? columns : null);
      address = url;
    } catch {
      return; // the page itself says what is wrong
    } finally {
      asking = '';
    }
    if (columns) update();
  }

  function build() {
    told = '';
    parts = {
      step: make('select', 'rail-step', null, { 'aria-label': 'Step' }), count: make('span', 't3 small nw'),
      filter: make('input', 'form-control mf-input small', null, { type: 'search', placeholder: 'Filter by id or label…', 'aria-label': 'Filter tasks', autocomplete: 'off' }),
      chips: make('div', 'rail-chips', null, { role: 'group', 'aria-label': 'Status' }), sort: make('select', 'rail-sort small', null, { 'aria-label': 'Order' }),
      list: make('nav', 'rail-list', null, { 'aria-label': 'Tasks' }), space: make('div', ''), foot: make('div', 'rail-foot small t3'),
    };
    const head = make('div', 'rail-head');
    head.append(parts.step, parts.count, make('span', 'grow'), parts.sort);
    const field = make('label', 'mf-field');
    field.append(task.icon('search'), parts.filter);
    const tools = make('div', 'rail-tools');
    tools.append(field, parts.chips);
    for (const [key, words] of SORTS) parts.sort.append(make('option', '', words, { value: key }));
    parts.list.append(parts.space);
    const key = (/** @type {string} */ name) => make('kbd', '', name);
    parts.foot.append(key('J'), key('K'), ' next, previous', make('span', 'grow'), key('E'), ' next failed');
    host?.replaceChildren(head, tools, parts.list, parts.foot);
    parts.list.addEventListener('scroll', () => (frame = frame || requestAnimationFrame(paint)), { passive: true });
    parts.filter.addEventListener('input', () => change({ q: /** @type {HTMLInputElement} */ (parts.filter).value }));
    parts.sort.addEventListener('change', () => {
      const value = /** @type {HTMLSelectElement} */ (parts.sort).value;
      change({ sort: value === 'failed' ? null : value });
    });
    parts.step.addEventListener('change', () => {
      const wanted = columns.head.steps.indexOf(/** @type {HTMLSelectElement} */ (parts.step).value);
      const first = run.order(columns, 'failed').find((/** @type {number} */ t) => columns.step[t] === wanted);
      if (first !== undefined) window.mf.go(run.href(columns, first));
    });
    new ResizeObserver(() => (frame = frame || requestAnimationFrame(paint))).observe(parts.list);
    /** @type {HTMLInputElement} */ (parts.filter).value = task.query().get('q') || '';
    /** @type {HTMLSelectElement} */ (parts.sort).value = task.query().get('sort') || 'failed';
  }

  /** @param {Record<string, string | null>} changes */
  function change(changes) {
    task.replace(changes);
    update();
  }

  function update() {
    const now = `${host?.dataset.path} ${columns.head.stamp} ${location.search}`;
    if (now === told) return paint();
    told = now;
    const step = names()[2];
    const query = { ...run.query(), step: [step] };
    places = run.tasks(columns, query, null);
    const all = run.tasks(columns, { ...query, status: [], q: '' }, null);
    longest = Math.max(1, ...all.map((/** @type {number} */ t) => run.length(columns, run.last(columns, t)) || 0));
    parts.count.textContent = `${all.length.toLocaleString('en-US')} ${all.length === 1 ? 'task' : 'tasks'}`;
    const options = columns.head.steps.filter((/** @type {string} */ name) => name !== '_parameters');
    if (parts.step.children.length !== options.length) parts.step.replaceChildren(...options.map((/** @type {string} */ name) => make('option', '', name, { value: name })));
    /** @type {HTMLSelectElement} */ (parts.step).value = step;
    /** @type {Record<string, number>} */
    const looks = {};
    for (const t of all) {
      const look = run.look(columns, run.last(columns, t));
      looks[look] = (looks[look] || 0) + 1;
    }
    parts.chips.replaceChildren(...WORDS.filter((word) => looks[word]).map((word) => {
      const isOn = query.status.includes(word);
      const chip = make('button', `mf-toggle sm${query.status.length && !isOn ? ' is-off' : ''}`, null, { type: 'button', 'aria-pressed': String(isOn) });
      chip.append(run.glyph(word), make('span', 'n', looks[word].toLocaleString('en-US')));
      chip.addEventListener('click', () => change({ status: isOn ? null : word }));
      return chip;
    }));
    parts.space.style.height = `${places.length * ROW}px`;
    const mine = here();
    if (mine >= 0 && !host?.dataset.drawn) parts.list.scrollTop = Math.max(0, mine * ROW - parts.list.clientHeight / 3);
    paint();
  }

  const here = () => places.findIndex((t) => run.taskId(columns, t) === names()[3]);

  function paint() {
    frame = 0;
    if (!columns || !host?.isConnected) return;
    const first = Math.max(0, Math.floor(parts.list.scrollTop / ROW) - 10);
    const last = Math.min(places.length, Math.ceil((parts.list.scrollTop + parts.list.clientHeight) / ROW) + 10);
    const mine = names()[3];
    const query = new URLSearchParams([...task.query()].filter(([name]) => ['status', 'q', 'sort'].includes(name))).toString();
    const now = `${first} ${last} ${told}`;
    if (now === drawn && parts.space.firstChild) return;
    drawn = now;
    const rows = places.slice(first, last).map((t, n) => {
      const row = run.last(columns, t);
      const look = run.look(columns, row);
      const id = run.taskId(columns, t);
      const length = run.length(columns, row);
      const isBad = look === 'failed' || look === 'killed';
      const link = make('a', `${id === mine ? 'is-on' : ''}${isBad ? ' is-bad' : ''}`.trim(), null, { href: run.href(columns, t) + (query ? `?${query}` : ''), title: columns.label[t] });
      if (id === mine) link.setAttribute('aria-current', 'true');
      link.style.top = `${(first + n) * ROW}px`;
      const bar = make('i', 'len');
      const part = make('b', '');
      part.style.width = `${Math.round((100 * (length || 0)) / longest)}%`;
      bar.append(part);
      const tries = columns.first[t + 1] - columns.first[t];
      link.append(run.glyph(look), make('span', 'mono', id), make('span', 'ell t2 grow', columns.label[t]));
      if (tries > 1) link.append(make('span', 'micro t3 nw', `×${tries}`));
      link.append(make('span', 'nw', Number.isNaN(length) ? '–' : window.mf.time.duration(length)), bar);
      return link;
    });
    place(rows);
    host.dataset.drawn = '1';
  }

  /** Put the rows into the list; one that looks as before stays where it is, and keeps its click. @param {HTMLElement[]} rows */
  function place(rows) {
    const present = new Map([...parts.space.children].map((one) => [one.getAttribute('href'), one]));
    const shown = rows.map((row) => {
      const before = present.get(row.getAttribute('href'));
      return before?.isEqualNode(row) ? before : row;
    });
    for (const one of present.values()) if (!shown.includes(one)) one.remove();
    shown.forEach((one, n) => {
      if (parts.space.children[n] !== one) parts.space.insertBefore(one, parts.space.children[n] || null);
    });
  }

  /** To the next or previous task, or the next failed one. @param {1 | -1} by @param {boolean} failed */
  function step(by, failed) {
    if (!host?.isConnected || !columns) return false;
    for (let n = here() + by; n >= 0 && n < places.length; n += by) {
      const look = run.look(columns, run.last(columns, places[n]));
      if (failed && look !== 'failed' && look !== 'killed') continue;
      const query = new URLSearchParams([...task.query()].filter(([name]) => ['status', 'q', 'sort'].includes(name))).toString();
      window.mf.go(run.href(columns, places[n]) + (query ? `?${query}` : ''));
      break;
    }
    return true;
  }

  window.addEventListener('mf:attempt', load);
  window.addEventListener('mf:task-refresh', load);
  window.addEventListener('DOMContentLoaded', () => {
    const before = window.mf.nextRow;
    window.mf.nextRow = (by, failed) => (window.mf.find('#task-rail') ? step(by, failed) : before?.(by, failed));
  });
})();
