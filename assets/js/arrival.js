/** What follows a change of the URL: the navigation's mark, the scroll position, the focus. */
(function () {
  'use strict';
  history.scrollRestoration = 'manual';
  const CHANGED = 600; // ms after which the page of before is gone
  /** @type {string} */
  let focused = '';

  function mark() {
    const prefix = window.mf.prefix();
    const path = location.pathname.slice(prefix.length).replace(/\/$/, '');
    const grouped = path === '' && new URLSearchParams(location.search).get('group') === 'flow';
    const flow = path !== '' && !path.includes('/') && !path.startsWith('-');
    const active = grouped || flow || path === '-/flows' ? 'flows' : path.startsWith('-') ? '' : 'runs';
    for (const link of document.querySelectorAll('[data-nav]')) {
      const on = link.getAttribute('data-nav') === active;
      link.classList.toggle('is-active', on);
      if (on) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }

  // Each entry of the history remembers how far it was scrolled.
  let timer = 0;
  function remember() {
    window.clearTimeout(timer);
    timer = 0;
    if (history.state?.y !== window.scrollY) history.replaceState({ ...history.state, y: window.scrollY }, '');
  }
  window.addEventListener('scroll', () => {
    timer = timer || window.setTimeout(remember, 400);
  }, { passive: true });
  window.addEventListener('mf:leave', () => {
    remember();
    const active = document.activeElement;
    focused = active?.id ? `#${CSS.escape(active.id)}` : active?.getAttribute('data-focus')
      ? `[data-focus="${CSS.escape(active.getAttribute('data-focus') || '')}"]` : '';
  });

  /**
   * Try after every change of the page, for at most 3 s and until the viewer does something.
   * @param {() => boolean} attempt true when done
   */
  function settle(attempt) {
    if (attempt()) return;
    const stop = () => {
      watch.disconnect();
      window.clearTimeout(end);
      window.removeEventListener('wheel', stop);
      window.removeEventListener('keydown', stop);
      window.removeEventListener('pointerdown', stop);
    };
    const watch = new MutationObserver(() => attempt() && stop());
    const end = window.setTimeout(stop, 3000);
    watch.observe(window.mf.find('#shell-main') || document.body, { childList: true, subtree: true });
    window.addEventListener('wheel', stop, { passive: true });
    window.addEventListener('keydown', stop);
    window.addEventListener('pointerdown', stop);
  }

  /** @param {number} y where to be, also after the page of before has made room for the new one */
  function scrollTo(y) {
    const begun = performance.now();
    settle(() => {
      if (document.documentElement.scrollHeight < y + window.innerHeight) return false;
      window.scrollTo(0, y);
      return performance.now() - begun > CHANGED;
    });
  }

  window.addEventListener('mf:arrive', (event) => {
    window.clearTimeout(timer);
    timer = 0;
    const { same, back } = /** @type {CustomEvent} */ (event).detail;
    mark();
    if (back) scrollTo(history.state?.y || 0);
    if (same) {
      // The page may redraw the control that was used; its successor of the same id or data-focus takes over.
      const wanted = focused;
      if (wanted) settle(() => {
        const lost = document.activeElement === document.body || document.activeElement === null;
        const next = lost && document.querySelector(wanted);
        if (next instanceof HTMLElement) next.focus({ preventScroll: true });
        return Boolean(next);
      });
      return;
    }
    if (!back) window.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (window.mf.find('#shell-main'))?.focus({ preventScroll: true });
  });

  window.mf.ready(() => {
    mark();
    if (history.state?.y) scrollTo(history.state.y); // after a reload
  });
})();
