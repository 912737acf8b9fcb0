/**
 * The keyboard map of the help sheet. Single keys are off while typing, and as a whole when the viewer says so
 * (localStorage `mf-single-keys` = off), because they can collide with speech input and screen readers.
 */
(function () {
  'use strict';
  let lead = ''; // G was pressed
  let leadTimer = 0;

  const typing = (/** @type {EventTarget | null} */ t) =>
    t instanceof HTMLElement && (t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName));

  const enabled = () => {
    try {
      return localStorage.getItem('mf-single-keys') !== 'off';
    } catch {
      return true;
    }
  };

  /** @param {string} name value of data-key, on the field or around it */
  function focusField(name) {
    const found = window.mf.find(`[data-key="${name}"]`);
    const field = found instanceof HTMLInputElement ? found : found?.querySelector('input');
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  const rows = () => [...document.querySelectorAll('#react-entry-point [data-row]')].filter((row) => row.checkVisibility());
  const row = () => document.activeElement?.closest('#react-entry-point [data-row]') || null;

  /**
   * Move the focus to the next row, or the next failed one, seen from the one with the focus. A page that does not draw
   * all of its rows finds them itself (`mf.nextRow`).
   * @param {1 | -1} step
   * @param {boolean} [onlyFailed]
   */
  function move(step, onlyFailed = false) {
    if (window.mf.nextRow?.(step, onlyFailed)) return true;
    const wanted = (/** @type {Element} */ r) => !onlyFailed || r.getAttribute('data-status') === 'failed';
    const all = rows();
    const at = all.indexOf(/** @type {Element} */ (row()));
    const order = step > 0 ? all.slice(at + 1) : all.slice(0, at < 0 ? all.length : at).reverse();
    const next = order.find(wanted);
    if (!(next instanceof HTMLElement)) return false;
    if (!next.hasAttribute('tabindex')) next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
    return true;
  }

  /** @param {number} n */
  function tab(n) {
    const link = document.querySelectorAll('#react-entry-point .mf-tabs a')[n - 1];
    link?.dispatchEvent(click());
    return Boolean(link);
  }

  /** @type {Record<string, () => boolean | void>} */
  const SINGLE = {
    '/': () => focusField('search'),
    j: () => move(1),
    k: () => move(-1),
    e: () => move(1, true),
    E: () => move(-1, true),
    x: () => row()?.querySelector('[role="checkbox"]')?.dispatchEvent(click()),
    y: () => window.mf.copyLink(),
    p: () => window.mf.live.toggle(),
    t: () => window.mf.theme.toggle(),
    '?': () => window.mf.help(),
  };
  for (const n of [1, 2, 3, 4, 5, 6]) SINGLE[n] = () => tab(n);
  window.mf.keys = SINGLE; // other files add theirs
  /** @type {Record<string, () => void>} */
  const AFTER_G = {
    r: () => window.mf.go(window.mf.prefix()),
    f: () => window.mf.go(`${window.mf.prefix()}?group=flow`),
  };
  const click = () => new MouseEvent('click', { bubbles: true, cancelable: true });

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was used */
  function single(event) {
    const key = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
    if (lead === 'g') {
      lead = '';
      window.clearTimeout(leadTimer);
      if (AFTER_G[key]) {
        AFTER_G[key]();
        return true;
      }
    }
    if (key === 'g') {
      lead = 'g';
      leadTimer = window.setTimeout(() => (lead = ''), 1500);
      return true;
    }
    const act = Object.hasOwn(SINGLE, key) ? SINGLE[key] : undefined;
    return act ? act() !== false : false;
  }

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      if (window.mf.palette.open() || focusField('go')) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(target)) {
      if (event.key === 'Escape') target?.blur();
      return;
    }
    // Links that act as checkboxes or buttons answer to the space bar too; what is neither link nor button also to Enter.
    if (target?.matches('[role="checkbox"], [role="button"]') && !(target instanceof HTMLButtonElement)) {
      if (event.key === ' ' || (event.key === 'Enter' && !(target instanceof HTMLAnchorElement))) {
        event.preventDefault();
        target.dispatchEvent(click());
        return;
      }
    }
    if (event.key === 'Enter' && target?.matches('tr[data-row]')) {
      target.querySelector('a[data-main]')?.dispatchEvent(click());
      return;
    }
    if (document.querySelector('dialog[open]') && event.key !== '?') return;
    if (enabled() && single(event)) event.preventDefault();
  });

  window.mf.singleKeys = enabled;
  /** React keeps its own copy of an input's value; this empties both. */
  window.mf.clear = (/** @type {HTMLInputElement} */ input) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, '');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
})();
