/**
 * The part of the URL that says what the page of a run shows; the grammar is that of dashboard/task_query.py.
 *
 * @typedef {Object} TaskQuery
 * @property {string[]} status
 * @property {string[]} step
 * @property {string} q
 * @property {string | null} sort
 * @property {string} tab
 * @property {boolean} grouped
 * @property {boolean} clock
 * @property {[number, number] | null} zoom
 * @property {Map<string, number> | null} open  steps whose tasks are listed, with how many; null: as usual
 * @property {boolean} full
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const SOME = 12; // tasks of an opened step that are listed at first

  /** @returns {TaskQuery} */
  run.query = () => {
    const found = new URLSearchParams(location.search);
    const zoom = /^(-?\d{1,15})\.\.(-?\d{1,15})$/.exec(found.get('zoom') || '');
    return {
      status: found.getAll('status'),
      step: found.getAll('step'),
      q: (found.get('q') || '').trim(),
      sort: found.get('sort'),
      tab: found.get('tab') || 'timeline',
      grouped: found.get('group') !== 'none',
      clock: found.get('axis') === 'clock',
      zoom: zoom && Number(zoom[1]) < Number(zoom[2]) ? [Number(zoom[1]), Number(zoom[2])] : null,
      open: found.has('open') ? new Map(found.getAll('open').map(opened)) : null,
      full: found.get('full') === '1',
    };
  };

  /** `train` or `train:112` @param {string} text @returns {[string, number]} */
  function opened(text) {
    const number = /^(.*):(\d{1,7})$/s.exec(text);
    return number ? [number[1], Number(number[2])] : [text, SOME];
  }

  /**
   * Change the URL without asking the server: what only this browser draws. The entry in the history is replaced.
   * @param {(query: URLSearchParams) => void} change
   */
  run.replace = (change) => {
    const url = new URL(location.href);
    change(url.searchParams);
    history.replaceState(history.state, '', url);
  };

  /** The steps whose tasks are listed. @param {Map<string, number>} open */
  run.open = (open) => {
    run.replace((query) => {
      query.delete('open');
      const words = [...open].map(([step, number]) => (number === SOME ? step : `${step}:${number}`));
      for (const word of words.length ? words : ['-']) query.append('open', word);
    });
  };

  /** Why no task is shown. @param {any} c columns */
  run.nothing = (c) => {
    const absent = run.query().step.filter((/** @type {string} */ name) => !c.head.steps.includes(name));
    if (absent.length) return `No step ${absent.join(', ')} is registered in this run.`;
    return c.id.length ? 'No task fits these filters.' : 'No task has been registered yet.';
  };

  run.SOME = SOME;
})();
