/** Columns that plugins add to the Runs page: their cells come after the rows, and are put into the empty spans there. */
(function () {
  'use strict';
  /** @type {Record<string, Record<string, [string, string | null, string]>>} text, link and title by run and plugin */
  let known = {};

  function draw() {
    for (const span of document.querySelectorAll('#runs-table [data-cell]')) {
      const run = span.closest('[data-row]')?.getAttribute('data-row') || '';
      const [text, url, title] = known[run]?.[span.getAttribute('data-cell') || ''] || ['', null, ''];
      const is = `${text}\n${url}\n${title}`;
      if (span.getAttribute('data-is') === is) continue;
      span.setAttribute('data-is', is);
      const inner = url ? document.createElement('a') : document.createElement('span');
      inner.textContent = text;
      inner.title = title;
      if (inner instanceof HTMLAnchorElement && url) {
        inner.href = url;
        if (!url.startsWith('/')) Object.assign(inner, { target: '_blank', rel: 'noopener noreferrer' });
      }
      span.replaceChildren(...(text ? [inner] : []));
    }
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plugins = Object.assign(window.dash_clientside.plugins || {}, {
    fill_cells(/** @type {typeof known | null} */ cells) {
      known = cells || {};
      requestAnimationFrame(draw); // the rows that came with it are in the page by then
    },
  });
})();
