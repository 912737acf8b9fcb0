/**
 * The value of an artifact below its row: a tree that opens level by level, a table, text by pages, a picture or a page
 * in a sandbox without scripts, or code that loads what cannot be shown. Everything of a value is set as text.
 */
(function () {
  'use strict';
  const task = window.mf.task;
  const { make } = task;

  /** @param {string} name @param {Record<string, string>} [more] */
  const ask = (name, more = {}) => task.ask(`artifacts/${encodeURIComponent(name)}`, more);
  const raw = (/** @type {string} */ name, more = '') =>
    `${task.body()?.dataset.api}/artifacts/${encodeURIComponent(name)}/raw?attempt=${task.body()?.dataset.attempt}${more}`;

  /** A level of a tree. @param {string} name @param {any} found */
  function tree(name, found) {
    const list = make('ul', 'tree');
    for (const node of found.nodes) {
      const item = make('li', '');
      const words = make('span', '');
      words.append(make('span', 'm', node.label), make('span', 't3', node.label ? ': ' : ''), node.summary, make('span', 't3', ` ${node.type}`));
      if (node.parts) {
        const button = make('button', '', '▸', { type: 'button', 'aria-expanded': 'false', 'aria-label': `Open ${node.label}` });
        button.addEventListener('click', async () => {
          const old = item.querySelector('ul');
          if (old) old.remove();
          else item.append(tree(name, await ask(name, { path: node.path })));
          button.textContent = old ? '▸' : '▾';
          button.setAttribute('aria-expanded', String(!old));
        });
        item.append(button);
      }
      item.append(words);
      list.append(item);
    }
    const next = found.offset + found.nodes.length;
    if (next < found.node.parts) {
      const item = make('li', '');
      const more = make('button', 'linklike', `${(found.node.parts - next).toLocaleString('en-US')} more`, { type: 'button' });
      more.addEventListener('click', async () => {
        const following = tree(name, await ask(name, { path: found.node.path, offset: String(next) }));
        item.replaceWith(...following.children);
      });
      item.append(more);
      list.append(item);
    }
    return list;
  }

  /** @param {any} found */
  function table(found) {
    const scroll = make('div', 'scroll', null, { tabindex: '0', role: 'region', 'aria-label': 'Table' });
    const made = make('table', 'mf-tbl dense');
    const head = make('tr', '');
    for (const one of found.heads) {
      const cell = make('th', '', one.name, { scope: 'col' });
      if (one.dtype) cell.append(make('span', 't3 micro', ` ${one.dtype}`));
      head.append(cell);
    }
    const group = make('thead', '');
    group.append(head);
    const body = make('tbody', '');
    for (const row of found.rows) {
      const line = make('tr', '');
      for (const cell of row) line.append(make('td', cell === null ? 't3' : 'mono', cell === null ? '–' : String(cell)));
      body.append(line);
    }
    made.append(group, body);
    scroll.append(made);
    return scroll;
  }

  /** Buttons between pages. @param {any} found @param {number} shown @param {number} total @param {(offset: number) => void} go */
  function pages(found, shown, total, go) {
    const bar = make('div', 'mf-bar small t3');
    const count = (/** @type {number} */ n) => n.toLocaleString('en-US');
    bar.append(make('span', '', `${count(found.offset + 1)}–${count(found.offset + shown)} of ${count(total)}`));
    for (const [words, offset, is] of /** @type {[string, number, boolean][]} */ ([
      ['Previous', Math.max(0, found.offset - shown), found.offset > 0], ['Next', found.offset + shown, found.offset + shown < total]])) {
      if (!is) continue;
      const button = make('button', 'linklike', words, { type: 'button' });
      button.addEventListener('click', () => go(offset));
      bar.append(button);
    }
    return bar;
  }

  /** @param {HTMLElement} place @param {string} name @param {number} [offset] */
  async function show(place, name, offset = 0) {
    /** @type {HTMLElement[]} */
    const made = [];
    let found;
    try {
      found = await ask(name, { offset: String(offset) });
    } catch (error) {
      place.replaceChildren(task.failure('The value cannot be read.', error instanceof Error ? error.message : String(error), () => show(place, name)));
      return;
    }
    const again = (/** @type {number} */ to) => show(place, name, to);
    const bar = make('div', 'mf-bar small');
    bar.append(make('b', 'mono', name), make('span', 't3', found.type || ''), make('span', 'grow'));
    if (found.view !== 'code') {
      const forms = found.view === 'table' ? [['CSV', '&format=csv'], ['JSON', '']] : [['Download', '']];
      for (const [words, more] of forms) {
        const link = make('a', 'mf-btn sm', null, { href: raw(name, more), download: '', 'data-hard': '', 'aria-label': `Download ${name}${words === 'Download' ? '' : ` as ${words}`}` });
        link.append(task.icon('download'), words);
        bar.append(link);
      }
    }
    made.push(bar);
    if (found.view === 'media') {
      // Neither scripts nor the origin of this page: what a value holds can at most be seen.
      made.push(make('iframe', '', null, { sandbox: '', src: raw(name, '&show=1'), title: `Value of ${name}`, referrerpolicy: 'no-referrer' }));
    } else if (found.view === 'table') {
      made.push(table(found));
      if (found.total_rows > found.rows.length) made.push(pages(found, found.rows.length, found.total_rows, again));
    } else if (found.view === 'text' || found.view === 'bytes') {
      made.push(make('pre', 'mf-code', found.text, { tabindex: '0' }));
      if (found.total > found.shown) made.push(pages(found, found.shown, found.total, again));
    } else if (found.view === 'code') {
      made.push(make('p', 't2', found.why), make('pre', 'mf-code', found.code));
    } else if (found.node.parts) made.push(tree(name, found));
    else made.push(make('pre', 'mf-code', found.node.summary));
    place.replaceChildren(...made);
    place.dataset.view = found.view;
  }

  /** @param {string} name @param {boolean} [toggle] */
  function open(name, toggle = false) {
    const button = [...document.querySelectorAll('#task-artifacts [data-artifact]')].find((one) => one.getAttribute('data-artifact') === name);
    const row = button?.closest('tr');
    const was = document.querySelector('#task-artifacts .value-row');
    const isSame = was?.previousElementSibling === row;
    was?.remove();
    if (!row || (toggle && isSame)) {
      task.replace({ artifact: null });
      return;
    }
    row.closest('details')?.setAttribute('open', '');
    const line = make('tr', 'value-row');
    const cell = make('td', '', null, { colspan: String(row.children.length) });
    const place = make('div', 'artifact-value', 'Reading…');
    cell.append(place);
    line.append(cell);
    row.after(line);
    task.replace({ artifact: name });
    show(place, name);
  }

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('#task-artifacts [data-artifact]') : null;
    if (button) open(button.getAttribute('data-artifact') || '', true);
  });
  // A list that was drawn anew has lost the value that was open in it.
  window.addEventListener('mf:artifacts', () => {
    const name = task.query().get('artifact');
    if (name && !window.mf.find('#task-artifacts .value-row')) open(name);
  });
})();
