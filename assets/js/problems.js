/** What the server could not do, as a toast. */
(function () {
  'use strict';
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.problems = {
    show(/** @type {{text: string} | null} */ problem) {
      if (problem) window.mfToast(problem.text, 'error');
    },
  };
})();
