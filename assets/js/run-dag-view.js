/** Looking at the graph: where it stands in the window, zoom, wheel and keys, clicks on steps, finding one by its name. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  const READABLE = 0.7; // zoom below which the texts of cards are too small
  const PAD = 12;
  const STEP = 1.25; // of one zoom

  const cy = () => dag.cy();

  /** All of the graph. */
  function fit() {
    cy().fit(undefined, PAD);
    if (cy().zoom() > 1) {
      cy().zoom(1);
      cy().center();
    }
  }

  /** The first look: all of it where that can be read, else its beginning, or the step that was asked for. */
  dag.look = () => {
    const [width, height] = dag.drawing().size;
    const box = { width: cy().width(), height: cy().height() };
    const zoom = Math.min(1, box.width / width, box.height / height);
    if (zoom >= READABLE) {
      put(zoom, (box.width - width * zoom) / 2, dag.drawing().direction === 'down' ? 0 : (box.height - height * zoom) / 2);
    } else {
      const first = cy().getElementById(`card ${dag.drawing().cards[0][0]}`).position();
      const down = dag.drawing().direction === 'down';
      const near = Math.max(READABLE, Math.min(1, down ? box.width / width : box.height / height));
      put(near, down ? box.width / 2 - first.x * near : 0, down ? 0 : box.height / 2 - first.y * near);
    }
    const { sel } = dag.asked();
    if (sel) show(sel);
  };

  /** Whole pixels keep the pictures sharp. @param {number} level @param {number} x @param {number} y */
  const put = (level, x, y) => cy().viewport({ zoom: level, pan: { x: Math.round(x), y: Math.round(y) } });

  /** Whether any step is in view. */
  dag.isInView = () => {
    const { x1, y1, x2, y2 } = cy().extent();
    return cy().nodes('.card').some((/** @type {any} */ card) => {
      const { x, y } = card.position();
      return x > x1 && x < x2 && y > y1 && y < y2;
    });
  };

  /** Bring a step into view, if it is not. @param {string} name */
  function show(name) {
    const place = placeOf(name);
    if (!place) return;
    const card = cy().getElementById(`card ${place[0]}`);
    const { x1, y1, x2, y2 } = card.renderedBoundingBox();
    const isSeen = x1 >= 0 && y1 >= 0 && x2 <= cy().width() && y2 <= cy().height();
    if (!isSeen) cy().center(card);
    if (cy().zoom() < READABLE / 2) cy().zoom({ level: READABLE, position: card.position() });
  }

  /** @param {string} name of a step, drawn or in a chain */
  const placeOf = (name) => dag.drawing().cards.find((/** @type {any} */ place) => place[0] === name || place[3].includes(name));

  /** @param {number} factor @param {{x: number, y: number}} [at] in the window of the graph */
  function zoom(factor, at = { x: cy().width() / 2, y: cy().height() / 2 }) {
    cy().zoom({ level: cy().zoom() * factor, renderedPosition: at });
  }

  /** The present URL with other parameters. @param {Record<string, string | null>} change */
  function link(change) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(change)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return url.pathname + url.search;
  }
  dag.link = link;

  /** The timeline of one step. @param {string} step */
  dag.timeline = (step) => `${location.pathname}?${new URLSearchParams({ step })}`;

  /** Clicks on the canvas. @param {any} graph */
  dag.listen = (graph) => {
    graph.on('tap', '.card', (/** @type {any} */ event) => {
      const name = event.target.data('name');
      if (event.target.hasClass('chain')) {
        const url = new URL(location.href);
        url.searchParams.append('unfold', name);
        window.mf.go(url.pathname + url.search);
      } else if (dag.asked().sel !== name) {
        window.mf.go(link({ sel: name }));
      }
    });
    graph.on('dbltap', '.card', (/** @type {any} */ event) => {
      if (!event.target.hasClass('chain')) window.mf.go(dag.timeline(event.target.data('name')));
    });
    graph.on('mouseover mouseout', '.card', (/** @type {any} */ event) => {
      const container = graph.container();
      if (container) container.style.cursor = event.type === 'mouseover' ? 'pointer' : '';
    });
  };

  /** Mark the chosen step and those that are looked for. */
  dag.mark = () => {
    if (!dag.isShown()) return;
    const { sel, find } = dag.asked();
    const found = new Set(find ? matches(find) : []);
    const held = found.size ? new Set([...found].map((name) => placeOf(name)?.[0])) : null;
    cy().batch(() => {
      cy().nodes('.card').forEach((/** @type {any} */ card) => {
        const name = card.data('name');
        card.toggleClass('is-chosen', name === sel);
        card.toggleClass('is-found', Boolean(held?.has(name)));
        card.toggleClass('is-other', Boolean(held && !held.has(name)));
      });
    });
    const told = document.querySelector('[data-dag-found]');
    const words = !find ? '' : found.size === 1 ? '1 step found' : `${found.size} steps found`;
    if (told && told.textContent !== words) told.textContent = words;
  };

  /** The steps with this in their names; those that begin with it first. @param {string} text @returns {string[]} */
  function matches(text) {
    const wanted = text.toLowerCase();
    const names = (dag.drawing()?.steps || []).map((/** @type {any} */ step) => step[0]);
    const at = (/** @type {string} */ name) => name.toLowerCase().indexOf(wanted);
    return names.filter((/** @type {string} */ name) => at(name) >= 0).sort((/** @type {string} */ a, /** @type {string} */ b) => Math.min(at(a), 1) - Math.min(at(b), 1));
  }
  dag.matches = matches;

  const field = (/** @type {EventTarget | null} */ target) => (target instanceof HTMLInputElement && target.closest('[data-dag-find]') ? target : null);
  document.addEventListener('input', (event) => {
    const box = field(event.target);
    if (!box) return;
    run.replace((/** @type {URLSearchParams} */ query) => (box.value.trim() ? query.set('find', box.value.trim()) : query.delete('find')));
    dag.mark();
    dag.list();
    const [first] = matches(box.value.trim());
    if (box.value.trim() && first && dag.isShown()) show(first);
  });
  // Enter chooses the first step that was found; without one the form is a link as any other.
  document.addEventListener('submit', (event) => {
    const form = event.target instanceof HTMLFormElement && event.target.matches('[data-dag-find]') ? event.target : null;
    if (!form) return;
    event.preventDefault();
    const text = form.querySelector('input[type="search"]');
    const find = text instanceof HTMLInputElement ? text.value.trim() : '';
    const [first] = find ? matches(find) : [];
    window.mf.go(link({ find, ...(first ? { sel: first } : {}) }));
  }, { capture: true });

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const asked = target?.closest('[data-dag-zoom]')?.getAttribute('data-dag-zoom');
    if (asked && dag.isShown()) ({ in: () => zoom(STEP), out: () => zoom(1 / STEP), fit })[asked]?.();
  });

  // The wheel moves the graph as it would a page, with Ctrl it zooms; at its end the page itself scrolls.
  document.addEventListener('wheel', (event) => {
    const frame = event.target instanceof Element ? event.target.closest('.dag-frame') : null;
    if (!frame || !dag.isShown()) return;
    if (event.ctrlKey) {
      const { left, top } = frame.getBoundingClientRect();
      zoom(2 ** (-Math.sign(event.deltaY) * Math.min(0.4, Math.abs(event.deltaY) / 100)), { x: event.clientX - left, y: event.clientY - top });
      event.preventDefault();
      return;
    }
    const { x1, y1, x2, y2 } = cy().elements().renderedBoundingBox();
    const size = event.deltaMode === 1 ? 16 : 1;
    const [dx, dy] = event.shiftKey ? [event.deltaY || event.deltaX, 0] : [event.deltaX, event.deltaY];
    const room = { left: PAD - x1, right: x2 - cy().width() + PAD, up: PAD - y1, down: y2 - cy().height() + PAD };
    const x = Math.min(Math.max(dx * size, -Math.max(0, room.left)), Math.max(0, room.right));
    const y = Math.min(Math.max(dy * size, -Math.max(0, room.up)), Math.max(0, room.down));
    if (!x && !y) return;
    cy().panBy({ x: -x, y: -y });
    event.preventDefault();
  }, { passive: false });

  // The same keys as on the timeline.
  window.mf.ready(() => {
    /** @type {Record<string, () => boolean | void>} */
    const keys = {
      '+': () => zoom(STEP), '=': () => zoom(STEP), '-': () => zoom(1 / STEP), 0: fit,
      ArrowLeft: () => cy().panBy({ x: 80, y: 0 }), ArrowRight: () => cy().panBy({ x: -80, y: 0 }),
      ArrowUp: () => cy().panBy({ x: 0, y: 80 }), ArrowDown: () => cy().panBy({ x: 0, y: -80 }),
      Escape: () => (dag.asked().sel ? window.mf.go(link({ sel: null })) : run.query().full ? run.timeline.full(false) : false),
    };
    for (const [key, act] of Object.entries(keys)) {
      const before = window.mf.keys[key];
      window.mf.keys[key] = () => (dag.isShown() ? act() : before ? before() : false);
    }
  });
})();
