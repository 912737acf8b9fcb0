/**
 * The runs and tasks that were opened last in this browser (localStorage `mf-recent`, by path prefix). What is read
 * back is taken for a pathspec and the name of a status, never for a URL or HTML.
 *
 * @typedef {Object} Recent
 * @property {string} pathspec  Of a run or a task.
 * @property {string} look  The CSS name of its status when it was seen last.
 */
(function () {
  'use strict';
  const palette = (window.mf.palette = window.mf.palette || {});
  const KEPT = 20;
  const LONGEST = 1100; // characters of a pathspec
  const name = () => `mf-recent${window.mf.prefix()}`;

  /** @param {any} one @returns {one is Recent} */
  const isRecent = (one) => {
    if (typeof one?.pathspec !== 'string' || typeof one.look !== 'string' || one.pathspec.length > LONGEST) return false;
    const parts = one.pathspec.split('/');
    return (parts.length === 2 || parts.length === 4) && parts.every(Boolean) && /^[a-z]{1,12}$/.test(one.look);
  };

  /** @returns {Recent[]} the newest first */
  palette.recent = () => {
    try {
      const found = JSON.parse(localStorage.getItem(name()) || '[]');
      return Array.isArray(found) ? found.slice(0, KEPT).filter(isRecent) : [];
    } catch {
      return [];
    }
  };

  function remember() {
    const head = window.mf.find('#shell-main [data-object]');
    const one = { pathspec: head?.getAttribute('data-object') || '', look: head?.getAttribute('data-look') || 'unknown' };
    if (!isRecent(one)) return;
    const before = palette.recent();
    if (before[0]?.pathspec === one.pathspec && before[0].look === one.look) return;
    const kept = [one, ...before.filter((/** @type {Recent} */ other) => other.pathspec !== one.pathspec)].slice(0, KEPT);
    try {
      localStorage.setItem(name(), JSON.stringify(kept));
    } catch {
      /* storage is blocked or full: nothing is remembered */
    }
  }

  window.mf.ready(() => {
    const main = window.mf.find('#shell-main');
    if (!main) return;
    const watch = new MutationObserver(remember);
    watch.observe(main, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-object', 'data-look'] });
    remember();
  });
})();
