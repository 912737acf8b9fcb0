/**
 * What the other files share: the meeting place `window.mf`, cookies, and writing to Dash stores before Dash is ready.
 *
 * @typedef {Object} Frame
 * @property {(id: string, props: Record<string, unknown>) => void} set  Set properties of a component; waits until Dash has drawn it.
 * @property {(id: string, data: unknown) => void} store  Set the data of a dcc.Store, likewise.
 * @property {(name: string, value: string) => void} cookie  Set a cookie for a year; the value is a theme or zone name.
 * @property {() => string} prefix  The path prefix of the app, with slashes at both ends.
 * @property {(selector: string) => Element | null} find  The first match in the live page, not in its static first paint.
 * @property {(ready: () => void) => void} ready  Run once Dash has drawn the frame.
 */
(function () {
  'use strict';
  const mf = (window.mf = window.mf || {});

  mf.cookie = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
  };

  // The first paint is a copy of the page with the same ids, and stands before the entry point of Dash.
  mf.find = (selector) => document.querySelector(`#react-entry-point ${selector}`);

  mf.prefix = () => document.getElementById('shell')?.dataset.prefix || '/';

  // Before its first drawing Dash throws when it is asked to set something: a tab may be hidden or left at any moment.
  mf.set = (id, props) => mf.ready(() => window.dash_clientside.set_props(id, props));

  mf.store = (id, data) => mf.set(id, { data });

  let drawn = false;
  /** @type {Array<() => void>} */
  const waiting = [];
  mf.ready = (run) => {
    if (drawn) run();
    else waiting.push(run);
  };

  const watch = new MutationObserver(() => {
    if (!mf.find('#shell')) return;
    drawn = true;
    watch.disconnect();
    waiting.splice(0).forEach((run) => run());
  });
  watch.observe(document.documentElement, { childList: true, subtree: true });
})();
