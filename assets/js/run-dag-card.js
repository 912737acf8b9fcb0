/**
 * The card of a step as SVG: 232 × 42, for the picture that Cytoscape puts on a node and for the export. All that comes
 * from users is escaped here. What the texts say is decided in dashboard/run_page/dag_states.py.
 *
 * @typedef {Object} Card
 * @property {string} look     status by its CSS name
 * @property {string} value    at the right
 * @property {string} line     below the name
 * @property {number} tasks
 * @property {number} [done]
 * @property {number} [failed]
 * @property {number} [running]
 * @property {string} [spent]  at the right when shaded by duration
 * @property {string} [waited] … or by queue
 * @property {number[]} [heat] levels 0 to 3 of duration and queue
 * @property {1} [todo]        not begun
 * @property {1} [doc]         has a docstring
 */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const dag = (run.dag = run.dag || {});
  const WIDTH = 232;
  const HEIGHT = 42;
  const WORDS = 16; // height of a label
  const LEFT = 31; // of the texts
  const RIGHT = 222;
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
  const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Roboto Mono", "DejaVu Sans Mono", monospace';
  const LOUD = new Set(['failed', 'running', 'lost', 'killed', 'caught']); // looks that tint the card
  const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));

  /** Text for XML; characters that XML forbids become a replacement mark. @param {unknown} text */
  const escape = (text) =>
    String(text)
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
      .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

  /** @param {string} text @param {string} font */
  function width(text, font) {
    ruler.font = font;
    return ruler.measureText(text).width;
  }

  /** The text as far as it fits. @param {string} text @param {number} room @param {string} font */
  function fit(text, room, font) {
    if (width(text, font) <= room) return text;
    let [short, long] = [0, text.length];
    while (short < long) {
      const middle = (short + long + 1) >> 1;
      if (width(`${text.slice(0, middle)}…`, font) <= room) short = middle;
      else long = middle - 1;
    }
    return `${text.slice(0, short)}…`;
  }

  /** @type {Record<string, string>} */
  const shapes = {};
  /** What is inside of a glyph or icon of 30-icons.css, in black. @param {string} css class names */
  function shape(css) {
    if (shapes[css] === undefined) {
      const probe = document.createElement('i');
      probe.className = css;
      document.body.append(probe);
      const mask = getComputedStyle(probe).getPropertyValue('--m');
      probe.remove();
      const svg = decodeURIComponent(/url\("data:image\/svg\+xml,(.*)"\)/.exec(mask)?.[1] || '');
      shapes[css] = /^<svg[^>]*>(.*)<\/svg>$/s.exec(svg)?.[1] || '';
    }
    return shapes[css];
  }

  /** @param {string} css @param {string} colour @param {number} x @param {number} y @param {number} size */
  const sign = (css, colour, x, y, size) =>
    `<g transform="translate(${x} ${y}) scale(${size / 16})" fill="${colour}">${shape(css).replaceAll('#000', colour)}</g>`;

  /** @param {number} x @param {number} y @param {number} w @param {string} fill @param {string} [more] */
  const bar = (x, y, w, fill, more = '') => `<rect x="${x}" y="${y}" width="${Math.max(0, w).toFixed(2)}" height="6" fill="${fill}"${more}/>`;

  /** Completed, failed and running tasks. @param {Card} card @param {(name: string) => string} colour */
  function progress(card, colour) {
    const full = 64;
    let x = LEFT;
    let made = bar(LEFT, 28, full, colour('track'), ' rx="2"');
    for (const [number, name] of /** @type {[number, string][]} */ ([[card.done || 0, 'completed'], [card.failed || 0, 'failed'], [card.running || 0, 'running']])) {
      const share = (number / card.tasks) * full;
      if (!share) continue;
      made += bar(x, 28, share, colour(`st-${name}`), name === 'running' ? ' fill-opacity=".55"' : '');
      x += share;
    }
    return made;
  }

  /**
   * The colours of a card's ground and border.
   * @param {Card} card
   * @param {string} shade
   * @param {(name: string) => string} colour
   */
  function surface(card, shade, colour) {
    if (card.todo) return { fill: colour('bg'), stroke: colour('ink-3'), dash: ' stroke-dasharray="4 3"', wide: 1 };
    const isLoud = !shade && LOUD.has(card.look);
    return isLoud
      ? { fill: colour(`st-${card.look}-tint`), stroke: colour(`st-${card.look}`), dash: '', wide: 1.5 }
      : { fill: colour('bg'), stroke: colour('line-strong'), dash: '', wide: 1 };
  }

  /**
   * @param {string} name
   * @param {Card} card
   * @param {{shade: string, chain: number}} how `chain`: of how many steps
   * @returns {string} without the surrounding svg element
   */
  dag.card = (name, card, { shade, chain }) => {
    const colour = run.colour;
    const { fill, stroke, dash, wide } = surface(card, shade, colour);
    const edge = wide / 2;
    const box = (/** @type {number} */ by) => `<rect x="${edge + by}" y="${edge + by}" width="${WIDTH - wide - by}" height="${HEIGHT - wide - by}" rx="6" fill="${fill}" stroke="${stroke}" stroke-width="${wide}"${dash}/>`;
    const value = (shade === 'duration' ? card.spent : shade === 'queue' ? card.waited : card.value) || '';
    const room = RIGHT - LEFT - width(value, `12px ${FONT}`) - (card.doc ? 28 : 8);
    const title = fit(name, room, `600 13px ${FONT}`);
    const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ content, /** @type {string} */ more) => `<text x="${x.toFixed(1)}" y="${y}" font-family="${escape(FONT)}" ${more}>${content}</text>`;
    const isCounted = !card.todo && card.tasks > 1 && (card.done || 0) < card.tasks;
    const left = isCounted ? LEFT + 72 : LEFT;
    const fails = card.failed ? `<tspan fill="${colour('st-failed-fg')}" font-weight="500">  ${card.failed.toLocaleString('en-US')} ✕</tspan>` : '';
    const parts = [
      chain ? `<rect x="4" y="4" width="${WIDTH - 5}" height="${HEIGHT - 5}" rx="6" fill="${fill}" stroke="${stroke}"/>` : '',
      chain ? box(0).replace(`width="${WIDTH - wide}"`, `width="${WIDTH - wide - 4}"`).replace(`height="${HEIGHT - wide}"`, `height="${HEIGHT - wide - 4}"`) : box(0),
      shade && !card.todo ? `<rect x="2" y="2" width="6" height="${HEIGHT - 4}" rx="3" fill="${colour(`heat-${card.heat?.[shade === 'queue' ? 1 : 0] ?? 0}`)}"/>` : '',
      sign(`st st-${card.look}`, colour(`st-${card.look === 'notrun' || card.look === 'unknown' ? 'pending' : card.look === 'cloned' ? 'completed' : card.look}-fg`), 11, 7, 14),
      text(LEFT, 18, escape(title), `font-size="13" font-weight="600" fill="${colour('text')}"`),
      card.doc ? sign('ic ic-info', colour('text-3'), LEFT + width(title, `600 13px ${FONT}`) + 6, 7, 13) : '',
      text(RIGHT, 18, escape(value), `font-size="12" text-anchor="end" fill="${colour('text-2')}"`),
      isCounted ? progress(card, colour) : '',
      text(left, 35, escape(fit(card.line, RIGHT - left - (card.failed ? 40 : 0), `12px ${FONT}`)) + fails, `font-size="12" fill="${colour('text-2')}" xml:space="preserve"`),
    ];
    return parts.join('');
  };

  /**
   * The label of a box, from its left end on, or of a line, around its middle: pictures, as Cytoscape blurs small text.
   * @param {string} label
   * @param {number} room
   * @param {boolean} isCase of a line
   */
  dag.words = (label, room, isCase) => {
    const font = isCase ? MONO : FONT;
    const short = fit(label, room - 8, `11px ${font}`);
    const long = short ? width(short, `11px ${font}`) + 8 : 0;
    const ground = isCase ? `<rect x="${((room - long) / 2).toFixed(1)}" width="${long.toFixed(1)}" height="${WORDS}" rx="3" fill="${run.colour('bg')}"/>` : '';
    const place = isCase ? `x="${room / 2}" text-anchor="middle"` : 'x="0"';
    return `${ground}<text ${place} y="12" font-family="${escape(font)}" font-size="11" fill="${run.colour(isCase ? 'text-2' : 'text-3')}">${escape(short)}</text>`;
  };

  /** SVG as the address of a picture, twice as large. @param {string} inside @param {number} [w] @param {number} [h] */
  dag.picture = (inside, w = WIDTH, h = HEIGHT) =>
    `data:image/svg+xml;utf8,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${2 * w}" height="${2 * h}" viewBox="0 0 ${w} ${h}">${inside}</svg>`)}`;

  Object.assign(dag, { escape, WIDTH, HEIGHT, WORDS });
})();
