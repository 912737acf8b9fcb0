/**
 * Links and GET forms inside the app change the page without loading it again. The URL stays the state.
 *
 * Same path: history and the store `shell-query`; the page stays, with its focus and scroll position. Other path: Dash's
 * own router fetches the page. Left to the browser: other origins, `target`, `download`, `data-hard`, modifier keys,
 * fragments, and what is no page (/-/api, /-/go, assets). `data-replace` replaces the entry in the history.
 *
 * A link is made by the server for the query that its part of the page was drawn for (`data-for` around it). When the
 * URL has moved on since, as after two quick clicks, the link's own change is made to the present query instead.
 * `data-single` of the page names the parameters that have one value.
 */
(function () {
  'use strict';
  const NO_PAGE = /^(-\/(api|cards|columns|download|go|health)\b|assets\/|_dash)/;
  const query = () => location.pathname + location.search;
  let path = location.pathname;
  let shown = query();

  /** @param {URL} url */
  function ours(url) {
    const prefix = window.mf.prefix();
    if (url.origin !== location.origin || !(url.pathname + '/').startsWith(prefix)) return false;
    const rest = url.pathname.slice(prefix.length);
    const parts = rest.replace(/\/$/, '').split('/');
    const redirected = parts.length === 3 || (parts.length === 1 && parts[0] !== ''); // steps and flows, by the server
    return !NO_PAGE.test(rest) && !redirected;
  }

  /**
   * @param {URL} url
   * @param {boolean} [replace]
   */
  function go(url, replace = false) {
    const target = url.pathname + url.search + url.hash;
    const same = url.pathname === path;
    window.dispatchEvent(new CustomEvent('mf:leave'));
    if (replace || target === query() + location.hash) history.replaceState(history.state, '', target);
    else history.pushState({}, '', target);
    arrive(same);
  }

  /**
   * What `link` changes in the query that it was drawn for, made to the present query.
   * @param {HTMLAnchorElement} link
   * @param {URL} url where it leads
   */
  function rebased(link, url) {
    const drawn = link.closest('[data-for]')?.getAttribute('data-for');
    if (!drawn || drawn === query() || url.pathname !== location.pathname) return url;
    const single = new Set(link.closest('[data-single]')?.getAttribute('data-single')?.split(' '));
    const before = new URL(drawn, location.href).searchParams;
    const after = url.searchParams;
    const now = new URLSearchParams(location.search);
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [old, wanted, present] = [before, after, now].map((one) => one.getAll(name));
      if (old.join('\n') === wanted.join('\n')) continue;
      const kept = single.has(name) ? [] : present.filter((value) => !old.includes(value) || wanted.includes(value));
      now.delete(name);
      for (const value of new Set([...kept, ...(single.has(name) ? wanted : wanted.filter((one) => !old.includes(one)))])) {
        now.append(name, value);
      }
    }
    const target = new URL(url);
    target.search = now.toString();
    return target;
  }

  /** @param {boolean} same whether the page stays */
  function arrive(same) {
    path = location.pathname;
    shown = query();
    if (same) window.mf.set('shell-query', { data: shown });
    else window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); // dcc.Location listens
    window.dispatchEvent(new CustomEvent('mf:arrive', { detail: { same } }));
  }

  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element && event.target.closest('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.closest('#first-paint') || (link.target && link.target !== '_self')) return;
    if (link.hasAttribute('download') || link.hasAttribute('data-hard')) return;
    const url = new URL(link.href);
    if (!ours(url) || (url.hash && url.pathname + url.search === query())) return;
    event.preventDefault();
    go(rebased(link, url), link.hasAttribute('data-replace'));
  });

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.hasAttribute('data-soft')) return;
    event.preventDefault();
    const url = new URL(form.action);
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) {
      if (typeof value === 'string' && value.trim() !== '') fields.append(name, value.trim());
    }
    url.search = fields.toString();
    if (ours(url)) go(url, form.hasAttribute('data-replace'));
    else location.assign(url);
  });

  // Registered before Dash's: on the same path its router would draw the whole page anew.
  window.addEventListener('popstate', (event) => {
    const same = location.pathname === path;
    if (same) event.stopImmediatePropagation();
    if (query() === shown) return; // only the fragment changed
    path = location.pathname;
    shown = query();
    if (same) window.mf.set('shell-query', { data: shown });
    window.dispatchEvent(new CustomEvent('mf:arrive', { detail: { same, back: true } }));
  });

  window.mf.go = (/** @type {string} */ to, replace = false) => go(new URL(to, location.href), replace);
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = Object.assign(window.dash_clientside.shell || {}, { query });
})();
