/** The source of a step: asked for when its part of the panel is opened, shown as text with line numbers. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});

  /** @param {HTMLDetailsElement} part */
  async function fill(part) {
    const place = part.querySelector('.dag-source');
    if (!place || place.firstChild) return;
    const answer = await fetch(`${part.dataset.dagSource}?${new URLSearchParams({ step: part.dataset.step || '' })}`).catch(() => null);
    const told = answer ? await answer.json().catch(() => null) : null;
    if (place.firstChild) return;
    if (!told?.lines?.length) {
      place.append(run.make('p', 'small t3', told?.problem || told?.error || 'The source could not be asked for.'));
      return;
    }
    const text = run.make('pre', 'mono');
    for (const [number, line] of told.lines) text.append(run.make('span', 't3', `${String(number).padStart(5)}  `), `${line}\n`);
    place.append(text);
  }

  // `toggle` does not bubble, but it can be caught on the way down.
  document.addEventListener('toggle', (event) => {
    const part = event.target;
    if (part instanceof HTMLDetailsElement && part.open && part.hasAttribute('data-dag-source')) fill(part);
  }, true);
})();
