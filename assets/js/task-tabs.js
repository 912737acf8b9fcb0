/**
 * The tabs of a task's page lead to its sections; the one that is read is marked. The last ones never reach the top, so
 * the line that a section has to pass goes down to the bottom of the window as the end of the page comes near.
 */
(function () {
  'use strict';
  const NEAR = 12; // pixels below the tabs at which a section counts as the one that is read
  let frame = 0;
  let chosen = ''; // by a click, until the page is scrolled by hand
  /** @type {Element | null} */
  let held = null; // what was led to, kept in view while the page above it grows, for just as long

  const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('#task-tabs a')]);

  function current() {
    if (chosen) return chosen;
    const tabs = window.mf.find('#task-tabs');
    const top = (tabs?.getBoundingClientRect().bottom || 0) + NEAR;
    const far = document.documentElement.scrollHeight - window.innerHeight;
    const span = Math.max(1, Math.min(far, window.innerHeight));
    const nearEnd = Math.max(0, 1 - (far - window.scrollY) / span); // 0 … 1
    const line = top + (window.innerHeight - top) * nearEnd;
    const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('#task-body > section[id]')]);
    const sections = all.filter((one) => one.offsetHeight); // those of plugins have nothing in them at times
    const passed = sections.filter((one, n) => !n || one.getBoundingClientRect().top <= line);
    return `#${passed[passed.length - 1]?.id || ''}`;
  }

  function mark() {
    frame = 0;
    const now = current();
    for (const link of links()) {
      const isOn = link.hash === now;
      link.classList.toggle('is-active', isOn);
      if (isOn) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  /** Mark a section that was led to, wherever the page can be scrolled. @param {string} hash */
  window.mf.task.section = (hash) => {
    chosen = hash;
    soon();
  };

  /** What grows says so. */
  window.mf.task.steady = () => held?.isConnected && held.scrollIntoView({ block: 'start' });
  window.addEventListener('mf:log', () => window.mf.task.steady());

  /** To a part of a section. @param {Element} element @param {string} hash */
  window.mf.task.lead = (element, hash) => {
    held = element;
    window.mf.task.steady();
    window.mf.task.section(hash);
  };

  const soon = () => (frame = frame || (window.mf.find('#task-tabs') ? requestAnimationFrame(mark) : 0));
  window.addEventListener('scroll', soon, { passive: true });
  window.addEventListener('resize', soon);
  window.addEventListener('mf:attempt', (event) => {
    const { hash } = location;
    const isNew = /** @type {CustomEvent} */ (event).detail.isNew;
    // The browser looked for the section before it was there.
    const section = isNew && links().some((link) => link.hash === hash) && window.mf.find(hash);
    if (section) window.mf.task.lead(section, hash);
    soon();
  });
  const free = () => {
    chosen = '';
    held = null;
  };
  for (const by of ['wheel', 'touchmove', 'keydown', 'pointerdown', 'mf:arrive']) window.addEventListener(by, free, { passive: true });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('#task-tabs a') : null;
    const section = link instanceof HTMLAnchorElement && window.mf.find(link.hash);
    if (section) window.mf.task.lead(section, link.hash);
  });
})();
