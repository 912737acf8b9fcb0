/**
 * The Runs page between two answers of the server: rows held still under the pointer, the brush, the forms of the
 * filter menu, suggestions while one types.
 */
(function () {
  'use strict';
  let held = false;
  let over = false;
  let fuller = 0;

  /** Rows stay where they are while the page is scrolled or the pointer rests on them. */
  function hold() {
    const now = Boolean(document.getElementById('runs-table')) && (over || window.scrollY > 120);
    if (now === held) return;
    held = now;
    window.mf.set('runs-held', { data: held });
  }

  document.addEventListener('scroll', hold, { passive: true });
  document.addEventListener('pointerover', (event) => {
    const inside = event.target instanceof Element && event.target.closest('#runs-table tbody') !== null;
    if (inside !== over) {
      over = inside;
      hold();
    }
  }, { passive: true });
  window.addEventListener('mf:arrive', () => {
    held = false;
    over = false;
  });
  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[data-show-new]')) window.scrollTo({ top: 0 });
  });

  /** Epoch milliseconds of a wall clock reading (YYYY-MM-DDTHH:MM) in the viewer's time zone. @param {string} text */
  function instant(text) {
    const asUtc = Date.parse(`${text}Z`);
    const first = asUtc - window.mf.time.zoneOffset(asUtc);
    return asUtc - window.mf.time.zoneOffset(first);
  }

  /** @param {number} at */
  const iso = (at) => `${new Date(at).toISOString().slice(0, 16)}Z`;

  /** @param {(query: URLSearchParams) => void} change */
  function change(change) {
    const url = new URL(location.href);
    change(url.searchParams);
    const bad = document.querySelector('#runs-table [data-bad]')?.getAttribute('data-bad') || '';
    for (const name of ['after', 'rows', ...bad.split(' ')]) url.searchParams.delete(name);
    window.mf.go(url.href);
  }

  // Before the soft navigation sees them: a menu's form becomes a change of the present URL.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const filter = form.dataset.filter;
    if (!filter && form.dataset.range === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (filter) {
      const operator = form.querySelector('select');
      const input = form.querySelector('input[list]');
      if (!(operator instanceof HTMLSelectElement) || !(input instanceof HTMLInputElement) || !input.value.trim()) return;
      change((query) => query.append(operator.value, input.value.trim()));
      input.value = '';
    } else {
      const [from, to] = ['from', 'to'].map((name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value);
      if (!from && !to) return;
      const text = [from, to].map((one) => (one ? iso(instant(one)) : '')).join('..');
      change((query) => query.set('started', text));
    }
    form.closest('details')?.removeAttribute('open');
  }, true);

  // A range chosen on the activity strip becomes a `started` filter; the strip says what wall clock its ends are.
  document.addEventListener('mf:range', (event) => {
    const { from, to } = /** @type {CustomEvent} */ (event).detail;
    const clock = event.target instanceof Element && event.target.querySelector('.strip-clock');
    if (!clock) return;
    const [start, end] = ['data-start', 'data-end'].map((name) => Date.parse(`${clock.getAttribute(name)}Z`));
    const ends = [from, to].map((one) => instant(new Date(start + one * (end - start)).toISOString().slice(0, 16)));
    if (ends[1] - ends[0] >= 60000) change((query) => query.set('started', ends.map(iso).join('..')));
  });

  // Suggestions: asked for 120 ms after the last key, the newest answer wins.
  let timer = 0;
  let asked = 0;
  document.addEventListener('input', (event) => {
    const input = event.target;
    const form = input instanceof HTMLInputElement ? input.closest('form[data-suggest]') : null;
    if (form instanceof HTMLFormElement && input instanceof HTMLInputElement) suggest(form, input.value);
  });
  document.addEventListener('focusin', (event) => {
    const input = event.target;
    const form = input instanceof HTMLInputElement ? input.closest('form[data-suggest]') : null;
    if (form instanceof HTMLFormElement && input instanceof HTMLInputElement) suggest(form, input.value);
  });

  /**
   * @param {HTMLFormElement} form
   * @param {string} text
   */
  function suggest(form, text) {
    window.clearTimeout(timer);
    const mine = ++asked;
    timer = window.setTimeout(async () => {
      const field = form.dataset.suggest || '';
      const list = form.querySelector('datalist');
      const url = `${window.mf.prefix()}-/api/suggest?${new URLSearchParams({ field, q: text })}`;
      try {
        const answer = await fetch(url);
        if (!answer.ok || mine !== asked || !list) return;
        const { values } = await answer.json();
        list.replaceChildren(...values.map((/** @type {string} */ value) => Object.assign(document.createElement('option'), { value })));
      } catch {
        // No suggestions then; the filter can still be typed.
      }
    }, 120);
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.runs = {
    /** Results that were not at hand are asked for once the rows are painted. */
    ask_for_more(/** @type {{more?: boolean} | null} */ shown) {
      if (shown && shown.more) window.setTimeout(() => window.mf.set('runs-fuller', { data: ++fuller }));
    },
    /** A click on a dot of the activity strip opens its run. */
    open_dot(/** @type {any} */ click) {
      const pathspec = click?.points?.[0]?.customdata;
      if (pathspec) window.mf.go(window.mf.prefix() + pathspec.split('/').map(encodeURIComponent).join('/'));
    },
  };
})();
