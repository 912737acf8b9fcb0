/** The steps of the graph as a table with links: for screen readers and the keyboard, and for whoever likes it better. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  const COLUMNS = ['Step', 'Status', 'Tasks', 'Failed', 'Time', 'Queue', 'Follows', 'What it does'];
  const WORDS = { completed: 'Completed', running: 'Running', failed: 'Failed', killed: 'Killed', caught: 'Caught', cloned: 'Cloned', pending: 'Not started', unknown: 'Unknown', notrun: 'Not run', lost: 'No heartbeat' };
  let drawn = '';

  /** @param {string} step */
  function toStep(step) {
    return run.make('a', 'mono', step, { href: dag.link({ sel: step }), title: step });
  }

  /** @param {[string, string[], string]} step @param {import('./run-dag-card.js').Card | undefined} card */
  function row([name, before, doc], card) {
    const cells = COLUMNS.map(() => run.make('td', ''));
    const look = card?.look || 'pending';
    const line = run.make('tr', '', null, { 'data-row': name, ...(name === dag.asked().sel ? { class: 'is-selected' } : {}) });
    cells[0].append(toStep(name));
    cells[0].firstChild?.setAttribute('data-main', '');
    const status = run.make('span', 'cell-status');
    status.append(run.make('span', `st st-${look}`, null, { 'aria-hidden': 'true' }), run.make('span', '', WORDS[/** @type {'failed'} */ (look)] || look));
    cells[1].append(status);
    cells[2].textContent = card?.tasks ? (card.done === card.tasks ? run.count(card.tasks) : `${run.count(card.done || 0)} of ${run.count(card.tasks)}`) : card?.line || '';
    cells[3].textContent = card?.failed ? run.count(card.failed) : '';
    cells[4].textContent = card?.spent || card?.value || '';
    cells[5].textContent = card?.waited?.replace('waits ', '') || '';
    before.forEach((step, n) => cells[6].append(...(n ? [', '] : []), toStep(step)));
    cells[7].textContent = doc.split('\n', 1)[0];
    cells[7].className = 't2';
    line.append(...cells);
    return line;
  }

  /** Draw the table anew when it differs. */
  dag.list = () => {
    const place = document.querySelector('[data-dag-table]');
    if (!place) return;
    const drawing = dag.drawing();
    const { find, sel, isTable } = dag.asked();
    const page = document.querySelector('.page-run');
    page?.classList.toggle('is-dag-table', isTable);
    const steps = drawing?.steps || [];
    const wanted = find ? new Set(dag.matches(find)) : null;
    const shown = steps.filter((/** @type {any} */ [name]) => !wanted || wanted.has(name));
    const cards = dag.states()?.cards || {};
    const now = JSON.stringify([location.pathname, drawing?.key, find, sel, cards]);
    if (drawn === now && place.firstChild) return;
    drawn = now;
    const focused = document.activeElement?.closest('[data-dag-table] [data-row]')?.getAttribute('data-row');
    const head = run.make('tr', '');
    head.append(...COLUMNS.map((word) => run.make('th', '', word, { scope: 'col' })));
    const table = run.make('table', 'mf-tbl dense dag-list');
    const [top, body] = [run.make('thead', ''), run.make('tbody', '')];
    const caption = run.make('caption', 'sr', `Steps of ${drawing?.flow || 'the flow'} in their order`);
    top.append(head);
    body.append(...shown.map((/** @type {any} */ step) => row(step, cards[step[0]])));
    table.append(caption, top, body);
    place.replaceChildren(...(steps.length ? [table] : []));
    if (focused) [...body.children].find((one) => one.getAttribute('data-row') === focused)?.querySelector('a')?.focus({ preventScroll: true });
  };

  window.addEventListener('mf:arrive', () => requestAnimationFrame(dag.list));
})();
