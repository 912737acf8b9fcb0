/**
 * The attempts of a run as typed arrays, fetched as bytes and kept up by what has changed since.
 *
 * The bytes are those of dashboard/run_state/wire.py. Times are milliseconds since the start of the run, NaN where there
 * is none. Attempts stand in the order of tasks and attempts: those of task `t` are rows `first[t]` … `first[t + 1] - 1`.
 *
 * @typedef {Object} Columns
 * @property {Record<string, any>} head  stamp, now, t0, steps, variables, lanes, run … of the newest answer
 * @property {Float64Array} id
 * @property {Uint16Array} step
 * @property {Int32Array} index
 * @property {string[]} label
 * @property {Map<number, string>} name  ids of orchestrators, by task
 * @property {Uint32Array} task
 * @property {Uint16Array} attempt
 * @property {Uint8Array} status
 * @property {Uint8Array} qualifier
 * @property {Float64Array} queued
 * @property {Float64Array} started
 * @property {Float64Array} finished
 * @property {Uint32Array} first
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const NONE = -(2 ** 31);
  const ATTEMPTS = 4096;
  const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i4: Int32Array, f8: Float64Array };
  const PER_TASK = ['id', 'step', 'index'];
  const PER_ROW = ['task', 'attempt', 'status', 'qualifier', 'queued', 'started', 'finished'];
  const STATUSES = ['pending', 'running', 'completed', 'failed', 'unknown'];
  const QUALIFIERS = [null, 'killed', 'lost', 'caught', 'cloned'];

  /** @param {ArrayBuffer} buffer @returns {{head: any, arrays: Record<string, any>}} */
  function decode(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    /** @type {Record<string, any>} */
    const arrays = {};
    let at = 4 + length;
    for (const [name, type, size] of head.arrays) {
      const Type = TYPES[/** @type {keyof typeof TYPES} */ (type)];
      const bytes = size * Type.BYTES_PER_ELEMENT;
      arrays[name] = new Type(buffer.slice(at, at + bytes)); // a copy: eight-byte arrays need not be aligned
      at += bytes + ((4 - (bytes % 4)) % 4);
    }
    for (const name of ['label', 'name']) {
      const text = new TextDecoder().decode(arrays[name]);
      arrays[name] = (name === 'label' ? arrays.place : arrays.named).length ? text.split('\n') : [];
    }
    for (const name of ['queued', 'started', 'finished']) {
      arrays[name] = Float64Array.from(arrays[name], (value) => (value === NONE ? NaN : value * head.unit));
    }
    return { head, arrays };
  }

  /** @param {Columns} columns the rows in order, and where each task's begin */
  function ordered(columns) {
    const rows = columns.task.length;
    let sorted = true;
    for (let n = 1; n < rows && sorted; n++) sorted = key(columns, n - 1) < key(columns, n);
    if (!sorted) {
      const order = Uint32Array.from({ length: rows }, (_, n) => n).sort((a, b) => key(columns, a) - key(columns, b));
      for (const name of PER_ROW) columns[name] = columns[name].map((/** @type {any} */ _, /** @type {number} */ n) => columns[name][order[n]]);
    }
    columns.first = new Uint32Array(columns.id.length + 1);
    for (let n = 0; n < rows; n++) columns.first[columns.task[n] + 1]++;
    for (let t = 0; t < columns.id.length; t++) columns.first[t + 1] += columns.first[t];
    return columns;
  }

  const key = (/** @type {Columns} */ columns, /** @type {number} */ row) => columns.task[row] * ATTEMPTS + columns.attempt[row];

  /** @param {ArrayBuffer} buffer @returns {Columns} */
  function whole({ head, arrays }) {
    const columns = /** @type {any} */ ({ head, label: arrays.label, name: new Map() });
    for (const name of [...PER_TASK, ...PER_ROW]) columns[name] = arrays[name];
    arrays.named.forEach((/** @type {number} */ place, /** @type {number} */ n) => columns.name.set(place, arrays.name[n]));
    return ordered(columns);
  }

  /** @param {any} array @param {number} size */
  function grown(array, size) {
    const bigger = new array.constructor(size);
    bigger.set(array);
    return bigger;
  }

  /**
   * What has changed, put into a copy of the columns.
   * @param {Columns} before
   * @param {{head: any, arrays: Record<string, any>}} news
   */
  function merged(before, { head, arrays }) {
    const columns = /** @type {any} */ ({ ...before, head, label: before.label.slice(), name: new Map(before.name) });
    for (const name of PER_TASK) columns[name] = grown(before[name], head.tasks);
    arrays.place.forEach((/** @type {number} */ place, /** @type {number} */ n) => {
      for (const name of PER_TASK) columns[name][place] = arrays[name][n];
      columns.label[place] = arrays.label[n];
    });
    arrays.named.forEach((/** @type {number} */ place, /** @type {number} */ n) => columns.name.set(place, arrays.name[n]));
    const known = new Map();
    for (const place of arrays.place) {
      if (place >= before.id.length) continue;
      for (let row = before.first[place]; row < before.first[place + 1]; row++) known.set(key(before, row), row);
    }
    const fresh = arrays.task.reduce((/** @type {number} */ sum, /** @type {number} */ _, /** @type {number} */ n) =>
      sum + (known.has(key(arrays, n)) ? 0 : 1), 0);
    for (const name of PER_ROW) columns[name] = grown(before[name], before.task.length + fresh);
    let next = before.task.length;
    for (let n = 0; n < arrays.task.length; n++) {
      const row = known.get(key(arrays, n)) ?? next++;
      for (const name of PER_ROW) columns[name][row] = arrays[name][n];
    }
    return ordered(columns);
  }

  /**
   * The columns of the run as the server has them now; the same object when nothing has changed.
   * @param {string} url
   * @param {Columns | null} before
   * @returns {Promise<Columns | null>}
   */
  run.fetch = async (url, before) => {
    const answer = await fetch(before ? `${url}?since=${before.head.stamp}` : url);
    if (answer.status === 204) return before;
    if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.error || `The server answered ${answer.status}.`);
    const news = decode(await answer.arrayBuffer());
    return news.head.whole || !before ? whole(news) : merged(before, news);
  };

  /** @param {Columns} c @param {number} row @returns {string} the css name of an attempt's status */
  run.look = (c, row) => QUALIFIERS[c.qualifier[row]] || STATUSES[c.status[row]];
  /** @param {Columns} c @param {number} row @returns {string} the official word */
  run.status = (c, row) => STATUSES[c.status[row]];
  /** @param {Columns} c @param {number} task @returns {number} the row of its last attempt */
  run.last = (c, task) => c.first[task + 1] - 1;
  /** @param {Columns} c @param {number} task */
  run.taskId = (c, task) => c.name.get(task) ?? String(c.id[task]);
  /** @param {Columns} c milliseconds since the start of the run */
  run.now = (c) => window.mf.time.now() - c.head.t0;
  /** How long an attempt took, or has been running. @param {Columns} c @param {number} row */
  run.length = (c, row) => {
    if (run.status(c, row) === 'pending') return NaN;
    const start = Number.isNaN(c.started[row]) ? c.queued[row] : c.started[row];
    const end = run.status(c, row) === 'running' ? run.now(c) : c.finished[row];
    return Math.max(0, end - start);
  };
})();
