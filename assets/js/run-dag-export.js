/** The graph as a file: PNG as Cytoscape draws it, SVG by our own hand from the same drawing, with all text escaped. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});

  /** @param {number} number */
  const n = (number) => String(Math.round(number * 10) / 10);

  /** The curve through the points of a line, as Cytoscape draws it. @param {[number, number][]} points */
  function path(points) {
    const [first, ...rest] = points;
    const end = rest[rest.length - 1];
    const between = rest.slice(0, -1);
    const curves = between.map(([x, y], at) => {
      const to = at + 1 < between.length ? [(x + between[at + 1][0]) / 2, (y + between[at + 1][1]) / 2] : end;
      return `Q${n(x)} ${n(y)} ${n(to[0])} ${n(to[1])}`;
    });
    return `M${n(first[0])} ${n(first[1])}${curves.length ? curves.join('') : `L${n(end[0])} ${n(end[1])}`}`;
  }

  /** @param {import('./run-dag-elements.js').Frame} frame @param {import('./run-dag-elements.js').States} states */
  function box(frame, states) {
    const [kind, , , x, y, w, h] = frame;
    const isDouble = kind === 'foreach' || kind === 'parallel';
    const stroke = run.colour(isDouble ? 'ink-2' : 'line');
    const rect = (/** @type {number} */ by) => `<rect x="${n(x + by)}" y="${n(y + by)}" width="${n(w - 2 * by)}" height="${n(h - 2 * by)}" rx="${10 - by}" fill="${run.colour('bg-chrome')}" stroke="${stroke}"/>`;
    const by = isDouble ? 14 : 12;
    const label = dag.words(dag.frameLabel(frame, states), w - 24, false);
    return `${rect(0)}${isDouble ? rect(4) : ''}<g transform="translate(${n(x + by)} ${n(y + by - dag.WORDS / 2)})">${label}</g>`;
  }

  /** @param {import('./run-dag-elements.js').Line} line @param {import('./run-dag-elements.js').States} states */
  function arrow(line, states) {
    const isTodo = dag.isTodo(line, states);
    const colour = run.colour(isTodo ? 'ink-3' : 'ink-2');
    const dash = isTodo ? ' stroke-dasharray="4 3"' : '';
    return `<path d="${path(line[3])}" fill="none" stroke="${colour}" stroke-width="1.5"${dash} marker-end="url(#arrow${isTodo ? '-todo' : ''})"/>`;
  }

  /** @param {import('./run-dag-elements.js').Line} line @param {import('./run-dag-elements.js').States} states */
  function words(line, states) {
    const label = dag.lineLabel(line, states);
    if (!label) return '';
    const room = 190;
    return `<g transform="translate(${n(line[5] - room / 2)} ${n(line[6] - dag.WORDS / 2)})">${dag.words(label, room, true)}</g>`;
  }

  const marker = (/** @type {string} */ id, /** @type {string} */ colour) =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z" fill="${colour}"/></marker>`;

  /** @returns {string} the whole drawing as an SVG document */
  dag.svg = () => {
    const drawing = /** @type {import('./run-dag-elements.js').Drawing} */ (dag.drawing());
    const states = dag.states();
    const [width, height] = drawing.size.map(Math.ceil);
    const { shade } = dag.asked();
    const cards = drawing.cards.map(([name, x, y, chain]) => {
      const card = states.cards[name];
      const title = chain.length ? `${name} … ${chain[chain.length - 1]}` : name;
      return `<g transform="translate(${n(x - dag.WIDTH / 2)} ${n(y - dag.HEIGHT / 2)})"><title>${dag.escape(name)}</title>${dag.card(title, card, { shade, chain: chain.length })}</g>`;
    });
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${dag.escape(`Graph of ${drawing.flow}`)}</title>`,
      `<defs>${marker('arrow', run.colour('ink-2'))}${marker('arrow-todo', run.colour('ink-3'))}</defs>`,
      `<rect width="100%" height="100%" fill="${run.colour('bg')}"/>`,
      ...drawing.frames.map((frame) => box(frame, states)),
      ...drawing.lines.map((line) => arrow(line, states)),
      ...cards,
      ...drawing.lines.map((line) => words(line, states)),
      '</svg>',
    ].join('');
  };

  /** @param {Blob} blob @param {string} kind */
  function save(blob, kind) {
    const name = location.pathname.split('/').filter(Boolean).slice(-2).map(decodeURIComponent).join('-').replace(/[^\w.-]+/g, '_');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `${name}-graph.${kind}`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  document.addEventListener('click', async (event) => {
    const kind = event.target instanceof Element && event.target.closest('[data-dag-export]')?.getAttribute('data-dag-export');
    if (!kind || !dag.drawing()?.cards) return;
    if (kind === 'svg') save(new Blob([dag.svg()], { type: 'image/svg+xml' }), kind);
    else if (dag.isShown()) save(await dag.cy().png({ output: 'blob-promise', full: true, scale: scale(), bg: run.colour('bg') }), kind);
  });

  /** Twice the size, or what a canvas can hold. */
  function scale() {
    const [width, height] = dag.drawing().size;
    return Math.min(2, 16_000 / Math.max(width, height));
  }
})();
