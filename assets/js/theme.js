/**
 * Light, dark or as the system: `data-bs-theme` on <html>, remembered in localStorage `mf-theme`, told to the server by
 * cookie `mf_theme`, and to figures by the store `shell-theme`. The first paint is done by the script in <head>.
 */
(function () {
  'use strict';
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  let told = '';

  const chosen = () => root.dataset.mfTheme || 'system';

  function apply() {
    const effective = chosen() === 'system' ? (system.matches ? 'dark' : 'light') : chosen();
    root.dataset.bsTheme = effective;
    window.mf.cookie('mf_theme', effective);
    for (const item of document.querySelectorAll('[data-set-theme]')) {
      item.setAttribute('aria-checked', String(item.getAttribute('data-set-theme') === chosen()));
    }
    if (told !== effective) window.mf.store('shell-theme', effective);
    told = effective;
  }

  /** @param {string} theme light, dark or system */
  function choose(theme) {
    root.dataset.mfTheme = theme;
    try {
      localStorage.setItem('mf-theme', theme);
    } catch {
      /* storage is blocked: the choice lasts as long as the page */
    }
    apply();
  }

  window.mf.theme = { choose, toggle: () => choose(root.dataset.bsTheme === 'dark' ? 'light' : 'dark') };

  document.addEventListener('click', (event) => {
    const item = event.target instanceof Element && event.target.closest('[data-set-theme]');
    if (item) choose(item.getAttribute('data-set-theme') || 'system');
  });
  system.addEventListener('change', apply);
  window.addEventListener('storage', (event) => {
    if (event.key !== 'mf-theme') return;
    root.dataset.mfTheme = event.newValue || 'system';
    apply();
  });
  told = root.dataset.bsTheme || ''; // the server knew it from the cookie that <head> had set
  window.mf.ready(apply);
})();
