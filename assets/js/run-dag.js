/**
 * The graph of a run: drawn from the stores `run-dag-drawing` and `run-dag-states` with Cytoscape, which dash-cytoscape
 * mounts in `#run-dag-graph` when the tab is opened. A new drawing replaces all; new states change data and classes in
 * one batch, so that positions, zoom and selection stay. Nothing is drawn while the tab is hidden.
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  /** @typedef {import('./run-dag-elements.js').Drawing} Drawing @typedef {import('./run-dag-elements.js').States} States */

  /** @type {Drawing | null} */
  let drawing = null;
  /** @type {States | null} */
  let states = null;
  /** What is on the canvas. @type {{cy: any, key: string, place: string, states: States | null, theme: string, shade: string}} */
  let drawn = { cy: null, key: '', place: '', states: null, theme: '', shade: '' };

  const host = () => document.getElementById('run-dag-graph');
  /** @returns {any} Cytoscape's own object, once the component has made it */
  dag.cy = () => /** @type {any} */ (host())?._cyreg?.cy || null;
  dag.isShown = () => Boolean(host()?.clientWidth && dag.cy());
  dag.drawing = () => drawing;
  dag.states = () => states;
  dag.asked = () => {
    const query = new URLSearchParams(location.search);
    return { shade: query.get('shade') || '', find: (query.get('find') || '').trim(), sel: query.get('sel') || '', isTable: query.get('table') === '1' };
  };

  /** @param {string} shade */
  const picture = (shade) => (/** @type {import('./run-dag-elements.js').CardPlace} */ place) => {
    const card = states?.cards[place[0]] || { look: 'pending', value: '', line: '', tasks: 0, todo: 1 };
    const name = place[3].length ? `${place[0]} … ${place[3][place[3].length - 1]}` : place[0];
    return dag.picture(dag.card(name, card, { shade, chain: place[3].length }));
  };

  const place = () => `${location.pathname} ${drawing?.direction}`;

  /** Bring the canvas up to date. */
  function paint() {
    const cy = dag.cy();
    if (!cy || !drawing?.cards || !states?.cards || !host()?.clientWidth) return;
    if (!cy.width()) cy.resize(); // it was measured while the tab was hidden
    const { shade } = dag.asked();
    const theme = document.documentElement.dataset.bsTheme || 'light';
    const isSame = drawn.cy === cy && drawn.key === drawing.key && drawn.theme === theme;
    if (!isSame) replace(cy, shade, theme);
    else if (drawn.states !== states || drawn.shade !== shade) update(cy, shade);
    drawn = { cy, key: drawing.key, place: place(), states, theme, shade };
    dag.mark();
    const frame = host()?.parentElement;
    if (frame) frame.dataset.drawn = String(Number(frame.dataset.drawn || 0) + 1);
    window.dispatchEvent(new CustomEvent('mf:dag'));
  }

  /** @param {any} cy @param {string} shade @param {string} theme */
  function replace(cy, shade, theme) {
    if (!drawing || !states) return;
    const elements = dag.elements(drawing, states, picture(shade));
    if (drawn.cy !== cy) {
      dag.listen(cy);
      dag.explain(cy);
    }
    if (drawn.cy !== cy || drawn.theme !== theme) cy.style().fromJson(dag.style());
    cy.batch(() => {
      cy.elements().remove();
      cy.add(elements);
    });
    // Folding and unfolding leave the window where it is, unless nothing is left in it.
    if (drawn.cy !== cy || drawn.place !== place() || !dag.isInView()) dag.look();
  }

  /** What has changed in the state of the steps. @param {any} cy @param {string} shade */
  function update(cy, shade) {
    const now = states;
    if (!drawing || !now) return;
    const put = (/** @type {string} */ id, /** @type {string} */ name, /** @type {string} */ value) => {
      const element = cy.getElementById(id);
      if (element.data(name) !== value) element.data(name, value);
    };
    const show = picture(shade);
    cy.batch(() => {
      for (const place of drawing?.cards || []) put(`card ${place[0]}`, 'picture', show(place));
      for (const frame of drawing?.frames || []) put(`label ${frame[1]}`, 'picture', dag.framePicture(frame, now));
      drawing?.lines.forEach((line, n) => {
        for (const id of [`line ${n}`, `line ${n} back`]) cy.getElementById(id).toggleClass('todo', dag.isTodo(line, now));
        if (line[2] === 'loop') put(`words ${n}`, 'picture', dag.linePicture(line, now));
      });
    });
  }

  dag.paint = paint;
  window.addEventListener('mf:arrive', () => requestAnimationFrame(paint));
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
  // The component makes its canvas when its script has been loaded.
  new MutationObserver(() => {
    if (dag.cy() && dag.cy() !== drawn.cy) paint();
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.dag = {
    draw(/** @type {Drawing} */ nextDrawing, /** @type {States} */ nextStates) {
      drawing = nextDrawing;
      states = nextStates;
      dag.list();
      paint();
    },
  };
})();
