/** The tabs of a task's page lead to its sections; the one that is in view is marked. */
(function () {
  'use strict';
  const NEAR = 12; // pixels below the tabs at which a section counts as the one that is read
  let frame = 0;
  let chosen = ''; // by a click, until the page is scrolled by hand: the last sections never reach the top

  const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('#task-tabs a')]);

  function current() {
    if (chosen) return chosen;
    const tabs = window.mf.find('#task-tabs');
    const top = (tabs?.getBoundingClientRect().bottom || 0) + NEAR;
    const sections = [...document.querySelectorAll('#task-body > section[id]')];
    const isEnd = window.scrollY > 0 && window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const passed = isEnd ? sections : sections.filter((one, n) => !n || one.getBoundingClientRect().top <= top);
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
