/**
 * The tabs of a task's page lead to its sections; the one that is read is marked. The last ones never reach the top, so
 * the line that a section has to pass goes down to the bottom of the window as the end of the page comes near.
 */
(function () {
  'use strict';
  const NEAR = 12; // pixels below the tabs at which a section counts as the one that is read
  let frame = 0;
  let chosen = ''; // by a click, until the page is scrolled by hand

  const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('#task-tabs a')]);

  function current() {
    if (chosen) return chosen;
    const tabs = window.mf.find('#task-tabs');
    const top = (tabs?.getBoundingClientRect().bottom || 0) + NEAR;
    const far = document.documentElement.scrollHeight - window.innerHeight;
    const span = Math.max(1, Math.min(far, window.innerHeight));
    const nearEnd = Math.max(0, 1 - (far - window.scrollY) / span); // 0 … 1
    const line = top + (window.innerHeight - top) * nearEnd;
    const sections = [...document.querySelectorAll('#task-body > section[id]')];
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

  const soon = () => (frame = frame || (window.mf.find('#task-tabs') ? requestAnimationFrame(mark) : 0));
  window.addEventListener('scroll', soon, { passive: true });
  window.addEventListener('resize', soon);
  window.addEventListener('mf:attempt', soon);
  for (const by of ['wheel', 'touchmove', 'keydown']) window.addEventListener(by, () => (chosen = ''), { passive: true });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('#task-tabs a') : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    chosen = link.hash;
    soon();
  });
  window.addEventListener('mf:arrive', () => (chosen = ''));
})();
