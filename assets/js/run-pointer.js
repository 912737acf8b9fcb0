/** Pointer and keys on the timeline: the tooltip of a bar, its link, Shift-drag, double click, zoom keys, J K E. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const NEAR = 4; // pixels beside a bar that still mean it
  /** @type {{x: number, from: number, to: number} | null} */
  let panning = null;

  const timeline = () => run.timeline;

  /**
   * The attempt under a point of the window.
   * @param {number} x
   * @param {number} y
   */
  function under(x, y) {
    const { plot } = timeline().parts();
    const c = timeline().columns();
    const box = plot.getBoundingClientRect();
    const hit = run.at(timeline().rows().blocks, y - box.top);
    if (!hit || !c) return null;
    const { block, n } = hit;
    const t = block.kind === 'tasks' ? block.tasks[n] : block.kind === 'step' && block.lane.tasks === 1 ? block.tasks[0] : undefined;
    const place = { top: block.y + n * block.height, height: block.height };
    if (t === undefined) return { place, t: null, row: null, x: 0, width: 0 };
    const [from, to] = timeline().range();
    const px = (/** @type {number} */ ms) => ((ms - from) / (to - from)) * box.width;
    for (let row = c.first[t + 1] - 1; row >= c.first[t]; row--) {
      const start = px(c.queued[row]);
      const end = px(run.status(c, row) === 'running' || run.status(c, row) === 'pending' ? run.now(c) : Number.isNaN(c.finished[row]) ? c.queued[row] : c.finished[row]);
      if (x - box.left >= start - NEAR && x - box.left <= Math.max(end, start + 2) + NEAR + 8) {
        return { place, t, row, x: start - NEAR, width: Math.max(end - start, 2) + 2 * NEAR + 4 };
      }
    }
    return { place, t, row: null, x: 0, width: 0 };
  }

  document.addEventListener('pointermove', (event) => {
    if (!run.timeline?.isShown()) return;
    const { plot, hover, link, labels } = timeline().parts();
    if (panning) return pan(event.clientX);
    const target = event.target instanceof Element ? event.target : null;
    const inPlot = target && plot.contains(target);
    const label = target?.closest('.tl-labels > [data-key]');
    if (!inPlot && !label) return leave();
    const hit = inPlot ? under(event.clientX, event.clientY) : null;
    const top = hit?.place.top ?? (label ? parseFloat(/** @type {HTMLElement} */ (label).style.top) : NaN);
    const height = hit?.place.height ?? /** @type {HTMLElement} */ (label)?.offsetHeight;
    hover.hidden = Number.isNaN(top) || height > 40;
    if (!hover.hidden) hover.style.cssText = `top:${top}px;height:${height}px`;
    for (const row of labels.querySelectorAll('.is-hover')) row.classList.remove('is-hover');
    if (!hover.hidden) [...labels.children].find((row) => parseFloat(/** @type {HTMLElement} */ (row).style.top) === top)?.classList.add('is-hover');
    if (!hit || hit.row === null || hit.t === null) {
      link.hidden = true;
      run.hideTip();
      return;
    }
    const c = timeline().columns();
    const count = c.first[hit.t + 1] - c.first[hit.t];
    link.href = run.href(c, hit.t) + (count > 1 ? `?attempt=${c.attempt[hit.row]}` : '');
    link.style.cssText = `left:${hit.x}px;top:${hit.place.top}px;width:${hit.width}px;height:${hit.place.height}px`;
    link.hidden = false;
    if (!event.buttons) run.showTip(c, hit.row, event.clientX, event.clientY, timeline().url());
  }, { passive: true });

  function leave() {
    const { hover, link, labels } = timeline().parts();
    if (!hover || (hover.hidden && link.hidden)) return;
    hover.hidden = true;
    link.hidden = true;
    for (const row of labels.querySelectorAll('.is-hover')) row.classList.remove('is-hover');
    run.hideTip();
  }
  document.addEventListener('scroll', () => run.timeline?.isShown() && leave(), { passive: true, capture: true });

  // The same tooltip for a label that has the focus.
  document.addEventListener('focusin', (event) => {
    const label = event.target instanceof HTMLElement ? event.target.closest('.tl-labels [data-task]') : null;
    if (!(label instanceof HTMLElement) || !label.matches(':focus-visible')) return;
    const c = timeline().columns();
    const box = label.getBoundingClientRect();
    run.showTip(c, run.last(c, Number(label.dataset.task)), box.right, box.top, timeline().url());
  });
  document.addEventListener('focusout', (event) => {
    if (event.target instanceof Element && event.target.closest('.tl-labels [data-task]')) run.hideTip();
  });

  // Shift-drag moves the window; brush.js leaves drags with Shift alone.
  document.addEventListener('pointerdown', (event) => {
    if (!run.timeline?.isShown() || !event.shiftKey || event.button) return;
    if (!(event.target instanceof Element && timeline().parts().plot.contains(event.target))) return;
    const [from, to] = timeline().range();
    panning = { x: event.clientX, from, to };
    event.preventDefault();
  });
  /** @param {number} x */
  function pan(x) {
    if (!panning) return;
    const shift = ((panning.x - x) / timeline().parts().plot.clientWidth) * (panning.to - panning.from);
    timeline().show(panning.from + shift, panning.to + shift, false);
  }
  document.addEventListener('pointerup', () => {
    if (!panning) return;
    panning = null;
    timeline().show(...timeline().range());
  });
  document.addEventListener('dblclick', (event) => {
    if (!run.timeline?.isShown() || !(event.target instanceof Element)) return;
    if (timeline().parts().plot.contains(event.target) && !event.target.closest('.tl-more')) timeline().show(-Infinity, Infinity);
  });

  // Ctrl and the wheel zoom where the pointer is; the browser's own zoom stays off the plot only.
  document.addEventListener('wheel', (event) => {
    if (!event.ctrlKey || !run.timeline?.isShown() || !(event.target instanceof Element)) return;
    const { plot } = timeline().parts();
    if (!plot.contains(event.target)) return;
    event.preventDefault();
    const box = plot.getBoundingClientRect();
    timeline().scale(2 ** (Math.sign(event.deltaY) * 0.4), (event.clientX - box.left) / box.width);
  }, { passive: false });

  /** @param {(shown: any) => void} act */
  const when = (act) => () => {
    if (!run.timeline?.isShown()) return false;
    act(timeline());
    return true;
  };
  Object.assign(window.mf.keys, {
    '+': when((shown) => shown.scale(0.5)),
    '=': when((shown) => shown.scale(0.5)),
    '-': when((shown) => shown.scale(2)),
    0: when((shown) => shown.show(-Infinity, Infinity)),
    ArrowLeft: when((shown) => shown.pan(-0.25)),
    ArrowRight: when((shown) => shown.pan(0.25)),
    Escape: () => run.timeline?.isShown() && timeline().isFull() && (timeline().full(false), true),
  });

  /**
   * The next row in the whole timeline, drawn or not, after the one that has the focus.
   * @param {1 | -1} step
   * @param {boolean} failed
   */
  window.mf.nextRow = (step, failed) => {
    if (!run.timeline?.isShown()) return null;
    const c = timeline().columns();
    const current = document.activeElement?.closest('.tl-labels > [data-key]');
    const at = current instanceof HTMLElement ? parseFloat(current.style.top) : step > 0 ? timeline().view().top - 1 : Infinity;
    /** @type {{y: number, key: string} | null} */
    let best = null;
    for (const block of timeline().rows().blocks) {
      const places = block.kind === 'tasks' ? block.tasks : block.kind === 'step' && block.lane.tasks === 1 ? [block.tasks[0]] : [];
      for (let n = 0; n < places.length; n++) {
        const y = block.y + n * block.height;
        if (step > 0 ? y <= at : y >= at) continue;
        const look = places[n] === undefined ? '' : run.look(c, run.last(c, places[n]));
        if (failed && look !== 'failed' && look !== 'killed') continue;
        if (!best || (step > 0 ? y < best.y : y > best.y)) best = { y, key: block.kind === 'tasks' ? `t${places[n]}` : `step ${block.lane.step}` };
        if (step > 0) return goTo(best);
      }
    }
    return best && goTo(best);
  };

  /** @param {{y: number, key: string}} row scroll there and give it the focus once it is drawn */
  function goTo({ y, key }) {
    const { labels } = timeline().parts();
    const find = () => [...labels.children].find((node) => /** @type {HTMLElement} */ (node).dataset.key === key);
    const place = labels.getBoundingClientRect().top + y;
    if (place < 110 || place > window.innerHeight - 90) window.scrollBy(0, place - window.innerHeight / 2);
    const focus = () => {
      const node = find();
      const target = node?.matches('a') ? node : node?.querySelector('a');
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
      return Boolean(target);
    };
    if (!focus()) window.addEventListener('mf:drawn', focus, { once: true });
    return true;
  }
})();
