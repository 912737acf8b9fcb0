/**
 * Talks with plugins of the official GUI, each a page in a sandbox of no origin. A message counts when it comes from the
 * window of one of our frames; what it says of itself does not. A frame that leaves its page is closed.
 *
 * @typedef {Object} Told  what is known of a frame
 * @property {boolean} ready  it has registered
 * @property {number} loads  how often a page was loaded in it
 * @property {Set<string>} paths  data that it wants
 * @property {Set<string>} events  events that it wants
 * @property {Map<string, string>} sent  data that it has, as JSON by path
 * @property {number[]} toasts  when it notified
 */
(function () {
  'use strict';
  const OLDEST = [0, 13, 0]; // version of the plugin API
  const TALLEST = 4_000; // pixels
  const MOST = 50; // paths or events that one frame may want
  const [TOASTS, WITHIN] = [3, 10_000]; // notifications in so many ms
  const PATHS = ['metadata', 'run-metadata', 'task-info'];
  const SELECTOR = '#react-entry-point iframe[data-plugin-frame]';

  /** @type {WeakMap<HTMLIFrameElement, Told>} */
  const frames = new WeakMap();
  const all = () => /** @type {HTMLIFrameElement[]} */ ([...document.querySelectorAll(SELECTOR)]);
  /** @param {HTMLIFrameElement} frame @returns {Told} */
  const of = (frame) => {
    const known = frames.get(frame) || { ready: false, loads: 0, paths: new Set(), events: new Set(), sent: new Map(), toasts: [] };
    frames.set(frame, known);
    return known;
  };
  const box = (/** @type {HTMLIFrameElement} */ frame) => /** @type {HTMLElement | null} */ (frame.closest('.plugin-frame'));
  const post = (/** @type {HTMLIFrameElement} */ frame, /** @type {unknown} */ message) => frame.contentWindow?.postMessage(message, '*');

  /** Flow, run, step and task of the page, percent-encoded. @returns {string[]} */
  function place() {
    const parts = location.pathname.slice(window.mf.prefix().length).split('/').filter(Boolean);
    return (parts.length === 2 || parts.length === 4) && !parts[0].startsWith('-') ? parts : [];
  }

  /** @param {unknown} given @returns {string[]} */
  const words = (given) => (Array.isArray(given) ? given : [given]).filter((one) => typeof one === 'string').slice(0, MOST);

  /** @param {unknown} version */
  function isOld(version) {
    const numbers = String(version).split('.').map((one) => parseInt(one, 10) || 0);
    const differs = OLDEST.findIndex((one, n) => (numbers[n] || 0) !== one);
    return differs >= 0 && (numbers[differs] || 0) < OLDEST[differs];
  }

  /** @param {HTMLIFrameElement} frame @param {string} text */
  function close(frame, text) {
    const note = document.createElement('p');
    note.className = 't3 small';
    note.setAttribute('role', 'status');
    note.textContent = text;
    frame.src = 'about:blank';
    frame.hidden = true;
    frame.dataset.closed = '1';
    frame.after(note);
  }

  window.addEventListener('message', (event) => {
    const told = event.data;
    if (event.origin !== 'null' || !told || typeof told !== 'object' || typeof told.type !== 'string') return;
    const frame = all().find((one) => one.contentWindow === event.source && !one.dataset.closed);
    if (frame) hear(frame, told);
  });

  /** @param {HTMLIFrameElement} frame @param {any} told */
  function hear(frame, told) {
    const known = of(frame);
    if (told.type === 'PluginRegisterEvent') register(frame, told.version?.api);
    if (!known.ready) return;
    if (told.type === 'PluginHeightCheck' && Number.isFinite(told.height)) {
      frame.style.height = `${Math.max(0, Math.min(TALLEST, Math.ceil(told.height)))}px`;
    } else if (told.type === 'PluginSubscribeToData') {
      for (const path of words(told.paths)) if (PATHS.includes(path)) known.paths.add(path);
      tell();
    } else if (told.type === 'PluginSubscribeToEvent') {
      for (const name of words(told.events)) if (known.events.size < MOST) known.events.add(name);
    } else if (told.type === 'PluginCallEvent' && typeof told.event === 'string') {
      happen(frame, told.event, told.data);
    }
  }

  /** @param {HTMLIFrameElement} frame @param {unknown} version */
  async function register(frame, version) {
    const known = of(frame);
    if (known.ready) return;
    if (version !== undefined && isOld(version)) {
      close(frame, `This plugin was written for version ${String(version).slice(0, 20)} of the plugin API; ${OLDEST.join('.')} is the oldest that works.`);
      return;
    }
    known.ready = true;
    const [flow, run, step, task] = place().map(decodeURIComponent);
    const resource = { flow_id: flow, run_number: run, step_name: step, task_id: task };
    const settings = { timezone: window.mf.time.zone(), theme: document.documentElement.dataset.bsTheme };
    try {
      const config = await fetch(String(frame.dataset.definition)).then((one) => one.json());
      post(frame, { type: 'ReadyToRender', config, resource, settings });
    } catch {
      known.ready = false; // the server is away; the banner says it
    }
  }

  /** @param {HTMLIFrameElement} from @param {string} name @param {any} data */
  function happen(from, name, data) {
    if (name === 'SEND_NOTIFICATION') notify(from, data);
    else if (name === 'UPDATE_PLUGIN') {
      const mine = data && data.name === from.name && data.slot === from.dataset.slot && typeof data.visible === 'boolean';
      if (mine) box(from)?.toggleAttribute('hidden', !data.visible);
    } else {
      for (const frame of all()) {
        if (of(frame).ready && of(frame).events.has(name)) post(frame, { type: 'EventUpdate', event: name, data });
      }
    }
  }

  /** @param {HTMLIFrameElement} frame @param {any} data */
  function notify(frame, data) {
    const known = of(frame);
    const text = typeof data === 'string' ? data : data?.message;
    known.toasts = known.toasts.filter((at) => at > Date.now() - WITHIN);
    if (typeof text !== 'string' || !text || known.toasts.length >= TOASTS) return;
    known.toasts.push(Date.now());
    window.mfToast(`${frame.title}: ${text.slice(0, 300)}`, ['danger', 'warning'].includes(data?.type) ? 'bad' : '');
  }

  let asking = false;
  let again = false;

  /** Send the data of the page to the frames that want it and have it not. */
  async function tell() {
    if (asking) {
      again = true;
      return;
    }
    const parts = place();
    const wanting = all().filter((one) => of(one).ready && of(one).paths.size && !one.dataset.closed);
    if (!parts.length || !wanting.length) return;
    asking = true;
    const asked = location.pathname;
    const attempt = parts.length === 4 ? document.getElementById('task-body')?.dataset.attempt || '' : '';
    const below = wanting.some((one) => of(one).paths.has('run-metadata')) ? [parts.slice(0, 2)] : [];
    const urls = (parts.length === 4 ? [...below, parts] : [parts]).map((one) => `${window.mf.prefix()}-/plugins/-/data/${one.join('/')}?quiet=1&attempt=${attempt}`);
    try {
      const answers = await Promise.all(urls.map((url) => fetch(url).then((one) => (one.ok ? one.json() : {}))));
      const data = Object.assign({}, ...answers);
      if (asked === location.pathname) for (const frame of wanting) send(frame, data);
    } catch {
      // The server is away: the next change of the page asks again.
    } finally {
      asking = false;
      if (again) {
        again = false;
        tell();
      }
    }
  }

  /** @param {HTMLIFrameElement} frame @param {Record<string, unknown>} data */
  function send(frame, data) {
    const known = of(frame);
    for (const path of known.paths) {
      const text = JSON.stringify(data[path]);
      if (text === undefined || known.sent.get(path) === text) continue;
      known.sent.set(path, text);
      post(frame, { type: 'DataUpdate', path, data: data[path] });
    }
  }

  // `load` does not bubble. A second page in a frame is none that we put there, and what is told to it would leave the house.
  document.addEventListener('load', (event) => {
    const frame = event.target;
    if (!(frame instanceof HTMLIFrameElement) || !frame.matches(SELECTOR) || frame.dataset.closed) return;
    const known = of(frame);
    known.loads += 1;
    if (known.loads > 1) close(frame, 'This plugin left its own page and was stopped.');
  }, true);

  window.addEventListener('mf:attempt', tell);
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.plugins = Object.assign(window.dash_clientside.plugins || {}, { refresh: () => void tell() });
})();
