/**
 * The rows of the tables of artifacts, from what their bodies carry (`data-rows`). Everything is set as text.
 *
 * @typedef {{name: string, type: string, size: string, text: string | null, note: string, sha: string, code: string, change?: [string, string]}} Row
 */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});
  const QUIET = ['same', 'parameter']; // changes that are none

  /** @param {string} css @param {string | HTMLElement[]} content @param {Record<string, string>} [more] */
  function cell(css, content, more = {}) {
    const made = task.make('td', css, typeof content === 'string' ? content : null, more);
    if (typeof content !== 'string') made.append(...content);
    return made;
  }

  /** @param {Row} one */
  function row(one) {
    const made = task.make('tr', '');
    const seen = one.text === null ? task.make('span', 't3', one.note) : task.make('span', 'mono', one.text);
    made.append(
      cell('', [task.make('button', 'linklike mono m', one.name, { type: 'button', 'data-artifact': one.name })]),
      cell('small', one.type),
      cell('r small', one.size),
      cell('preview', [seen]),
      cell('mono t2', one.sha.slice(0, 8), { title: one.sha }),
    );
    if (one.change) {
      const [word, title] = one.change;
      const css = QUIET.includes(word) ? 't3' : 'm';
      made.append(cell('small', [task.make('span', css, word, title ? { title } : {})]));
    }
    const open = task.make('button', 'mf-iconbtn sm', null, { type: 'button', title: 'Open the value', 'aria-label': `Open ${one.name}`, 'data-artifact': one.name });
    open.append(task.icon('eye'));
    const copy = task.make('button', 'mf-iconbtn sm', null, { type: 'button', title: 'Copy code that loads it', 'aria-label': `Copy code that loads ${one.name}`, 'data-copy': one.code });
    copy.append(task.icon('copy'));
    made.append(cell('r nw', [open, copy]));
    return made;
  }

  window.addEventListener('mf:artifacts', () => {
    for (const body of document.querySelectorAll('#react-entry-point #task-artifacts tbody[data-rows]')) {
      if (!body.firstChild) body.append(...JSON.parse(body.getAttribute('data-rows') || '[]').map(row));
    }
  });
})();
