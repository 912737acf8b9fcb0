/** Takes the static first paint away once the live page stands behind it; after 15 s in any case. */
(function () {
  'use strict';
  const PARTS = ['#runs-table tbody tr, #runs-table .mf-state', '#runs-controls > *', '#runs-statuses > *'];

  function swap() {
    const copy = document.getElementById('first-paint');
    if (!copy) return true;
    const root = document.getElementById('react-entry-point');
    if (!root || !PARTS.every((part) => root.querySelector(part))) return false;
    const y = window.scrollY;
    copy.remove();
    window.scrollTo(0, y);
    return true;
  }

  const watch = new MutationObserver(() => swap() && watch.disconnect());
  watch.observe(document.documentElement, { childList: true, subtree: true });
  window.setTimeout(() => {
    watch.disconnect();
    document.getElementById('first-paint')?.remove();
  }, 15000);
})();
