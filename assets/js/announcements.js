/**
 * Announcements appear and go at their times, and stay away once they are closed. What was closed is remembered in the
 * cookie `mf_closed` (short keys, joined by dots), so that the server does not draw it first.
 */
(function () {
  'use strict';
  const COOKIE = 'mf_closed';
  const KEPT = 100;
  const MOST = 3; // as in components/announcements.py
  const EVERY = 15_000; // ms between two looks at the clock

  const closed = () => {
    const found = document.cookie.split('; ').find((one) => one.startsWith(`${COOKIE}=`));
    return found ? found.slice(COOKIE.length + 1).split('.').filter(Boolean) : [];
  };

  function apply() {
    const bar = window.mf.find('.mf-announcements');
    if (!(bar instanceof HTMLElement)) return;
    const gone = new Set(closed());
    const now = Date.now();
    let shown = 0;
    for (const entry of bar.children) {
      if (!(entry instanceof HTMLElement)) continue;
      const { announcement = '', begins, ends } = entry.dataset;
      const due = Number(begins) <= now && (!ends || now <= Number(ends)) && !gone.has(announcement);
      entry.hidden = !(due && shown < MOST);
      if (due) shown += 1;
    }
    bar.hidden = shown === 0;
    for (const button of document.querySelectorAll('[data-announcement-toggle]')) {
      const words = gone.has(button.getAttribute('data-announcement-toggle') || '') ? 'Show again' : 'Close for good';
      if (button.textContent !== words) button.textContent = words;
    }
  }

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest('[data-announcement-close], [data-announcement-toggle]');
    if (!button) return;
    const key = button.getAttribute('data-announcement-close') || button.getAttribute('data-announcement-toggle') || '';
    const before = closed();
    const after = before.includes(key) ? before.filter((one) => one !== key) : [...before, key];
    window.mf.cookie(COOKIE, after.slice(-KEPT).join('.'));
    apply();
    if (!closed().includes(key) && after.includes(key)) window.mfToast('Not remembered: the browser blocks cookies', 'bad');
    // The button that had the focus is gone: the next one, else the page, goes on.
    if (!button.checkVisibility()) {
      const next = window.mf.find('.mf-announcement:not([hidden]) [data-announcement-close]') || window.mf.find('#shell-main');
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    }
  });
  window.mf.ready(() => {
    apply();
    window.setInterval(apply, EVERY);
  });
})();
