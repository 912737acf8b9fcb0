/** The docstring of a step while the pointer rests on its card; the panel and the table have it for everybody else. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  const REST = 350; // ms
  let timer = 0;
  /** @type {HTMLElement | null} */
  let tip = null;

  function hide() {
    window.clearTimeout(timer);
    tip?.remove();
    tip = null;
  }

  /** @param {any} card */
  function show(card) {
    hide();
    const name = card.data('name');
    const doc = dag.drawing()?.steps.find((/** @type {any} */ step) => step[0] === name)?.[2];
    const host = document.getElementById('run-dag-graph');
    if (!doc || !host || card.hasClass('chain')) return;
    tip = run.make('div', 'mf-pop mf-tip dag-tip', null, { 'aria-hidden': 'true' });
    const head = run.make('div', '');
    head.append(run.make('b', 'm', name), run.make('span', 't3', '  docstring'));
    tip.append(head, run.make('div', 'doc', doc));
    document.body.append(tip);
    const box = card.renderedBoundingBox({ includeLabels: false, includeOverlays: false });
    const { left, top } = host.getBoundingClientRect();
    const right = left + box.x2 + 12;
    const isRoom = right + tip.offsetWidth < window.innerWidth - 8;
    tip.style.left = `${Math.round(isRoom ? right : Math.max(8, left + box.x1 - 12 - tip.offsetWidth))}px`;
    tip.style.top = `${Math.round(Math.max(8, Math.min(top + box.y1 - 8, window.innerHeight - tip.offsetHeight - 8)))}px`;
  }

  /** @param {any} graph */
  dag.explain = (graph) => {
    graph.on('mouseover', '.card', (/** @type {any} */ event) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(show, REST, event.target);
    });
    graph.on('mouseout tapstart viewport', hide);
  };
  window.addEventListener('mf:leave', hide);
  window.addEventListener('mf:arrive', hide);
})();
