/**
 * The drawing of the server (dashboard/run_page/dag_drawing.py) as Cytoscape's elements and style. Positions are the
 * server's; what changes while a run goes on is data and classes only, so that nothing moves.
 *
 * @typedef {[string, number, number, string[]]} CardPlace  name, x, y of its middle, the steps of a chain
 * @typedef {[string, string, string, number, number, number, number]} Frame  kind, opener, label, x, y, width, height
 * @typedef {[string, string, string, [number, number][], string, number, number]} Line  source, target, way, points, label, x, y
 * @typedef {Object} Drawing
 * @property {string} key
 * @property {string} flow
 * @property {'down' | 'right'} direction
 * @property {[number, number]} size
 * @property {CardPlace[]} cards
 * @property {Frame[]} frames
 * @property {Line[]} lines
 * @property {[string, string[], string][]} steps  name, what it follows, the beginning of its docstring
 * @typedef {Object} States
 * @property {Record<string, import('./run-dag-card.js').Card>} cards
 * @property {Record<string, string>} frames  opener → cardinality
 * @property {Record<string, string>} loops   source → how often
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});

  /** The text on a box. @param {Frame} frame @param {States} states */
  dag.frameLabel = ([, opener, label], states) => [label, states.frames[opener]].filter(Boolean).join(' ');

  /** The text on a line. @param {Line} line @param {States} states */
  dag.lineLabel = ([source, , way, , label], states) => (way === 'loop' ? [label, states.loops[source]].filter(Boolean).join('  ') : label);

  const FIXED = { selectable: false, grabbable: false };
  const CASE = 190; // width that the label of a line may take
  const LABEL = 300; // … and that of a box

  /** @param {Frame} frame @param {States} states */
  dag.framePicture = (frame, states) => dag.picture(dag.words(dag.frameLabel(frame, states), labelRoom(frame), false), labelRoom(frame), dag.WORDS);
  /** @param {Frame} frame */
  const labelRoom = (frame) => 2 * Math.floor(Math.min(LABEL, frame[5] - 24) / 2);
  /** @param {Line} line @param {States} states */
  dag.linePicture = (line, states) => dag.picture(dag.words(dag.lineLabel(line, states), CASE, true), CASE, dag.WORDS);

  /** Whether a line has not been gone along. @param {Line} line @param {States} states */
  dag.isTodo = ([source, target], states) => Boolean(states.cards[source]?.todo || states.cards[target]?.todo);

  /**
   * Points between the ends of a line, as Cytoscape wants them: where along the straight line, and how far off it.
   * @param {[number, number][]} points
   */
  function bends(points) {
    const [x, y] = points[0];
    const [dx, dy] = [points[points.length - 1][0] - x, points[points.length - 1][1] - y];
    const square = dx * dx + dy * dy || 1;
    const length = Math.sqrt(square);
    const between = points.slice(1, -1);
    return {
      weights: between.map(([a, b]) => (((a - x) * dx + (b - y) * dy) / square).toFixed(5)).join(' '),
      distances: between.map(([a, b]) => (((b - y) * dx - (a - x) * dy) / length).toFixed(2)).join(' '),
    };
  }

  /** Where a line leaves or enters a card, from the card's middle. @param {[number, number]} point @param {CardPlace} place */
  const port = ([x, y], [, a, b]) => `${x - a}px ${y - b}px`;

  /** @param {string} id @param {number} n @param {CardPlace} from @param {CardPlace} to @param {[number, number][]} points @param {States} states @param {Line} line */
  const curve = (id, n, from, to, points, states, line) => ({
    ...FIXED,
    data: { id, n, source: `card ${from[0]}`, target: `card ${to[0]}`, out: port(points[0], from), in: port(points[points.length - 1], to), ...bends(points) },
    classes: [points.length > 2 ? 'bent' : '', dag.isTodo(line, states) ? 'todo' : ''].join(' '),
  });

  /**
   * Cytoscape draws a line from a card to itself as it likes: this one goes by way of a point.
   * @param {Line} line @param {number} n @param {CardPlace} card @param {States} states
   */
  function ear(line, n, card, states) {
    const [start, out, back, end] = line[3];
    /** @type {[number, number]} */
    const middle = [(out[0] + back[0]) / 2, (out[1] + back[1]) / 2];
    /** @type {CardPlace} */
    const point = [`\n${n}`, ...middle, []]; // no step has such a name
    const first = curve(`line ${n}`, n, card, point, [start, out, middle], states, line);
    const second = curve(`line ${n} back`, n, point, card, [middle, back, end], states, line);
    const there = { ...FIXED, data: { id: `card ${point[0]}` }, position: { x: middle[0], y: middle[1] }, classes: 'point' };
    return [there, { ...first, classes: `${first.classes} blunt` }, second];
  }

  /**
   * @param {Drawing} drawing
   * @param {States} states
   * @param {(place: CardPlace) => string} picture
   */
  dag.elements = (drawing, states, picture) => {
    const places = new Map(drawing.cards.map((place) => [place[0], place]));
    const frames = drawing.frames.flatMap((frame, n) => {
      const [kind, opener, , x, y, w, h] = frame;
      const isDouble = kind === 'foreach' || kind === 'parallel';
      const box = (/** @type {number} */ by) => ({
        ...FIXED, data: { id: `box${by} ${opener}`, w: w - 2 * by, h: h - 2 * by, z: n }, position: { x: x + w / 2, y: y + h / 2 },
        classes: isDouble ? 'frame double' : 'frame',
      });
      const room = labelRoom(frame);
      const label = {
        ...FIXED, data: { id: `label ${opener}`, w: room, picture: dag.framePicture(frame, states) },
        position: { x: Math.round(x) + (isDouble ? 14 : 12) + room / 2, y: Math.round(y) + (isDouble ? 14 : 12) }, classes: 'words',
      };
      return isDouble ? [box(0), box(4), label] : [box(0), label];
    });
    const cards = drawing.cards.map((place) => ({
      ...FIXED, data: { id: `card ${place[0]}`, name: place[0], picture: picture(place) }, position: { x: place[1], y: place[2] },
      classes: place[3].length ? 'card chain' : 'card',
    }));
    const lines = drawing.lines.flatMap((line, n) => {
      const [source, target, way, points, , x, y] = line;
      const [from, to] = [places.get(source), places.get(target)];
      if (!from || !to) return [];
      const edge = source === target ? ear(line, n, from, states) : curve(`line ${n}`, n, from, to, points, states, line);
      const label = { ...FIXED, data: { id: `words ${n}`, w: CASE, picture: dag.linePicture(line, states) }, position: { x, y }, classes: 'words' };
      return line[4] || way === 'loop' ? [edge, label].flat() : [edge].flat();
    });
    return [...frames, ...cards, ...lines];
  };

  dag.style = () => {
    const colour = run.colour;
    return [
      { selector: 'node', style: { 'z-index-compare': 'manual', events: 'no' } },
      {
        selector: '.frame',
        style: {
          shape: 'round-rectangle', width: 'data(w)', height: 'data(h)', 'z-index': 'data(z)', 'background-color': colour('bg-chrome'),
          'border-width': 1, 'border-color': colour('line'),
        },
      },
      { selector: '.frame.double', style: { 'border-color': colour('ink-2') } },
      {
        selector: '.card',
        style: {
          shape: 'round-rectangle', width: dag.WIDTH, height: dag.HEIGHT, 'z-index': 3000, events: 'yes', 'background-opacity': 0,
          'background-image': 'data(picture)', 'background-width': dag.WIDTH, 'background-height': dag.HEIGHT, 'background-clip': 'none',
          'overlay-opacity': 0,
        },
      },
      { selector: '.card.is-chosen', style: { 'underlay-color': colour('accent'), 'underlay-opacity': 0.35, 'underlay-padding': 5, 'underlay-shape': 'round-rectangle' } },
      { selector: '.card.is-found', style: { 'underlay-color': colour('bg-mark-current'), 'underlay-opacity': 0.9, 'underlay-padding': 4, 'underlay-shape': 'round-rectangle' } },
      { selector: '.card.is-other', style: { opacity: 0.35 } },
      {
        selector: '.words',
        style: {
          width: 'data(w)', height: dag.WORDS, 'z-index': 4000, shape: 'rectangle', 'background-opacity': 0,
          'background-image': 'data(picture)', 'background-width': '100%', 'background-height': '100%',
        },
      },
      {
        selector: 'edge',
        style: {
          'z-index-compare': 'manual', 'z-index': 2000, events: 'no', width: 1.5, 'line-color': colour('ink-2'), 'curve-style': 'straight',
          'source-endpoint': 'data(out)', 'target-endpoint': 'data(in)', 'target-arrow-shape': 'triangle', 'target-arrow-color': colour('ink-2'),
          'arrow-scale': 0.8,
        },
      },
      {
        selector: 'edge.bent',
        style: {
          'curve-style': 'unbundled-bezier', 'edge-distances': 'endpoints', 'control-point-weights': 'data(weights)',
          'control-point-distances': 'data(distances)',
        },
      },
      { selector: 'edge.blunt', style: { 'target-arrow-shape': 'none' } },
      { selector: '.point', style: { width: 0.1, height: 0.1, 'background-opacity': 0 } },
      { selector: 'edge.todo', style: { 'line-style': 'dashed', 'line-dash-pattern': [4, 3], 'line-color': colour('ink-3'), 'target-arrow-color': colour('ink-3') } },
    ];
  };
})();
