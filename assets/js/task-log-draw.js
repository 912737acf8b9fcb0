/**
 * The lines of a log as elements: number, time, text with its colours and marks, folds of what is not the user's.
 * Text is always set as text; nothing of a log becomes markup.
 */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});
  const FOLDED = { runtime: 'from the Metaflow runtime', library: 'of frames in libraries' };
  const WEIGHTS = { b: 'a-b', d: 'a-dim', i: 'a-it', u: 'a-u' };
  const MARKS = 500; // of one line

  /** What a search marks. @param {{text: string, regex: boolean, case: boolean} | null} search @returns {RegExp | null} */
  task.pattern = (search) => {
    if (!search?.text) return null;
    try {
      const text = search.regex ? search.text : search.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return new RegExp(text, search.case ? 'gu' : 'giu');
    } catch {
      return null; // a pattern that only the server understands: lines are found, nothing in them is marked
    }
  };

  /** @param {HTMLElement} place @param {import('./task-log-lines.js').Line} line @param {RegExp | null} pattern */
  function fill(place, line, pattern) {
    const ranges = [];
    if (pattern) {
      pattern.lastIndex = 0;
      for (const found of line.text.matchAll(pattern)) {
        if (found[0]) ranges.push([found.index, found.index + found[0].length]);
        if (ranges.length >= MARKS) break;
      }
    }
    let at = 0;
    for (const [classes, text] of line.parts || [['', line.text]]) {
      const css = classes.split(' ').filter(Boolean).map((one) => WEIGHTS[/** @type {'b'} */ (one)] || `a-${one}`).join(' ');
      const span = css ? task.make('span', css) : place;
      const end = at + text.length;
      let from = at;
      for (const [start, stop] of ranges) {
        if (stop <= at || start >= end) continue;
        if (start > from) span.append(text.slice(from - at, start - at));
        span.append(task.make('mark', '', text.slice(Math.max(start, at) - at, Math.min(stop, end) - at)));
        from = Math.min(stop, end);
      }
      span.append(text.slice(from - at));
      if (span !== place) place.append(span);
      at = end;
    }
  }

  /**
   * One line.
   * @param {import('./task-log-lines.js').Line | undefined} line
   * @param {number} number
   * @param {{counted: boolean, times: boolean, pattern: RegExp | null, chosen: [number, number] | null, current: number}} how
   */
  task.line = (line, number, how) => {
    const isChosen = how.chosen && number >= how.chosen[0] && number <= how.chosen[1] && how.counted;
    const row = task.make('div', `l k-${line?.kind || 'wait'}${isChosen ? ' perma' : ''}${number === how.current && how.counted ? ' is-current' : ''}`);
    row.dataset.line = String(number);
    const link = task.make('a', 'ln', how.counted ? number.toLocaleString('en-US') : '·');
    if (how.counted) link.setAttribute('href', `?line=${number}`);
    row.append(link);
    if (how.times) {
      const text = line?.time ? `${window.mf.time.written(line.time, 'clock')}.${String(line.time % 1000).padStart(3, '0')}` : '';
      row.append(task.make('span', 'ts', text));
    }
    const text = task.make('span', 'tx');
    if (line) fill(text, line, how.pattern);
    if (line?.bytes) text.append(task.make('span', 't3', ` … ${line.bytes.toLocaleString('en-US')} bytes in this line`));
    row.append(text);
    return row;
  };

  /** The kind of fold that a line belongs to; empty for none. @param {import('./task-log-lines.js').Line | undefined} line */
  task.foldOf = (line) => (line && line.kind in FOLDED ? line.kind : '');

  /** A row in place of several lines. @param {string} kind @param {number} from @param {number} to */
  task.fold = (kind, from, to) => {
    const count = to - from + 1;
    const words = `${count.toLocaleString('en-US')} ${count === 1 ? 'line' : 'lines'} ${FOLDED[/** @type {'runtime'} */ (kind)]} folded`;
    const row = task.make('button', 'foldb', null, { type: 'button', 'data-unfold': `${from}-${to}` });
    row.append(task.icon('right'), words);
    return row;
  };
})();
