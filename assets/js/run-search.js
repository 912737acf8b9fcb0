/** Searching tasks while one types: what the browser knows by itself is shown at once, the rest when Enter is pressed. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const SOON = 120; // ms after the last key
  let timer = 0;
  let isAhead = false; // of what the server drew the controls for

  /** @param {EventTarget | null} target @returns {HTMLInputElement | null} */
  const box = (target) => (target instanceof HTMLInputElement && target.closest('.run-search') ? target : null);

  /** @param {HTMLInputElement} field show what its text finds, and say so in the URL */
  function apply(field) {
    const text = field.value.trim();
    const columns = run.timeline.columns();
    if (!field.isConnected || !columns || run.isSearched(columns, text) || text === run.query().q) return;
    isAhead = true;
    run.replace((query) => (text ? query.set('q', text) : query.delete('q')));
    run.timeline.reread();
  }

  document.addEventListener('input', (event) => {
    const field = box(event.target);
    window.clearTimeout(timer);
    if (field) timer = window.setTimeout(apply, SOON, field);
  });

  // The controls around it follow once the field is left.
  document.addEventListener('focusout', (event) => {
    const field = box(event.target);
    if (!field) return;
    window.clearTimeout(timer);
    apply(field);
    if (isAhead) window.mf.go(location.pathname + location.search, true);
    isAhead = false;
  });

  // A download is that of what is shown now, not of what the link was made for.
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('.page-run .mf-bar a[download]');
    if (link instanceof HTMLAnchorElement) link.search = location.search;
  }, { capture: true });
})();
