/**
 * Menus are <details class="mf-menu">: they open without any script. This adds: one open at a time, a click outside or
 * Escape closes, arrow keys move, a choice closes and gives the focus back.
 */
(function () {
  'use strict';
  const OPEN = 'details.mf-menu[open]';
  const ITEMS = '.mf-pop a[href], .mf-pop button:not([disabled]), .mf-pop input, .mf-pop select';

  /** @param {Element} menu @param {boolean} refocus */
  function close(menu, refocus) {
    menu.removeAttribute('open');
    if (refocus) menu.querySelector('summary')?.focus();
  }

  // `toggle` does not bubble, but it can be caught on the way down.
  document.addEventListener('toggle', (event) => {
    const opened = event.target;
    if (!(opened instanceof HTMLDetailsElement) || !opened.matches(OPEN)) return;
    for (const menu of document.querySelectorAll(OPEN)) {
      if (menu !== opened && !menu.contains(opened)) close(menu, false);
    }
    keepInside(opened);
  }, true);

  /** A popover that would leave the window hangs from the other side. @param {Element} menu */
  function keepInside(menu) {
    const box = menu.querySelector('.mf-pop');
    if (!(box instanceof HTMLElement)) return;
    box.style.removeProperty('transform');
    const { left, right } = box.getBoundingClientRect();
    const wide = document.documentElement.clientWidth - 8;
    const shift = right > wide ? wide - right : left < 8 ? 8 - left : 0;
    if (shift) box.style.transform = `translateX(${Math.round(shift)}px)`;
  }

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    for (const menu of document.querySelectorAll(OPEN)) {
      if (!target || !menu.contains(target)) close(menu, false);
      else if (target.closest('.mf-list a, .mf-list [role="menuitemradio"], [data-close]')) close(menu, true);
    }
  });

  document.addEventListener('keydown', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const menu = target?.closest(OPEN) || (event.key === 'Escape' ? document.querySelector(OPEN) : null);
    if (!menu) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      close(menu, true);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const typing = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.list);
      if (typing) return;
      const items = [...menu.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());
      const at = target ? items.indexOf(target) : -1;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
      event.preventDefault();
      if (items[next] instanceof HTMLElement) items[next].focus();
    }
  });
})();
