/**
 * Choosing a range by dragging. A drag inside an element `data-brush="ID"` marks a range on the element with that id (the
 * area: what the range is measured on, which lets presses through); a range that stands there (`.mf-range` with its two
 * handles) can be moved by its handles, and as a whole when it carries `data-move`. The area hears `mf:ranging` while
 * that goes on and `mf:range` when it is done, with `{from, to}` as fractions of its width, 0 to 1. Escape gives up. A
 * press that does not move stays a click.
 */
(function () {
  'use strict';
  const LEAST = 4; // pixels before a press is a drag
  /**
   * `fixed`: the end that stays; `grip`: the range that moves as a whole.
   * @type {{area: HTMLElement, start: number, fixed: number | null, grip: [number, number] | null, mark: HTMLElement | null, id: number} | null}
   */
  let drag = null;

  /** @param {HTMLElement} area @param {number} x @returns {number} a fraction of the width */
  function fraction(area, x) {
    const { left, width } = area.getBoundingClientRect();
    return Math.min(1, Math.max(0, (x - left) / (width || 1)));
  }

  /** @param {number} x */
  function ends(x) {
    if (!drag) return [0, 0];
    if (drag.grip) {
      const [low, high] = drag.grip;
      const shift = fraction(drag.area, x) - fraction(drag.area, drag.start);
      const kept = Math.min(Math.max(shift, -low), 1 - high);
      return [low + kept, high + kept];
    }
    const from = drag.fixed ?? fraction(drag.area, drag.start);
    return [from, fraction(drag.area, x)].sort((a, b) => a - b);
  }

  /** @param {number} from @param {number} to */
  function draw(from, to) {
    if (!drag) return;
    if (!drag.mark) {
      drag.mark = document.createElement('div');
      drag.mark.className = 'mf-range is-drawn';
      drag.area.append(drag.mark);
      drag.area.classList.add('is-brushed');
    }
    drag.mark.style.left = `${from * 100}%`;
    drag.mark.style.width = `${(to - from) * 100}%`;
  }

  function end() {
    drag?.mark?.remove();
    drag?.area.classList.remove('is-brushed');
    drag = null;
  }

  document.addEventListener('pointerdown', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const area = document.getElementById(target?.closest('[data-brush]')?.getAttribute('data-brush') || '');
    if (!(area instanceof HTMLElement) || event.button || event.shiftKey || event.ctrlKey || event.metaKey) return;
    const handle = target?.closest('[data-handle]');
    const moved = handle ? null : target?.closest('[data-move]');
    const box = (handle?.parentElement || moved)?.getBoundingClientRect();
    const [left, right] = box ? [fraction(area, box.left), fraction(area, box.right)] : [0, 0];
    const fixed = !handle ? null : handle.getAttribute('data-handle') === 'from' ? right : left;
    drag = { area, start: event.clientX, fixed, grip: moved ? [left, right] : null, mark: null, id: event.pointerId };
    if (handle || moved) event.preventDefault();
  });

  document.addEventListener('pointermove', (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.mark && drag.fixed === null && Math.abs(event.clientX - drag.start) < LEAST) return;
    const [from, to] = ends(event.clientX);
    draw(from, to);
    drag.area.dispatchEvent(new CustomEvent('mf:ranging', { detail: { from, to }, bubbles: true }));
    event.preventDefault();
  });

  document.addEventListener('pointerup', (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { area, mark } = drag;
    const [from, to] = ends(event.clientX);
    end();
    if (!mark || to <= from) return;
    // The click that follows belongs to the drag.
    window.addEventListener('click', stop, { capture: true, once: true });
    window.setTimeout(() => window.removeEventListener('click', stop, { capture: true }));
    area.dispatchEvent(new CustomEvent('mf:range', { detail: { from, to }, bubbles: true }));
  });

  /** @param {Event} event */
  function stop(event) {
    event.stopPropagation();
    event.preventDefault();
  }

  document.addEventListener('pointercancel', end);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && drag) {
      end();
      event.preventDefault();
    }
  });
})();
