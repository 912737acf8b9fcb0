/**
 * The title of the tab names the object and its status: the page says it (`data-title`), and says it anew when the
 * status changes. Without it the title is what Dash's router has set; on the Runs page it names the one flow shown.
 */
(function () {
  'use strict';
  const SITE = ' · Metaflow';

  function wanted() {
    const said = window.mf.find('#shell-main [data-title]')?.getAttribute('data-title');
    if (said) return said + SITE;
    if (location.pathname !== window.mf.prefix()) return '';
    const query = new URLSearchParams(location.search);
    const flows = query.getAll('flow');
    if (flows.length === 1) return `Runs of ${flows[0]}${SITE}`;
    return (query.get('group') === 'flow' ? 'Flows' : 'Runs') + SITE;
  }

  function apply() {
    const title = wanted();
    if (title && document.title !== title) document.title = title;
  }

  window.mf.ready(() => {
    const main = window.mf.find('#shell-main');
    const head = document.querySelector('title');
    if (!main || !head) return;
    const watch = new MutationObserver(apply);
    watch.observe(main, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-title'] });
    watch.observe(head, { childList: true });
    window.addEventListener('mf:arrive', apply);
    apply();
  });
})();
