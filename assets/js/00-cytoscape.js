/**
 * Stands in for dash-cytoscape until a graph is shown, and loads its half megabyte of script then: Dash itself would load
 * it with every page (dashboard/cytoscape.py). The address is in <meta name="mf-cytoscape">.
 */
(function () {
  'use strict';
  /** @type {Promise<any> | null} */
  let loading = null;

  function load() {
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = document.querySelector('meta[name="mf-cytoscape"]')?.getAttribute('content') || '';
      script.onload = () => {
        const real = window.dash_cytoscape.Cytoscape; // the script has put it in the place of this one
        delete real.defaultProps.wheelSensitivity; // Cytoscape warns of any value, also of this, its own default
        resolve(real);
      };
      script.onerror = () => {
        loading = null;
        script.remove();
        reject(new Error('The script that draws graphs could not be loaded.'));
      };
      document.head.append(script);
    });
    return loading;
  }

  /** The component under its name for Dash, drawn as soon as it is there. @param {any} props */
  function Cytoscape(props) {
    const [real, setReal] = window.React.useState(null);
    window.React.useEffect(() => {
      let isGone = false;
      load().then(
        (component) => isGone || setReal(() => component),
        (error) => window.mfToast(error.message, 'error'),
      );
      return () => { isGone = true; };
    }, []);
    return real ? window.React.createElement(real, props) : null;
  }

  window.dash_cytoscape = { Cytoscape };

  // Before Dash asks for it: at once where the address leads to a graph, else when the pointer comes to such a link.
  const soon = () => { load().catch(() => {}); };
  if (new URLSearchParams(location.search).get('tab') === 'dag') soon();
  for (const kind of ['pointerover', 'focusin']) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof Element && event.target.closest('a[href*="tab=dag"]')) soon();
    }, { passive: true });
  }
})();
