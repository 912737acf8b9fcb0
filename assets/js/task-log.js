/**
 * The viewer of an attempt's log: as many lines are drawn as fit, whatever the number. Scrolling goes by lines, so that
 * lines which are broken or folded need not be measured before they are seen; beyond 15 million pixels it is scaled.
 */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});
  const ROW = 20;
  const MOST = 15_000_000; // pixels; browsers end at some 30 million
  const SHORT = 40; // lines of a log that is shown whole
  const OVER = 40; // lines drawn beyond the view
  const SCANNED = 3_000; // lines that a fold may hold
  const NAMES = [['stderr', 'stderr'], ['stdout', 'stdout'], ['both', 'Both']];

  /** @type {HTMLElement | null} */
  let host = null;
  /** @type {Record<string, HTMLElement>} */
  let parts = {};
  /** @type {any} */
  let lines = null;
  /** @type {any} */
  let search = null;
  let following = false;
  let frame = 0;
  let drawn = '';
  /** @type {Set<string>} */
  let unfolded = new Set();
  let version = 0;

  const on = (/** @type {string} */ name) => task.query().get(name) !== 'off';
  const chosen = () => {
    const found = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(task.query().get('line') || '');
    return found ? /** @type {[number, number]} */ ([Number(found[1]), Number(found[2] || found[1])]) : null;
  };
  const height = () => Math.min(MOST, lines.total * ROW);
  const perLine = () => (lines.total ? height() / lines.total : ROW);

  function mount() {
    host = window.mf.find('#task-log');
    if (!host) return;
    search = new task.LogSearch({ go, changed: redraw });
    parts = {
      streams: task.make('span', 'mf-seg sm', null, { role: 'group', 'aria-label': 'Stream' }),
      bar: task.make('div', 'mf-bar tool log-tool'),
      note: task.make('div', 'log-note'),
      view: task.make('div', 'mf-log viewer', null, { tabindex: '0', role: 'region', 'aria-label': 'Log' }),
      space: task.make('div', 'log-space'),
      block: task.make('div', 'log-block'),
      foot: task.make('div', 'mf-bar small t3 log-foot'),
      follow: task.button('follow', 'Follow the end of the log', 'Follow', { 'data-follow': '' }),
      wrap: task.button('wrap', 'Break long lines', 'Wrap', { 'data-turn': 'wrap' }),
      times: task.button('clock', 'Show times', 'Times', { 'data-turn': 'times' }),
      fold: task.button('layers', 'Fold lines of the runtime and frames in libraries', 'Fold', { 'data-turn': 'fold' }),
      copy: task.button('copy', 'Copy the chosen lines, else those in view', '', { 'data-copy-lines': '' }),
      full: task.button('full', 'Full screen', '', { 'data-log-full': '' }),
    };
    parts.raw = task.make('a', 'mf-iconbtn sm', null, { download: '', 'data-hard': '', title: 'Download the raw log', 'aria-label': 'Download the raw log', 'data-palette': 'Download the raw log' });
    parts.raw.append(task.icon('download'));
    parts.bar.append(parts.streams, ...search.parts, task.make('span', 'grow'), parts.follow, parts.wrap, parts.times, parts.fold, parts.copy, parts.raw, parts.full);
    parts.view.append(parts.space);
    parts.space.append(parts.block);
    host.replaceChildren(parts.bar, parts.note, parts.view, parts.foot);
    parts.view.addEventListener('scroll', scrolled, { passive: true });
    parts.view.addEventListener('wheel', (event) => event.deltaY < 0 && setFollow(false), { passive: true });
    new ResizeObserver(redraw).observe(parts.view);
    host.addEventListener('click', clicked);
  }

  async function open() {
    lines = new task.Lines(changed);
    following = false;
    unfolded = new Set();
    parts.note.replaceChildren();
    try {
      if (!(await lines.open(task.query().get('log') || ''))) return;
    } catch (error) {
      lines.total = 0;
      draw();
      parts.note.replaceChildren(task.failure('The log cannot be read.', error instanceof Error ? error.message : String(error), open));
      host?.setAttribute('data-state', 'failed');
      return;
    }
    host?.setAttribute('data-state', 'open');
    parts.space.style.height = `${height()}px`;
    parts.view.hidden = !lines.total; // only what is shown at its full height can be scrolled to its end
    parts.view.classList.toggle('is-short', lines.total <= SHORT);
    const line = chosen();
    setFollow(task.isLive() && !lines.complete && !line);
    if (line && lines.isCounted) go(line[0]);
    else parts.view.scrollTop = height();
    redraw();
    search.run(lines.stream);
    tell();
  }

  /** Others may look for lines now. */
  const tell = () => window.dispatchEvent(new CustomEvent('mf:log', { detail: { streams: lines.streams } }));

  /** More lines are there, or all are counted now. */
  function changed() {
    const wasAtEnd = atEnd();
    const line = chosen();
    const first = !host?.hasAttribute('data-counted');
    host?.toggleAttribute('data-counted', lines.isCounted);
    parts.space.style.height = `${height()}px`;
    if (first && lines.isCounted && line) go(line[0]);
    else if (wasAtEnd && (first || following)) parts.view.scrollTop = height();
    redraw();
  }

  const atEnd = () => parts.view.scrollTop + parts.view.clientHeight >= parts.view.scrollHeight - 2;

  /** @param {boolean} value */
  function setFollow(value) {
    following = value;
    parts.follow.classList.toggle('on', value);
    parts.follow.setAttribute('aria-pressed', String(value));
  }

  function scrolled() {
    if (following && !atEnd()) setFollow(false);
    frame = frame || requestAnimationFrame(draw);
  }

  function redraw() {
    version++;
    frame = frame || requestAnimationFrame(draw);
  }

  /** To a line by its number. @param {number} number */
  function go(number) {
    if (!lines.isCounted) return;
    setFollow(false);
    const shown = parts.view.clientHeight / ROW;
    parts.view.scrollTop = Math.max(0, (number - 1 - Math.floor(shown / 3)) * perLine());
    redraw();
  }

  function draw() {
    frame = 0;
    if (!host?.isConnected || !lines) return;
    if (parts.space.style.height !== `${height()}px`) parts.space.style.height = `${height()}px`;
    const shown = Math.ceil(parts.view.clientHeight / ROW);
    const end = lines.total > SHORT && atEnd();
    parts.view.classList.toggle('is-short', lines.total <= SHORT);
    const first = lines.total <= SHORT ? 0 : end ? Math.max(0, lines.total - shown - OVER) : Math.min(Math.max(0, lines.total - 1), Math.floor(parts.view.scrollTop / perLine()));
    const last = Math.min(lines.total, first + shown + OVER);
    lines.need(first, last);
    const now = `${version} ${first} ${last} ${end} ${location.search}`;
    if (now === drawn) return;
    drawn = now;
    const how = { counted: lines.isCounted, times: on('times'), pattern: task.pattern(search.wanted), chosen: chosen(), current: search.current() };
    const rows = collected(end ? lines.total - 1 : first, end ? -1 : 1, Math.max(SHORT, shown + OVER), how);
    parts.block.replaceChildren(...rows);
    parts.view.classList.toggle('no-wrap', !on('wrap'));
    parts.block.style.top = end ? '' : `${Math.max(0, Math.min(parts.view.scrollTop, height() - 1))}px`;
    parts.block.style.bottom = end ? '0' : '';
    const from = end ? Math.max(0, lines.total - shown) : first;
    bar(from, Math.min(lines.total, lines.total <= SHORT ? SHORT : from + shown));
    host.dataset.drawn = String(Number(host.dataset.drawn || 0) + 1);
  }

  /** Rows from a place on, downwards or upwards, in the order in which they stand. @param {number} at @param {1 | -1} by @param {number} most @param {any} how */
  function collected(at, by, most, how) {
    const rows = [];
    const folds = on('fold');
    for (; at >= 0 && at < lines.total && rows.length < most; at += by) {
      const kind = folds ? task.foldOf(lines.at(at)) : '';
      const range = kind ? ends(kind, at) : null;
      const isOpen = !range || unfolded.has(`${range[0] + 1}-${range[1] + 1}`) || holds(range, how);
      if (range && !isOpen) {
        rows.push(task.fold(kind, range[0] + 1, range[1] + 1));
        at = by > 0 ? range[1] : range[0];
      } else rows.push(task.line(lines.at(at), at + 1, how));
    }
    return by > 0 ? rows : rows.reverse();
  }

  /** Where the lines of one fold begin and end. @param {string} kind @param {number} at @returns {[number, number]} */
  function ends(kind, at) {
    let [from, to] = [at, at];
    while (from > 0 && at - from < SCANNED && task.foldOf(lines.at(from - 1)) === kind) from--;
    while (to + 1 < lines.total && to - at < SCANNED && task.foldOf(lines.at(to + 1)) === kind) to++;
    return [from, to];
  }

  /** Whether what is looked for is in there. @param {[number, number]} range @param {any} how */
  const holds = ([from, to], how) =>
    [how.current, how.chosen?.[0] || 0].some((number) => number && number - 1 >= from && number - 1 <= to);

  /** @param {number} first @param {number} last */
  function bar(first, last) {
    const count = (/** @type {number} */ n) => n.toLocaleString('en-US');
    const buttons = NAMES.map(([name, words]) => {
      const isOn = name === lines.stream;
      const button = task.make('button', isOn ? 'is-on' : '', `${words} `, { type: 'button', 'data-stream': name, 'aria-pressed': String(isOn) });
      const number = isOn && lines.isCounted ? lines.total : lines.streams[name]?.lines;
      if (number !== undefined && number !== null && name !== 'both') button.append(task.make('span', 'n', count(number)));
      return button;
    });
    parts.streams.replaceChildren(...buttons);
    for (const name of ['wrap', 'times', 'fold']) {
      parts[name].classList.toggle('on', on(name));
      parts[name].setAttribute('aria-pressed', String(on(name)));
    }
    parts.follow.hidden = lines.complete || !task.isLive();
    const body = task.body();
    parts.raw.setAttribute('href', `${body?.dataset.api}/logs/${lines.stream}/raw?attempt=${body?.dataset.attempt}`);
    if (!lines.total && host?.dataset.state === 'open') parts.note.replaceChildren(task.make('p', 't3 pad', nothing()));
    else if (host?.dataset.state === 'open') parts.note.replaceChildren();
    parts.view.hidden = !lines.total;
    const where = !lines.total ? '' : lines.isCounted ? `Lines ${count(first + 1)}–${count(last)} of ${count(lines.total)}` : `The last ${count(lines.total)} lines; all are being counted`;
    const origin = lines.origin && lines.total ? `, written by ${lines.origin}, which this task was taken over from` : '';
    const links = lines.total ? [['first', 'First line'], ['error', 'First error'], ['last', 'Last line']] : [];
    parts.foot.replaceChildren(task.make('span', 'nw', where + origin), task.make('span', 'grow'), ...links.map(([to, words]) =>
      task.make('button', 'linklike', words, { type: 'button', 'data-to': to })));
    task.count('logs', '');
  }

  function nothing() {
    if (lines.complete) return `This attempt has written nothing to ${lines.stream}.`;
    if (!lines.begun) return task.isLive() ? 'This attempt has not started; its log will appear here.' : 'This attempt never started, so it has no log.';
    if (!task.isLive()) return `The datastore holds no ${lines.stream} of this attempt.`;
    return `Nothing of ${lines.stream} has been saved yet. A task beside its scheduler saves its log when it ends, one in a container every few seconds; this page looks again by itself.`;
  }

  /** @param {MouseEvent} event */
  async function clicked(event) {
    const target = event.target instanceof Element ? event.target.closest('[data-stream], [data-turn], [data-unfold], [data-to], [data-follow], [data-copy-lines], [data-log-full], a.ln') : null;
    if (!(target instanceof HTMLElement)) return;
    const { stream, turn, unfold, to } = target.dataset;
    if (target.matches('a.ln')) {
      event.preventDefault();
      event.stopPropagation();
      const number = Number(target.parentElement?.dataset.line);
      const before = chosen();
      const ends_ = event.shiftKey && before ? [Math.min(before[0], number), Math.max(before[0], number)] : [number, number];
      task.replace({ line: ends_[0] === ends_[1] ? String(number) : ends_.join('-'), log: lines.stream });
    } else if (stream) {
      task.replace({ log: stream, line: null });
      await open();
    } else if (turn) task.replace({ [turn]: on(turn) ? 'off' : null });
    else if (unfold) unfolded.add(unfold);
    else if (to === 'first') go(1);
    else if (to === 'last') parts.view.scrollTop = height();
    else if (to === 'error') {
      const found = await task.ask(`logs/${lines.stream}/error`).catch(() => ({ line: null }));
      if (found.line) {
        task.replace({ line: String(found.line), log: lines.stream });
        go(found.line);
      } else window.mfToast('No line of this log looks like an error.');
    } else if (target.dataset.follow !== undefined) {
      setFollow(!following);
      if (following) parts.view.scrollTop = height();
    } else if (target.dataset.logFull !== undefined) {
      task.replace({ full: task.query().get('full') === '1' ? null : '1' });
      full();
    } else if (target.dataset.copyLines !== undefined) copy();
    redraw();
  }

  async function copy() {
    const range = chosen();
    const seen = [...parts.block.querySelectorAll('.l .tx')].map((one) => one.textContent).join('\n');
    if (!range || range[1] - range[0] >= 5_000) return window.mf.copy(seen, 'the lines in view');
    const found = await task.ask(`logs/${lines.stream}`, { from: String(range[0]), lines: String(range[1] - range[0] + 1) }).catch(() => null);
    if (found) window.mf.copy(found.lines.map((/** @type {any} */ one) => one.text).join('\n'), `${found.lines.length} lines`);
  }

  /** Show a line of a stream. @param {string} stream @param {number | null} line */
  task.showLine = async (stream, line) => {
    task.replace({ log: stream, line: line ? String(line) : null });
    if (!lines || lines.stream !== stream) await open();
    else if (line) go(line);
    window.mf.find('#part-logs')?.scrollIntoView({ block: 'start' });
    task.section('#part-logs');
  };

  const full = () => window.mf.find('.page-task')?.classList.toggle('is-full-log', task.query().get('full') === '1');

  window.addEventListener('mf:attempt', (event) => {
    if (!window.mf.find('#task-log')) return;
    const isNew = /** @type {CustomEvent} */ (event).detail.isNew;
    const place = window.mf.find('#task-log');
    if (place !== host || !host?.firstChild) mount();
    else if (!isNew) return;
    full();
    open();
  });
  for (const name of ['mf:task-refresh', 'mf:task-tick']) {
    window.addEventListener(name, async () => {
      if (host?.isConnected && lines?.isCounted && !lines.complete && (await lines.grown())) changed();
    });
  }
  window.addEventListener('mf:arrive', (event) => {
    if (!host?.isConnected || !(/** @type {CustomEvent} */ (event).detail.back)) return;
    const line = chosen();
    if (line && lines?.isCounted) go(line[0]);
  });
})();
