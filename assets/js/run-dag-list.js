/** The steps of the graph as a table with links: for screen readers and the keyboard, and for whoever likes it better. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  const COLUMNS = ['Step', 'Status', 'Tasks', 'Failed', 'Time', 'Queue', 'Follows', 'What it does'];
  const WORDS = { completed: 'Completed', running: 'Running', failed: 'Failed', killed: 'Killed', caught: 'Caught', cloned: 'Cloned', pending: 'Not started', unknown: 'Unknown', notrun: 'Not run', lost: 'No heartbeat' };
  /** @typedef {{line: HTMLElement, cells: HTMLElement[], told: string}} Row */
  /** @type {{key: string, body: HTMLElement | null, rows: Map<string, Row>}} */
  let drawn = { key: '', body: null, rows: new Map() };
  let waiting = 0;

  /** @param {string} step */
  function toStep(step) {
    return run.make('a', 'mono', step, { href: dag.link({ sel: step }), title: step, 'data-step': step });
  }

  /** What does not change. @param {[string, string[], string]} step @returns {Row} */
  function row([name, before, doc]) {
    const cells = COLUMNS.map(() => run.make('td', ''));
    const line = run.make('tr', '', null, { 'data-row': name });
    cells[0].append(toStep(name));
    cells[0].firstChild?.setAttribute('data-main', '');
    before.forEach((step, n) => cells[6].append(...(n ? [', '] : []), toStep(step)));
    cells[7].textContent = doc.split('\n', 1)[0];
    cells[7].className = 't2';
    line.append(...cells);
    return { line, cells, told: '' };
  }

  /** What does. @param {Row} row @param {import('./run-dag-card.js').Card | undefined} card */
  function tell(row, card) {
    const told = JSON.stringify(card);
    if (row.told === told) return;
    row.told = told;
    const look = card?.look || 'pending';
    const status = run.make('span', 'cell-status');
    status.append(run.make('span', `st st-${look}`, null, { 'aria-hidden': 'true' }), run.make('span', '', WORDS[/** @type {'failed'} */ (look)] || look));
    row.cells[1].replaceChildren(status);
    row.cells[2].textContent = card?.tasks ? (card.done === card.tasks ? run.count(card.tasks) : `${run.count(card.done || 0)} of ${run.count(card.tasks)}`) : card?.line || '';
    row.cells[3].textContent = card?.failed ? run.count(card.failed) : '';
    row.cells[4].textContent = card?.spent || card?.value || '';
    row.cells[5].textContent = card?.waited?.replace('waits ', '') || '';
  }

  /** @param {Element} place @param {import('./run-dag-elements.js').Drawing | null} drawing */
  function replace(place, drawing) {
    const head = run.make('tr', '');
    head.append(...COLUMNS.map((word) => run.make('th', '', word, { scope: 'col' })));
    const table = run.make('table', 'mf-tbl dense dag-list');
    const [top, body] = [run.make('thead', ''), run.make('tbody', '')];
    const rows = new Map((drawing?.steps || []).map((step) => [step[0], row(step)]));
    top.append(head);
    body.append(...[...rows.values()].map((one) => one.line));
    table.append(run.make('caption', 'sr', `Steps of ${drawing?.flow || 'the flow'} in their order`), top, body);
    place.replaceChildren(...(rows.size ? [table] : []));
    drawn = { key: JSON.stringify(drawing?.steps), body, rows };
  }

  function draw() {
    waiting = 0;
    const place = document.querySelector('[data-dag-table]');
    if (!place) return;
    const drawing = dag.drawing();
    if (!place.contains(drawn.body) || drawn.key !== JSON.stringify(drawing?.steps)) replace(place, drawing);
    const { find, sel } = dag.asked();
    const wanted = find ? new Set(dag.matches(find)) : null;
    for (const [name, row] of drawn.rows) {
      tell(row, dag.states()?.cards?.[name]);
      row.line.hidden = Boolean(wanted && !wanted.has(name));
      row.line.classList.toggle('is-selected', name === sel);
    }
    for (const link of place.querySelectorAll('a[data-step]')) {
      link.setAttribute('href', dag.link({ sel: link.getAttribute('data-step') }));
    }
  }

  /** Bring the table up to date: at once where somebody reads it, else when the browser has time. */
  dag.list = () => {
    const { isTable } = dag.asked();
    const place = document.querySelector('[data-dag-table]');
    document.querySelector('.page-run')?.classList.toggle('is-dag-table', isTable);
    if (isTable || place?.contains(document.activeElement)) draw();
    else waiting = waiting || window.requestIdleCallback(draw, { timeout: 500 });
  };

  window.addEventListener('mf:arrive', () => requestAnimationFrame(dag.list));
})();
