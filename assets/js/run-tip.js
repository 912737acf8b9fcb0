/** What a bar of the timeline says of its task: beside the pointer, and beside a label that has the focus. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const STATUS = { failed: 'failed', killed: 'killed', running: 'running', pending: 'not started', completed: 'completed', caught: 'exception caught', cloned: 'cloned', unknown: 'unknown' };
  /** @type {Map<string, Promise<any>>} what only the server knows, by address */
  const known = new Map();
  /** @type {HTMLElement | null} */
  let tip = null;
  let shown = '';

  /** @typedef {import('./run-columns.js').Columns} Columns */

  function element() {
    if (!tip || !tip.isConnected) {
      tip = run.make('div', 'mf-pop mf-tip tl-tip', null, { role: 'tooltip', hidden: '' });
      document.body.append(/** @type {HTMLElement} */ (tip));
    }
    return /** @type {HTMLElement} */ (tip);
  }

  /** @param {HTMLElement} list @param {string} name @param {(string | Node)[]} parts */
  function fact(list, name, ...parts) {
    const value = run.make('dd', '');
    value.append(...parts);
    list.append(run.make('dt', '', name), value);
    return value;
  }

  const bold = (/** @type {string} */ text) => run.make('b', 'm', text);
  const muted = (/** @type {string} */ text) => run.make('span', 't3', text);

  /** @param {Columns} c @param {number} ms since the start of the run */
  const clock = (c, ms) => window.mf.time.written(c.head.t0 + ms, 'clock');

  /** @param {Columns} c @param {number} row */
  function content(c, row) {
    const t = c.task[row];
    const look = run.look(c, row);
    const { duration } = window.mf.time;
    const count = c.first[t + 1] - c.first[t];
    const tries = c.attempt[run.last(c, t)] + 1;
    const head = run.make('div', 'hd');
    const which = tries > 1 ? ` attempt ${c.attempt[row]}${row === run.last(c, t) ? `, the last of ${tries}` : ` of ${tries}`}` : '';
    head.append(run.glyph(look), run.make('span', 'mono', `${c.head.steps[c.step[t]]}/${run.taskId(c, t)}`), muted(which || ` ${STATUS[/** @type {'failed'} */ (look)]}`));
    const list = run.make('dl', '');
    const names = c.head.variables[c.head.steps[c.step[t]]] || [];
    if (c.label[t]) fact(list, 'Label', names.length ? `${names.join(', ')}=${c.label[t]}` : c.label[t]);
    const [queued, started] = [c.queued[row], c.started[row]];
    const waited = (Number.isNaN(started) ? (look === 'pending' ? run.now(c) : queued) : started) - queued;
    fact(list, 'Queued', `${clock(c, queued)} `, muted(`+${duration(queued)}`), ' for ', bold(duration(waited)));
    const length = run.length(c, row);
    if (!Number.isNaN(length)) {
      const start = Number.isNaN(started) ? queued : started;
      const end = run.status(c, row) === 'running' ? 'now' : Number.isNaN(c.finished[row]) ? '?' : clock(c, c.finished[row]);
      fact(list, 'Ran', `${clock(c, start)} → ${end}, `, bold(duration(length)));
    }
    const ratio = run.ratio(c, t);
    if (!Number.isNaN(ratio) && row === run.last(c, t)) fact(list, 'Versus p50', `${ratio.toFixed(1)}×`);
    const foot = run.make('div', 'ft', count > 1 ? 'Click opens the attempt' : 'Click opens the task');
    return { head, list, foot };
  }

  /**
   * Show the tooltip of an attempt near a point of the window.
   * @param {Columns} c
   * @param {number} row
   * @param {number} x
   * @param {number} y
   * @param {string} url of the columns
   */
  run.showTip = (c, row, x, y, url) => {
    const box = element();
    const key = `${c.head.stamp} ${row}`;
    if (shown !== key || box.hidden) {
      shown = key;
      const { head, list, foot } = content(c, row);
      box.replaceChildren(head, list, foot);
      box.hidden = false;
      const look = run.look(c, row);
      if (look === 'failed' || look === 'killed' || look === 'caught') run.about(c, [row], url).then(([found]) => {
        if (shown !== key || !found) return;
        if (found.error) fact(list, 'Error', found.error).className = 'fg-failed tip-error';
        fact(list, 'Evidence', found.reason).className = 'tip-error';
        place(box, x, y);
      });
    }
    place(box, x, y);
  };

  /** @param {HTMLElement} box @param {number} x @param {number} y */
  function place(box, x, y) {
    const { offsetWidth: width, offsetHeight: height } = box;
    box.style.left = `${Math.max(8, Math.min(x + 14, window.innerWidth - width - 8))}px`;
    box.style.top = `${y + 18 + height > window.innerHeight ? Math.max(8, y - height - 12) : y + 18}px`;
  }

  run.hideTip = () => {
    shown = '';
    if (tip) tip.hidden = true;
  };

  /**
   * Reason, error and host of attempts, from the server; each is asked for once as long as its status stays.
   * @param {Columns} c
   * @param {number[]} rows
   * @param {string} url
   * @returns {Promise<any[]>}
   */
  run.about = (c, rows, url) => {
    const name = (/** @type {number} */ row) => `${c.id[c.task[row]]}:${c.attempt[row]}`;
    const key = (/** @type {number} */ row) => `${url} ${name(row)} ${run.look(c, row)}`;
    if (known.size > 5000) known.clear();
    const fresh = rows.filter((row) => !known.has(key(row)));
    for (let n = 0; n < fresh.length; n += 50) {
      const some = fresh.slice(n, n + 50);
      const answer = fetch(`${url}/attempts?of=${some.map(name).join(',')}`).then((one) => (one.ok ? one.json() : {})).catch(() => ({}));
      for (const row of some) known.set(key(row), answer.then((found) => found[name(row)] || null));
    }
    return Promise.all(rows.map((row) => known.get(key(row))));
  };
})();
