/**
 * The poll and its indicator: live, paused, late, unreachable.
 *
 * The dcc.Interval `shell-interval` asks; its ticks come through `dash_clientside.shell.asked`, the server's answers
 * through `dash_clientside.shell.answer`. It is disabled while paused, while the tab is hidden and while a poll is
 * unanswered. After a failure the next one waits 5, 10, 20, 30 s. While the page shows something that has ended
 * (`data-ended`), only a late change can come, and it asks more seldom.
 *
 * @typedef {{s: 'live' | 'down', at: number, since: number | null, m: string | null}} Answer
 */
(function () {
  'use strict';
  const BACK_OFF = [5, 10, 20, 30];
  const SELDOM = 12; // times the usual pause
  const PATIENCE = 10_000; // a poll without answer for this long counts as failed
  let refresh = 5000;
  let paused = false;
  let ticks = 0;
  let failures = 0;
  let askedAt = 0; // when the unanswered poll was sent; 0: none
  let nextAt = 0;
  let timer = 0;
  /** @type {Answer | null} */
  let last = null;
  let heardAt = 0; // this computer's clock at the last answer, whatever it said
  let openedAt = Date.now();

  const find = (/** @type {string} */ name) => window.mf.find(`[data-live="${name}"]`);

  const every = () => refresh * (window.mf.find('[data-ended]') ? SELDOM : 1);
  const isOff = () => paused || document.hidden;

  /** The interval's next tick, or the moment when an answer is waited for no longer. */
  function schedule() {
    window.clearTimeout(timer);
    const disabled = isOff() || askedAt > 0;
    const interval = Math.max(20, nextAt - Date.now());
    window.mf.set('shell-interval', disabled ? { disabled } : { disabled, interval });
    if (askedAt && !isOff()) timer = window.setTimeout(giveUp, Math.max(0, askedAt + PATIENCE - Date.now()));
  }

  /** Ask now, without waiting for the interval. */
  function ask() {
    if (askedAt && Date.now() - askedAt < PATIENCE) return;
    window.mf.set('shell-interval', { n_intervals: ticks + 1 });
  }

  /** A poll has been sent. @param {number} count */
  function asked(count) {
    ticks = count || 0;
    askedAt = Date.now();
    window.mf.ready(() => {
      schedule();
      draw();
    });
  }

  function giveUp() {
    wait(true);
    schedule();
    draw();
  }

  /** @param {boolean} failed */
  function wait(failed) {
    askedAt = 0;
    failures = failed ? failures + 1 : 0;
    const pause = failed ? BACK_OFF[Math.min(failures, BACK_OFF.length) - 1] * 1000 : every();
    nextAt = Date.now() + pause;
  }

  /** @param {Answer | null} answer */
  function hear(answer) {
    if (!answer) return;
    last = answer;
    heardAt = Date.now();
    window.mf.time.freeze(null);
    window.mf.time.sync(answer.at);
    wait(answer.s !== 'live');
    schedule();
    draw();
  }

  /** When the shown data was last known to be right, in the server's time. */
  const knownAt = () => last?.since ?? null;

  /** @returns {'waiting' | 'live' | 'paused' | 'late' | 'down'} */
  function state() {
    const silent = Date.now() - (heardAt || openedAt);
    if (last?.s === 'down') return 'down';
    if (!paused && !document.hidden && silent > Math.max(6 * every(), 30_000)) return 'down';
    if (paused || document.hidden) return 'paused';
    if (!last) return 'waiting';
    return silent > 3 * every() + 1000 ? 'late' : 'live';
  }

  /** "94 s", "2 min 10 s", "3 h 5 min" @param {number} ms */
  function span(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 120) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  }

  /** @param {Element | null} element @param {string} text */
  function put(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  const WORDS = { waiting: 'Connecting', live: 'Live', paused: 'Paused', late: '', down: 'Database unreachable' };
  const SPOKEN = {
    waiting: '', live: 'Updates are live', paused: 'Updates are paused', late: 'The data is late',
    down: 'The database does not answer. The data shown is kept, and updates go on when it is back.',
  };
  let before = 'waiting';

  function draw() {
    const button = find('button');
    if (!(button instanceof HTMLElement)) return;
    const is = state();
    const known = knownAt();
    const serverGone = is === 'down' && last?.s !== 'down';
    // Clocks stand while the database is silent: what is shown is the state of that moment.
    if (is === 'down' && known) window.mf.time.freeze(known);
    const age = known ? Date.now() + (last ? last.at - heardAt : 0) - known : 0;
    const aged = known ? span(age) : '';
    button.classList.toggle('is-waiting', is === 'waiting');
    button.classList.toggle('is-paused', is === 'paused');
    button.classList.toggle('is-stale', is === 'late');
    button.classList.toggle('is-down', is === 'down');
    put(find('word'), is === 'late' ? `Data is ${aged} old` : serverGone ? 'Server unreachable' : WORDS[is]);
    put(find('age'), is === 'live' ? `${aged} ago` : is === 'paused' ? aged : '');
    const does = paused ? 'Click or P: resume' : `Asks every ${every() / 1000} s. Click or P: pause`;
    const hint = `${does}\n${button.dataset.source || ''}`;
    if (button.title !== hint) button.title = hint;
    document.documentElement.dataset.mfLive = is;
    if (before !== is) put(find('spoken'), before === 'waiting' && is === 'live' ? '' : SPOKEN[is]);
    before = is;
    banner(is === 'down', serverGone, known, age);
  }

  /** @param {boolean} shown @param {boolean} server @param {number | null} known @param {number} age */
  function banner(shown, server, known, age) {
    const box = window.mf.find('#shell-banner');
    if (!(box instanceof HTMLElement)) return;
    box.hidden = !shown;
    if (!shown) return;
    const who = server ? 'The server' : 'The database';
    put(find('silence'), known ? `${who} has not answered for` : `${who} does not answer.`);
    put(find('silent_for'), known ? `${window.mf.time.duration(age)}.` : '');
    put(find('state'), known
      ? `You see the state of ${window.mf.time.written(known, 'clock')}. Running durations and progress are frozen.`
      : 'Nothing could be read yet.');
    const left = Math.ceil((nextAt - Date.now()) / 1000);
    put(find('countdown'), askedAt ? 'Trying …' : paused ? 'Paused' : `Next try in ${Math.max(0, left)} s`);
    put(find('detail'), server
      ? `${location.origin} does not answer. The program may have been stopped, or the network is down.`
      : last?.m || 'The database gave no reason.');
  }

  function retry() {
    nextAt = 0;
    askedAt = 0;
    paused = false;
    ask();
  }

  function toggle() {
    paused = !paused;
    if (paused) {
      askedAt = 0;
      schedule();
      draw();
    } else {
      retry();
    }
  }

  window.mf.live = { toggle, retry, state };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = Object.assign(window.dash_clientside.shell || {}, { asked, answer: hear });

  document.addEventListener('click', (event) => {
    const hit = event.target instanceof Element && event.target.closest('[data-live="button"], [data-live="retry"]');
    if (!hit) return;
    if (hit.getAttribute('data-live') === 'retry' || state() === 'down') retry();
    else toggle();
  });
  document.addEventListener('visibilitychange', () => {
    if (isOff()) {
      askedAt = 0;
      schedule();
      draw();
      return;
    }
    openedAt = Date.now();
    if (heardAt) heardAt = Math.max(heardAt, openedAt - refresh); // what was missed while hidden is nobody's fault
    retry();
  });

  window.addEventListener('mf:arrive', () => {
    if (askedAt || !nextAt) return;
    nextAt = Math.min(nextAt, Date.now() + refresh); // what is shown now may well change
    schedule();
  });

  window.mf.ready(() => {
    const button = find('button');
    refresh = Number(button instanceof HTMLElement && button.dataset.refresh) || refresh;
    draw();
    window.setInterval(() => !document.hidden && draw(), 1000);
  });
})();
