/**
 * The command palette: Ctrl K or a click on the go-to box. A combobox with a list of options: objects that fit the text,
 * objects opened lately, actions of the present view. Without scripts the box is a form that leads to `/-/go`.
 *
 * @typedef {Object} Option  What can be chosen: a link (`href`) or an action (`act`).
 * @property {string} label
 * @property {string} glyph  CSS classes of its sign.
 * @property {string} [status]  The word for the sign, where it is that of a status.
 * @property {string} [note]
 * @property {string} [key]  The key that does the same.
 * @property {string} [pathspec]
 * @property {boolean} [isDeepest]  Nothing is below it.
 * @property {string} [href]
 * @property {() => void} [act]
 *
 * @typedef {{ title: string, options: Option[] }} Group
 */
(function () {
  'use strict';
  const palette = (window.mf.palette = window.mf.palette || {});
  const PAUSE = 30; // ms after a key before the server is asked
  const FEW = 5; // recent objects
  /** @type {ReturnType<typeof build> | null} */
  let parts = null;
  /** @type {{ element: HTMLElement, option: Option }[]} */
  let options = [];
  let active = -1;
  let drawn = ''; // the text that the options are for
  /** @type {(() => void) | null} */
  let later = null; // what was asked for by Enter or Tab before the answer came
  let isPicked = false; // an option was picked by arrow or mouse since the last letter
  let asked = new AbortController();
  let timer = 0;

  /** @param {string} tag @param {string} css @param {Record<string, string>} [more] @param {(Node | string)[]} children */
  function make(tag, css, more = {}, ...children) {
    const element = document.createElement(tag);
    if (css) element.className = css;
    for (const [name, value] of Object.entries(more)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function build() {
    const input = /** @type {HTMLInputElement} */ (make('input', 'mono', {
      type: 'text', role: 'combobox', id: 'palette-text', 'aria-label': 'Go to, or do', 'aria-expanded': 'true', 'aria-controls': 'palette-list',
      'aria-autocomplete': 'list', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: '2000',
      placeholder: 'Flow, run, step, task, URL – or what to do…',
    }));
    const list = make('div', 'pal-list', { id: 'palette-list', role: 'listbox', 'aria-label': 'Suggestions' });
    const said = make('p', 'pal-said', { role: 'status' });
    const keys = (/** @type {string[]} */ ...names) => names.map((name) => make('kbd', '', {}, name));
    const foot = make('div', 'pal-foot small', { 'aria-hidden': 'true' },
      make('span', '', {}, ...keys('Tab'), ' complete and go deeper'), make('span', '', {}, ...keys('↑', '↓'), ' move'),
      make('span', '', {}, ...keys('Ctrl'), ...keys('Enter'), ' new tab'), make('span', 'grow'),
      make('span', 'p3', {}, 'Paste a pathspec, run id or URL'));
    const head = make('div', 'pal-head', {}, make('i', 'ic ic-search', { 'aria-hidden': 'true' }), input, make('kbd', '', { 'aria-hidden': 'true' }, 'Esc'));
    const dialog = /** @type {HTMLDialogElement} */ (make('dialog', 'mf-palette', { id: 'palette', 'aria-label': 'Go to' }, head, said, list, foot));
    document.body.append(dialog);
    return { dialog, input, list, said };
  }

  /** The part of a label that was typed, as bold text. @param {string} label @param {string} text */
  function marked(label, text) {
    const at = text ? label.toLowerCase().indexOf(text.toLowerCase()) : -1;
    if (at < 0) return [label];
    return [label.slice(0, at), make('b', 'hl', {}, label.slice(at, at + text.length)), label.slice(at + text.length)];
  }

  /** @param {Option} option @param {string} text */
  function row(option, text) {
    const sign = make('span', option.glyph, option.status ? { role: 'img', 'aria-label': option.status, title: option.status } : { 'aria-hidden': 'true' });
    const name = make('span', option.pathspec ? 'pal-name mono' : 'pal-name', { title: option.label }, ...marked(option.label, option.pathspec || option.act ? text : ''));
    const more = make('span', 'pal-note t3 small ell grow', {}, option.note || '');
    const common = { role: 'option', id: `palette-option-${options.length}`, tabindex: '-1', 'aria-selected': 'false' };
    const element = option.href
      ? make('a', 'pal-row', { ...common, href: option.href }, make('span', 'pal-sign', {}, sign), name, more)
      : make('button', 'pal-row', { ...common, type: 'button' }, make('span', 'pal-sign', {}, sign), name, more);
    if (option.key) element.append(make('kbd', '', { 'aria-hidden': 'true' }, option.key));
    options.push({ element, option });
    return element;
  }

  /** @param {Group[]} groups @param {string} text @param {string} message @param {boolean} [keep] the active option */
  function draw(groups, text, message, keep = isPicked) {
    if (!parts) return;
    const before = keep ? options[active]?.option.label : undefined;
    options = [];
    const shown = groups.filter((group) => group.options.length).map((group, n) => {
      const head = make('div', 'pal-group', { id: `palette-group-${n}`, role: 'presentation' }, group.title);
      return make('div', '', { role: 'group', 'aria-labelledby': head.id }, head, ...group.options.map((one) => row(one, text)));
    });
    parts.list.replaceChildren(...shown);
    parts.said.textContent = message || `${options.length} suggestions`;
    parts.said.classList.toggle('sr', !message);
    drawn = text;
    const same = before === undefined ? -1 : options.findIndex((one) => one.option.label === before);
    activate(same >= 0 ? same : message ? -1 : 0);
    const act = later;
    later = null;
    act?.();
  }

  /** @param {number} at */
  function activate(at) {
    if (!parts) return;
    options[active]?.element.setAttribute('aria-selected', 'false');
    active = at >= 0 && at < options.length ? at : -1;
    const element = options[active]?.element;
    element?.setAttribute('aria-selected', 'true');
    element?.scrollIntoView({ block: 'nearest' });
    if (active === 0) parts.list.scrollTop = 0; // with the heading
    if (element) parts.input.setAttribute('aria-activedescendant', element.id);
    else parts.input.removeAttribute('aria-activedescendant');
  }

  /** @param {string} text @returns {Group} */
  const actions = (text) => ({ title: 'Actions here', options: palette.actions(text) });

  /** @param {string} text @returns {Group} */
  function recent(text) {
    const here = window.mf.find('#shell-main [data-object]')?.getAttribute('data-object');
    const found = palette.recent().filter((/** @type {any} */ one) => one.pathspec !== here && one.pathspec.toLowerCase().includes(text.toLowerCase()));
    return { title: 'Recent', options: found.slice(0, text ? 3 : FEW).map(palette.remembered) };
  }

  /** @param {string} text @returns {Group} */
  const search = (text) => ({
    title: 'Search',
    options: [{ label: `Runs with “${text}”`, glyph: 'ic ic-search', note: 'in a flow, user, tag or run id', href: `${window.mf.prefix()}?${new URLSearchParams({ q: text })}` }],
  });

  /** Nothing is typed: what was opened lately, whose statuses then come from the server, and the actions. */
  async function rest() {
    const known = recent('');
    draw([known, actions('')], '', '');
    if (!known.options.length) return;
    const { signal } = asked;
    const answer = await palette.ask({ of: known.options.map((one) => one.pathspec || '') }, signal).catch(() => null);
    if (!answer || signal.aborted) return;
    const fresh = new Map(answer.objects.map((/** @type {any} */ one) => [one.pathspec, palette.option(one)]));
    known.options = known.options.map((one) => fresh.get(one.pathspec) || { ...one, note: answer.message || !answer.complete ? '' : 'not registered here' });
    draw([known, actions('')], '', '', true);
  }

  /** @param {string} text @param {boolean} [whole] also what takes long */
  async function look(text, whole = false) {
    const { signal } = asked;
    const answer = await palette.ask({ q: text, ...(whole ? { whole: '1' } : {}) }, signal).catch(() => null);
    if (!answer || signal.aborted) return;
    const known = new Set(answer.objects.map((/** @type {any} */ one) => one.pathspec));
    const lately = recent(text);
    lately.options = lately.options.filter((one) => !known.has(one.pathspec || null));
    const todo = actions(text);
    const isElsewhere = lately.options.length + todo.options.length > 0;
    const message = answer.objects.length || isElsewhere ? '' : answer.message || '';
    const near = { title: 'Near it', options: answer.near.map(palette.option) };
    draw([...palette.groups(answer.objects), lately, todo, near, search(text)], text, message, whole || isPicked);
    if (!answer.complete && !whole) look(text, true);
  }

  function update(pause = PAUSE) {
    if (!parts) return;
    const text = parts.input.value.trim();
    asked.abort();
    asked = new AbortController();
    isPicked = false;
    later = null;
    window.clearTimeout(timer);
    if (!text) rest();
    else timer = window.setTimeout(() => look(text), pause);
  }

  /** Whether the answer to what is typed is still on its way, and no option of before was picked. */
  const isLate = () => !isPicked && parts?.input.value.trim() !== drawn;

  /** @param {boolean} elsewhere in a new tab */
  function choose(elsewhere) {
    if (!parts) return;
    const text = parts.input.value.trim();
    if (isLate()) {
      later = () => choose(elsewhere);
      return;
    }
    const chosen = options[active];
    if (!chosen) {
      if (text) location.assign(`${window.mf.prefix()}-/go?${new URLSearchParams({ to: text })}`);
      return;
    }
    if (chosen.option.href && elsewhere) window.open(chosen.option.href, '_blank', 'noopener');
    else chosen.element.click();
  }

  /** Tab: the text becomes the active object, ready for what is below it. */
  function complete() {
    if (isLate()) {
      later = complete;
      return true;
    }
    const option = options[active]?.option;
    if (!parts || !option?.pathspec) return false;
    parts.input.value = option.pathspec + (option.isDeepest ? '' : '/');
    update(0);
    return true;
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step) isPicked = true;
    if (step) activate(active < 0 ? (step > 0 ? 0 : options.length - 1) : (active + step + options.length) % options.length);
    else if (event.key === 'Enter') choose(event.ctrlKey || event.metaKey);
    else if (event.key === 'Escape') parts?.dialog.close();
    else if (!(event.key === 'Tab' && !event.shiftKey && complete())) return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  function click(event) {
    if (!parts || !(event.target instanceof Element)) return;
    if (event.target === parts.dialog) parts.dialog.close(); // the backdrop
    const element = event.target.closest('[role="option"]');
    const chosen = options.find((one) => one.element === element);
    if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    parts.dialog.close(); // before an action that says something or opens a dialog; links are followed by soft-nav.js
    chosen.option.act?.();
  }

  /** Open it with this text; false while the page is still being made. @param {string} [text] */
  palette.open = (text = '') => {
    if (!parts) return false;
    if (parts.dialog.open) {
      parts.input.select();
      return true;
    }
    for (const menu of document.querySelectorAll('details.mf-menu[open]')) menu.removeAttribute('open');
    parts.input.value = text;
    drawn = text ? '' : text;
    parts.dialog.showModal();
    parts.input.focus();
    if (text) draw([], '', '');
    update(0);
    return true;
  };

  window.mf.ready(() => {
    parts = build();
    parts.input.addEventListener('input', () => update());
    parts.input.addEventListener('keydown', press);
    parts.dialog.addEventListener('click', click);
    parts.dialog.addEventListener('mousedown', (event) => event.target !== parts?.input && event.preventDefault()); // the text keeps the focus
    parts.dialog.addEventListener('close', () => asked.abort());
    parts.list.addEventListener('mousemove', (event) => {
      const at = options.findIndex((one) => one.element === (event.target instanceof Element && event.target.closest('[role="option"]')));
      if (at < 0 || at === active) return;
      isPicked = true;
      activate(at);
    });
  });

  const box = (/** @type {EventTarget | null} */ target) =>
    target instanceof Element ? target.closest('#react-entry-point [data-key="go"]') : null;

  document.addEventListener('click', (event) => {
    if (!event.defaultPrevented && box(event.target) && palette.open()) event.preventDefault();
  });
  document.addEventListener('input', (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !box(field) || !field.value) return;
    if (palette.open(field.value)) window.mf.clear(field);
  });
  document.addEventListener('keydown', (event) => {
    const isBox = box(event.target) && (event.key === 'ArrowDown' || event.key === 'Enter');
    if (isBox && !event.isComposing && palette.open()) event.preventDefault();
  });
})();
