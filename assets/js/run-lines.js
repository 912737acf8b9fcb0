/** What stands around the bars of the timeline: ticks of the axis, lines between rows, buttons for more tasks, scales. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});

  /**
   * @param {HTMLElement} place
   * @param {import('./run-columns.js').Columns} c
   * @param {number} from
   * @param {number} to
   * @param {number} width
   */
  run.drawAxis = (place, c, from, to, width) => {
    const ticks = run.ticks(from, to, width).map((/** @type {any} */ { at, text }) => tick(at, text, 'tick'));
    const now = run.now(c);
    if (c.head.run.running && now >= from && now <= to) ticks.push(tick(now, 'now', 'tick now'));
    place.replaceChildren(...ticks);

    function tick(/** @type {number} */ at, /** @type {string} */ text, /** @type {string} */ css) {
      const element = run.make('span', css, text);
      element.style.left = `${((at - from) / (to - from)) * 100}%`;
      return element;
    }
  };

  /**
   * Lines between rows, and buttons that list more tasks.
   * @param {HTMLElement} place
   * @param {import('./run-rows.js').Block[]} blocks
   * @param {number} top
   * @param {number} bottom
   */
  run.drawLines = (place, blocks, top, bottom) => {
    const made = [];
    for (const block of blocks) {
      const height = block.height * (block.kind === 'tasks' ? block.tasks.length : 1);
      if (block.y > bottom) break;
      if (block.y + height < top) continue;
      const lane = run.make('div', 'tl-lane');
      lane.style.cssText = `top:${block.y}px;height:${height}px;background-size:100% ${block.height}px`;
      made.push(lane);
      if (block.kind === 'more') made.push(more(block));
    }
    place.replaceChildren(...made);
  };

  /** @param {import('./run-rows.js').Block} block */
  function more(block) {
    const { step } = block.lane;
    const line = run.make('div', 'tl-more');
    line.style.top = `${block.y}px`;
    const left = block.tasks.length - block.shown;
    line.append(button(`Show ${Math.min(100, left)} more`, block.shown + 100));
    if (left > 100) line.append(button(`Show all ${run.count(block.tasks.length)}`, block.tasks.length));
    const target = new URL(location.href);
    target.searchParams.set('tab', 'tasks');
    target.searchParams.set('step', step);
    line.append(run.make('a', 'small', 'Open all in Tasks', { href: target.pathname + target.search }));
    return line;

    function button(/** @type {string} */ words, /** @type {number} */ to) {
      return run.make('button', 'mf-btn sm', words, { type: 'button', 'data-more': step, 'data-to': String(to) });
    }
  }

  /**
   * The scales of summaries, left of where their areas begin.
   * @param {HTMLElement} place
   * @param {{top: number, half: number, most: number, x: number}[]} scales
   * @param {number} from
   * @param {number} to
   */
  run.drawScales = (place, scales, from, to) => {
    for (const { top, half, most, x } of scales) {
      const box = run.make('div', 'tl-scale');
      const share = Math.min(0.9, Math.max(0, (x - from) / (to - from)));
      box.style.cssText = `top:${top - 7}px;height:${half - top + 14}px;${share > 0.08 ? `right:${100 - share * 100}%` : 'left:0'}`;
      const lower = run.make('span', 'mf-row', most > 1 ? run.count(most / 2) : '');
      // Where there is room left of the area, also what is what.
      if (share > 0.2) lower.append(run.make('span', 'p2 fg-running', 'running'), run.make('i', 'p2 tl-key k-queue'), run.make('span', 'p2', 'queued'));
      box.append(run.make('span', '', `${run.count(most)} tasks`), lower);
      place.append(box);
    }
  };
})();
