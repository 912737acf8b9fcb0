/**
 * The page of a task between two answers of the server: what its parts share, and the small things in its lists.
 *
 * The logs, artifacts and cards of an attempt are asked for by the scripts that draw them, once `#task-body` says which
 * attempt is shown (`data-attempt`); each is told by the event `mf:attempt`.
 */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});
  const TICK = 2_000;
  let fuller = 0;
  /** @type {any} */
  let last = null;
  let told = '';

  /** @param {string} tag @param {string} css @param {string | null} [text] @param {Record<string, string>} [more] */
  task.make = (tag, css, text = null, more = {}) => {
    const element = document.createElement(tag);
    if (css) element.className = css;
    if (text !== null) element.textContent = text;
    for (const [name, value] of Object.entries(more)) element.setAttribute(name, value);
    return element;
  };

  task.icon = (/** @type {string} */ name) => task.make('i', `ic ic-${name}`, null, { 'aria-hidden': 'true' });

  /** A button with an icon. @param {string} icon @param {string} label @param {string} [words] @param {Record<string, string>} [more] */
  task.button = (icon, label, words = '', more = {}) => {
    const css = words ? 'mf-btn quiet sm' : 'mf-iconbtn sm';
    const made = task.make('button', css, null, { type: 'button', title: label, 'aria-label': label, ...more });
    made.append(task.icon(icon), words);
    return made;
  };

  task.body = () => /** @type {HTMLElement | null} */ (window.mf.find('#task-body'));
  task.query = () => new URLSearchParams(location.search);

  /** Change the URL without asking the server. @param {Record<string, string | null>} change */
  task.replace = (change) => {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === '') url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    history.replaceState(history.state, '', url);
  };

  /** JSON of the task's attempt; what goes wrong is thrown as a sentence. @param {string} path @param {Record<string, string>} [more] */
  task.ask = async (path, more = {}) => {
    const body = task.body();
    const query = new URLSearchParams({ attempt: body?.dataset.attempt || '0', quiet: '1', ...more });
    const answer = await fetch(`${body?.dataset.api}/${path}?${query}`).catch(() => null);
    if (!answer) throw new Error('The server does not answer.');
    const found = await answer.json().catch(() => ({ error: `The server answered ${answer.status}.` }));
    if (found.error) throw new Error(found.error);
    return found;
  };

  const WITHHELD = / not shown on this dashboard\.$/; // sentences of dashboard.datastore.Withheld: meant so, no failure

  /** What stands in place of a part that cannot be read. @param {string} title @param {string} text @param {() => void} again */
  task.failure = (title, text, again) => {
    if (WITHHELD.test(text)) return task.make('p', 't3 pad', text);
    const note = task.make('div', 'mf-note bad', null, { role: 'alert' });
    const words = task.make('div', 'grow');
    words.append(task.make('b', '', title), ' ', task.make('div', 'small t2', text));
    const act = task.make('div', 'act');
    const button = task.make('button', 'mf-btn sm', 'Try again', { type: 'button' });
    button.addEventListener('click', again);
    act.append(button);
    note.append(task.make('span', 'st st-failed', null, { 'aria-hidden': 'true' }), words, act);
    return note;
  };

  /** The number beside the name of a part. @param {string} part @param {string} text */
  task.count = (part, text) => {
    const place = window.mf.find(`#task-tabs a[href="#part-${part}"] .n`);
    if (place && place.textContent !== text) place.textContent = text;
  };

  task.isLive = () => Boolean(last?.live);

  function announce() {
    const body = task.body();
    if (!body || !body.dataset.attempt || body.hidden) return;
    const now = `${body.dataset.api} ${body.dataset.attempt}`;
    const isNew = now !== told;
    told = now;
    window.dispatchEvent(new CustomEvent('mf:attempt', { detail: { isNew } }));
  }

  function counts() {
    const bar = window.mf.find('#task-artifacts [data-count]');
    if (bar) task.count('artifacts', bar.getAttribute('data-count') || '');
    const rows = document.querySelectorAll('#react-entry-point .meta-list > div').length;
    if (rows) task.count('metadata', String(rows));
    if (bar) window.dispatchEvent(new CustomEvent('mf:artifacts'));
  }

  // Artifacts and metadata come from the server as they are; their numbers are told to the tabs.
  const lists = new MutationObserver(counts);
  function watch() {
    lists.disconnect();
    for (const name of ['#task-artifacts', '#task-metadata']) {
      const place = window.mf.find(name);
      if (place) lists.observe(place, { childList: true });
    }
    counts();
  }

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const more = target?.closest('[data-more]');
    if (more) {
      more.parentElement?.querySelector('.is-short')?.classList.remove('is-short');
      more.remove();
    }
    const kind = target?.closest('[data-snippets]');
    if (kind) {
      const section = kind.closest('section');
      for (const one of section?.querySelectorAll('[data-snippets]') || []) {
        one.classList.toggle('is-on', one === kind);
        one.setAttribute('aria-pressed', String(one === kind));
      }
      for (const one of section?.querySelectorAll('[data-snippets-of]') || []) {
        one.toggleAttribute('hidden', one.getAttribute('data-snippets-of') !== kind.getAttribute('data-snippets'));
      }
    }
    if (target?.closest('[data-retry]')) {
      window.mf.set('task-shown', { data: { ...last, again: ++fuller } });
    }
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const isTyping = document.activeElement instanceof HTMLInputElement;
    if (!isTyping && window.mf.find('.page-task.is-full-log')) window.mf.find('[data-log-full]')?.click();
  });

  // A search over rows that are all there already.
  document.addEventListener('input', (event) => {
    const input = event.target instanceof HTMLInputElement ? event.target : null;
    const field = input?.closest('[data-filter-rows]');
    if (!input || !field) return;
    const rows = field.getAttribute('data-filter-rows') || '';
    const wanted = input.value.trim().toLowerCase();
    for (const row of document.querySelectorAll(`#react-entry-point ${rows}`)) {
      row.toggleAttribute('hidden', Boolean(wanted) && !row.textContent?.toLowerCase().includes(wanted));
    }
    for (const list of document.querySelectorAll('#react-entry-point .meta-list')) list.classList.toggle('is-searched', Boolean(wanted));
  });

  /** To the attempt before or after. @param {1 | -1} by */
  function attempt(by) {
    const links = [...document.querySelectorAll('#task-header .attempts a')];
    if (!links.length) return false;
    const to = links[links.findIndex((one) => one.hasAttribute('aria-current')) + by];
    if (to instanceof HTMLElement) to.click();
    return true;
  }
  window.addEventListener('DOMContentLoaded', () => {
    window.mf.keys['['] = () => attempt(-1);
    window.mf.keys[']'] = () => attempt(1);
  });

  window.addEventListener('mf:arrive', (event) => {
    if (!(/** @type {CustomEvent} */ (event).detail.same)) told = '';
  });

  // A log grows without a word in the database.
  window.setInterval(() => {
    const isSeen = !document.hidden && window.mf.live.state() === 'live' && window.mf.find('#task-body');
    if (isSeen && task.isLive()) window.dispatchEvent(new CustomEvent('mf:task-tick'));
  }, TICK);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.task = {
    /** The header is drawn: its parts may ask; what was not at hand is asked for once it is painted. */
    shown(/** @type {any} */ data) {
      last = data;
      if (data && !data.more) watch();
      if (data && data.more) window.setTimeout(() => window.mf.set('task-fuller', { data: ++fuller }));
      else window.setTimeout(announce);
    },
    refresh() {
      counts();
      window.dispatchEvent(new CustomEvent('mf:task-refresh'));
    },
  };
})();
