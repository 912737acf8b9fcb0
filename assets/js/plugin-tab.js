/** The tabs that plugins add to the page of a run: the server draws one only while it is open. */
(function () {
  'use strict';
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plugins = Object.assign(window.dash_clientside.plugins || {}, {
    /** What the open tab is drawn for, or no update where it is one of the core. @param {...unknown} inputs */
    tab_asked(...inputs) {
      const tabs = JSON.parse(window.mf.find('#run-plugin-tab')?.getAttribute('data-tabs') || '[]');
      const open = new URLSearchParams(location.search).get('tab');
      return tabs.includes(open) ? inputs : window.dash_clientside.no_update;
    },
  });
})();
