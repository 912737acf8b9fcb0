/** The time zone menu: UTC, the browser's, or any IANA zone by name. Cookie `mf_tz`, store `shell-zone`. */
(function () {
  'use strict';
  const city = (/** @type {string} */ name) => name.slice(name.lastIndexOf('/') + 1).replaceAll('_', ' ');

  function mark() {
    const zone = window.mf.time.zone();
    for (const label of document.querySelectorAll('[data-zone-label]')) {
      if (label.firstChild instanceof Text) label.firstChild.data = city(zone);
      label.closest('summary')?.setAttribute('title', `Time zone: ${zone}`);
      label.closest('summary')?.setAttribute('aria-label', `Time zone: ${city(zone)}`);
    }
    for (const item of document.querySelectorAll('[data-set-zone]')) {
      const own = item.getAttribute('data-set-zone') === 'browser';
      const name = own ? window.mf.time.LOCAL : 'UTC';
      item.setAttribute('aria-checked', String(name === zone));
      const words = item.querySelector('span')?.firstChild;
      if (own && words instanceof Text) words.data = `This browser's: ${city(name)}`;
      if (own) item.toggleAttribute('hidden', name === 'UTC');
    }
  }

  /** @param {string} name */
  function choose(name) {
    window.mf.cookie('mf_tz', name);
    window.mf.time.setZone(name);
    window.mf.store('shell-zone', name);
    mark();
  }

  /** @param {string} typed @returns {string | undefined} the zone's name as the server knows it */
  function find(typed) {
    const wanted = typed.trim().replaceAll(' ', '_').toLowerCase();
    const names = (window.mf.find('#shell-zones')?.getAttribute('data-zones') || '').split(' ');
    return names.find((n) => n.toLowerCase() === wanted) || names.find((n) => n.toLowerCase().endsWith(`/${wanted}`));
  }

  document.addEventListener('click', (event) => {
    const item = event.target instanceof Element && event.target.closest('[data-set-zone]');
    if (!item) return;
    choose(item.getAttribute('data-set-zone') === 'browser' ? window.mf.time.LOCAL : 'UTC');
  });

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-zone-form')) return;
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
    const name = find(input.value);
    if (!name || !window.mf.time.valid(name)) {
      window.mfToast(`No time zone “${input.value}”. Names are like Europe/Berlin.`, 'bad');
      return;
    }
    choose(name);
    window.mf.clear(input);
    form.closest('details')?.removeAttribute('open');
    form.closest('details')?.querySelector('summary')?.focus();
  });

  // The 600 options are made when the menu is opened for the first time.
  document.addEventListener('focusin', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-zone-form]')) return;
    const list = window.mf.find('#shell-zones');
    if (!list || list.firstChild) return;
    for (const name of (list.getAttribute('data-zones') || '').split(' ')) list.appendChild(new Option(name, name));
  });

  window.mf.ready(mark);
})();
