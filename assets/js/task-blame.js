/**
 * From the exception to its line in the log: the end of the log is searched for the text that the block shows. Where the
 * lines of a large log are still being counted, the link leads to its end.
 */
(function () {
  'use strict';
  const task = window.mf.task;
  const REACH = 20_000; // lines from the end
  /** @type {Map<string, {stream: string, line: number | null}>} */
  const known = new Map();

  const place = () => /** @type {HTMLElement | null} */ (window.mf.find('.blame [data-line-of]'));
  const name = () => `${task.body()?.dataset.api} ${task.body()?.dataset.attempt}`;

  /** @param {string} text @param {Record<string, {bytes: number, lines: number | null}>} streams */
  async function find(text, streams) {
    for (const stream of ['stderr', 'stdout']) {
      const { bytes, lines } = streams[stream] || { bytes: 0, lines: 0 };
      if (!bytes) continue;
      if (lines === null) return { stream, line: null };
      const from = String(Math.max(1, lines - REACH));
      // The scheduler writes what happened and why below each other, the block beside each other.
      for (const search of [text, text.slice(text.indexOf(': ') + 2)]) {
        const found = await task.ask(`logs/${stream}`, { search, case: '1', lines: '0', from }).catch(() => null);
        const numbers = found?.matches.numbers || [];
        if (numbers.length) return { stream, line: numbers[numbers.length - 1] };
      }
    }
    return null;
  }

  function show() {
    const host = place();
    const found = known.get(name());
    if (!host || !found || host.firstChild) return;
    const line = found.line ? `&line=${found.line}` : '';
    const href = `?attempt=${task.body()?.dataset.attempt}&log=${found.stream}${line}`;
    const words = found.line ? `${found.stream} line ${found.line.toLocaleString('en-US')}` : `end of ${found.stream}`;
    const link = task.make('a', 'mf-btn sm', words, { href, 'data-hard': '', title: 'Show it in the log' });
    link.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      task.showLine(found.stream, found.line);
    });
    host.replaceChildren(link);
  }

  window.addEventListener('mf:attempt', show);
  window.addEventListener('mf:log', async (event) => {
    const mine = name();
    const text = place()?.dataset.lineOf;
    if (!text || known.has(mine)) return;
    const found = await find(text, /** @type {CustomEvent} */ (event).detail.streams);
    if (!found) return;
    known.set(mine, found);
    show();
  });
})();
