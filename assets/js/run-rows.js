/**
 * Which rows the timeline has, and where: a step, the summary of its many tasks, its tasks, what is left out.
 *
 * @typedef {Object} Lane  one step, as the server summarises it (dashboard/run_lanes.py)
 * @property {string} step
 * @property {number} tasks
 * @property {Record<string, number>} looks  tasks by the css name of their status
 * @property {string} look
 * @property {number | null} start
 * @property {number | null} end
 * @property {number | null} median
 * @property {number | null} typical  how long the step took in the last good run
 * @property {string} note
 *
 * @typedef {Object} Block  rows of one kind below each other
 * @property {'step' | 'summary' | 'tasks' | 'more'} kind
 * @property {number} y  pixels from the top
 * @property {number} height  of one row
 * @property {Lane} lane
 * @property {Uint32Array | number[]} tasks  of `tasks`: one a row; else those of the step that fit
 * @property {number} shown  of `more`: how many are listed
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const HEIGHT = { step: 28, summary: 92, tasks: 24, more: 32 };
  const MANY = 12; // tasks from which on a step has a summary
  const FEW = 40; // tasks of a run that is small enough to list all of them
  // A word of the query → the looks that answer to it; official words include their kinds.
  const WORDS = { failed: ['failed', 'killed'], running: ['running', 'lost'], completed: ['completed', 'caught', 'cloned'] };

  /** @typedef {import('./run-columns.js').Columns} Columns */
  /** @typedef {import('./run-query.js').TaskQuery} TaskQuery */

  /** `name=value`, or a text without a value. @param {string} text @returns {[string, string | null]} */
  function parted(text) {
    const at = text.indexOf('=');
    return at < 0 ? [text.trim(), null] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  }

  /** Whether the text asks for what only the database knows. @param {Columns} c @param {string} q */
  run.isSearched = (c, q) => {
    const [name, value] = parted(q);
    if (q.startsWith('artifact:')) return true;
    return value !== null && !Object.values(c.head.variables).some((/** @type {any} */ names) => names.includes(name));
  };

  let searched = { name: '', answer: /** @type {Promise<Set<number> | null>} */ (Promise.resolve(null)) };

  /**
   * Ids of the tasks that the database finds for a text; null where the text is looked for here.
   * @param {Columns} c
   * @param {string} q
   * @param {string} url of the columns
   * @returns {Promise<Set<number> | null>}
   */
  run.found = (c, q, url) => {
    const name = q && run.isSearched(c, q) ? `${url}/matches?${new URLSearchParams({ q })} ${c.head.stamp}` : '';
    if (name !== searched.name) searched = { name, answer: name ? ask(name.split(' ')[0]) : Promise.resolve(null) };
    return searched.answer;
  };

  /** @param {string} address */
  async function ask(address) {
    const answer = await fetch(address);
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) window.mfToast(found.error || `The server answered ${answer.status}.`, 'error');
    return new Set(answer.ok ? found.tasks : []);
  }

  /**
   * The tasks that fit the query, in its order, as places.
   * @param {Columns} c
   * @param {TaskQuery} query
   * @param {Set<number> | null} found  ids of the tasks that a search of the database found
   */
  run.tasks = (c, query, found) => {
    const steps = query.step.length ? new Set(query.step.map((step) => c.head.steps.indexOf(step))) : null;
    const looks = query.status.length ? new Set(query.status.flatMap((word) => WORDS[/** @type {'failed'} */ (word)] || [word])) : null;
    const [name, value] = parted(query.q.toLowerCase());
    const wanted = query.q && !found ? value ?? name : null;
    const places = [];
    for (const t of run.order(c, query.sort || 'failed')) {
      if (steps && !steps.has(c.step[t])) continue;
      if (looks && !looks.has(run.look(c, run.last(c, t)))) continue;
      if (found ? !found.has(c.id[t]) : wanted !== null && !hasText(c, t, wanted, value === null)) continue;
      places.push(t);
    }
    return places;
  };

  /** @param {Columns} c @param {number} t @param {string} wanted @param {boolean} alsoId */
  const hasText = (c, t, wanted, alsoId) =>
    c.label[t].toLowerCase().includes(wanted) || (alsoId && run.taskId(c, t).toLowerCase().includes(wanted));

  /**
   * The rows of the timeline from top to bottom.
   * @param {Columns} c
   * @param {TaskQuery} query
   * @param {Set<number> | null} found
   * @returns {{blocks: Block[], height: number, shown: number}}
   */
  run.rows = (c, query, found) => {
    const tasks = run.tasks(c, query, found);
    /** @type {Block[]} */
    const blocks = [];
    let y = 0;
    const put = (/** @type {Block['kind']} */ kind, /** @type {any} */ lane, /** @type {any} */ places, rows = 1, shown = 0) => {
      blocks.push({ kind, y, height: HEIGHT[kind], lane, tasks: places, shown });
      y += HEIGHT[kind] * rows;
    };
    if (!query.grouped) {
      put('tasks', null, tasks, tasks.length);
      return { blocks, height: y, shown: tasks.length };
    }
    const byStep = new Map(c.head.steps.map((/** @type {string} */ step) => [step, []]));
    for (const t of tasks) byStep.get(c.head.steps[c.step[t]]).push(t);
    const narrowed = query.status.length || query.step.length || query.q;
    for (const lane of c.head.lanes) {
      const mine = byStep.get(lane.step) || [];
      if (narrowed && !mine.length) continue;
      put('step', lane, mine);
      if (lane.tasks < 2) continue;
      if (lane.tasks > MANY) put('summary', lane, mine);
      const listed = Math.min(mine.length, query.open ? query.open.get(lane.step) ?? 0 : usual(c, lane));
      if (!listed) continue;
      put('tasks', lane, mine.slice(0, listed), listed);
      if (listed < mine.length) put('more', lane, mine, 1, listed);
    }
    return { blocks, height: y, shown: tasks.length };
  };

  /** How many tasks of a step are listed when the URL does not say. @param {Columns} c @param {Lane} lane */
  function usual(c, lane) {
    if (c.id.length <= FEW) return FEW;
    const asks = (/** @type {Lane} */ one) => one.tasks > 1 && Boolean(one.looks.failed || one.looks.killed || one.looks.running);
    if (c.head.lanes.some(asks)) return asks(lane) ? run.SOME : 0;
    return lane.tasks === Math.max(...c.head.lanes.map((/** @type {Lane} */ one) => one.tasks)) ? run.SOME : 0;
  }
  run.usual = usual;

  /**
   * The block at a height, and the row in it.
   * @param {Block[]} blocks
   * @param {number} y
   * @returns {{block: Block, n: number} | null}
   */
  run.at = (blocks, y) => {
    let [low, high] = [0, blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (blocks[middle].y <= y) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    if (!block || y < block.y) return null;
    const n = Math.floor((y - block.y) / block.height);
    return n < (block.kind === 'tasks' ? block.tasks.length : 1) ? { block, n } : null;
  };
})();
