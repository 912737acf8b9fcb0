/** The time axis of a run: round ticks of elapsed time or of the wall clock in the viewer's zone, and their words. */
(function () {
  'use strict';
  const run = (window.mf.run = window.mf.run || {});
  const [S, M, H, D] = [1000, 60_000, 3_600_000, 86_400_000];
  const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, S, 2 * S, 5 * S, 10 * S, 15 * S, 30 * S, M, 2 * M, 5 * M, 10 * M, 15 * M,
    30 * M, H, 2 * H, 3 * H, 6 * H, 12 * H, D, 2 * D, 5 * D, 10 * D, 30 * D, 100 * D, 365 * D];
  const ROOM = 92; // pixels between two ticks at least
  let clock = false;
  let t0 = 0;

  /** @param {boolean} isClock @param {number} start epoch milliseconds */
  run.setAxis = (isClock, start) => {
    clock = isClock;
    t0 = start;
  };

  /** @param {number} span @param {number} width */
  const stepFor = (span, width) => STEPS.find((step) => (span / step) * ROOM <= width) || STEPS[STEPS.length - 1];

  /**
   * Ticks between two moments (ms since the start of the run) on an axis so many pixels wide.
   * @param {number} from
   * @param {number} to
   * @param {number} width
   * @returns {{at: number, text: string}[]}
   */
  run.ticks = (from, to, width) => {
    const step = stepFor(to - from, width);
    const shift = clock ? t0 + window.mf.time.zoneOffset(t0 + from) : 0; // so that ticks are round on the wall clock
    const ticks = [];
    for (let n = Math.ceil((from + shift) / step); n * step - shift <= to && ticks.length < 60; n++) {
      const at = n * step - shift;
      ticks.push({ at, text: clock ? clockText(t0 + at, step) : elapsed(at, step) });
    }
    return ticks;
  };

  /** @param {number} instant @param {number} step */
  function clockText(instant, step) {
    const words = window.mf.time.written(instant, step >= D ? 'date' : 'clock');
    return step >= M && step < D ? words.slice(0, 5) : words;
  }

  /** `0`, `5 m`, `1 h 30 m`, `2 d 6 h`, `0.5 s` @param {number} ms @param {number} step */
  function elapsed(ms, step) {
    if (ms === 0) return '0';
    const sign = ms < 0 ? '−' : '';
    let rest = Math.abs(Math.round(ms));
    if (step < S) return `${sign}${(rest / S).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1)} s`;
    const words = [];
    for (const [size, unit] of /** @type {[number, string][]} */ ([[D, 'd'], [H, 'h'], [M, 'm'], [S, 's']])) {
      const n = Math.floor(rest / size);
      rest -= n * size;
      if (n) words.push(`${n} ${unit}`);
    }
    return sign + words.slice(0, 2).join(' ');
  }

  /** A moment on the wall clock, to the second. @param {number} ms since the start of the run */
  run.moment = (ms) => window.mf.time.written(t0 + ms, 'clock');
})();
