/**
 * Objects for the command palette: asked of the server at `/-/api/find`, and drawn as options with their status.
 *
 * @typedef {Object} Found  An object of the answer; docs/api.md says more.
 * @property {'flow' | 'run' | 'step' | 'task' | 'runs'} kind
 * @property {string | null} pathspec
 * @property {string} url
 * @property {string | null} status
 * @property {string | null} qualifier
 * @property {number | null} at
 * @property {string} note
 *
 * @typedef {{ objects: Found[], complete: boolean, message: string | null, near: Found[] }} Answer
 */
(function () {
  'use strict';
  const palette = (window.mf.palette = window.mf.palette || {});
  /** @typedef {import('./palette.js').Option} Option */
  /** @type {Record<string, string>} */
  const LOOK = { killed: 'killed', 'no heartbeat': 'lost', caught: 'caught', cloned: 'cloned' }; // of a qualifier
  /** @type {Record<string, string>} */
  const WORDS = { lost: 'no heartbeat', caught: 'completed, caught' }; // where it is not the look itself
  const NOUNS = { flow: 'Flows', run: 'Runs', step: 'Steps', task: 'Tasks', runs: 'Runs page' };

  /**
   * The answer, or one with a sentence about what is wrong.
   * @param {Record<string, string | string[]>} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  palette.ask = async (asked, signal) => {
    const query = new URLSearchParams({ quiet: '1' });
    for (const [key, value] of Object.entries(asked)) for (const one of [value].flat()) query.append(key, one);
    try {
      const answer = await fetch(`${window.mf.prefix()}-/api/find?${query}`, { signal });
      const found = await answer.json();
      if (Array.isArray(found.objects)) return found;
      return { objects: [], complete: true, message: String(found.error || 'Nothing could be looked up.'), near: [] };
    } catch (error) {
      if (signal.aborted) throw error;
      return { objects: [], complete: true, message: 'The dashboard does not answer.', near: [] };
    }
  };

  /** @param {string} look */
  const glyph = (look) => (look ? `st st-${look}` : 'ic ic-right');
  /** @param {string} look */
  const word = (look) => WORDS[look] || look;

  /** @param {Found} one */
  const lookOf = (one) => (one.qualifier && LOOK[one.qualifier]) || one.status || '';

  /** What is said of an object beside its name. @param {Found} one */
  function note(one) {
    if (one.kind === 'step') return one.note;
    const look = lookOf(one);
    const age = one.at ? window.mf.time.relative(one.at) : '';
    const parts = one.kind === 'flow' ? [one.note, word(look), age] : one.kind === 'run' ? [word(look), age, one.note] : [word(look), one.note];
    return parts.filter(Boolean).join(', ');
  }

  /** @param {Found} one @returns {Option} */
  const option = (one) => ({
    label: one.pathspec || 'Runs with the filters of this URL',
    pathspec: one.pathspec || undefined,
    isDeepest: one.kind === 'task',
    glyph: one.kind === 'runs' ? 'ic ic-filter' : glyph(lookOf(one)),
    status: word(lookOf(one)),
    note: note(one),
    href: one.url,
  });
  palette.option = option;

  /** Objects in groups by their kind, in the order in which the kinds come. @param {Found[]} found */
  palette.groups = (found) => {
    /** @type {Map<string, Option[]>} */
    const groups = new Map();
    for (const one of found) {
      const title = NOUNS[one.kind] || 'Go to';
      groups.set(title, [...(groups.get(title) || []), option(one)]);
    }
    return [...groups].map(([title, options]) => ({ title, options }));
  };

  /** A remembered object until the server has said how it is. @param {import('./palette-recent.js').Recent} one @returns {Option} */
  palette.remembered = (one) => ({
    label: one.pathspec,
    pathspec: one.pathspec,
    isDeepest: one.pathspec.split('/').length === 4,
    glyph: glyph(one.look),
    status: word(one.look),
    note: '',
    href: window.mf.prefix() + one.pathspec.split('/').map(encodeURIComponent).join('/'),
  });
})();
