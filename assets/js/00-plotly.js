/**
 * plotly.js: the small bundle in assets/vendor, loaded by dcc.Graph only when a page has a figure, and by `mf.plotly()`
 * for figures that are drawn in the browser. The address is relative to this file, so that a path prefix needs no configuration.
 */
(function () {
  'use strict';
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const bundle = new URL('../vendor/plotly-cartesian-4.1.1/plotly-cartesian.min.js', here).href;
  // Dash sets this property to its own 4.8 MB bundle later; the setter ignores it.
  Object.defineProperty(window, '_dashPlotlyJSURL', { configurable: true, get: () => bundle, set: () => {} });

  /** @type {Promise<any> | null} */
  let loading = null;
  window.mf = window.mf || {};
  window.mf.plotly = () => {
    loading = loading || (window.Plotly ? Promise.resolve(window.Plotly) : new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = bundle;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        loading = null;
        reject(new Error('Plotly could not be loaded.'));
      };
      document.head.append(script);
    }));
    return loading;
  };
})();
