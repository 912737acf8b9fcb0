/** The Cards tab of a run: the cards of all its steps, each in a frame of its own as on the page of a task. */
(function () {
  'use strict';
  const task = window.mf.task;
  const { make } = task;
  let asked = '';

  /** @param {HTMLElement} host */
  async function load(host) {
    const run = host.dataset.run || '';
    const prefix = window.mf.prefix();
    const answer = await fetch(`${prefix}-/api/${run}/cards?quiet=1`).then((one) => one.json()).catch(() => ({ error: 'The server does not answer.' }));
    if (!host.isConnected || host.dataset.run !== run) return;
    if (answer.error) {
      host.replaceChildren(task.failure('Cards cannot be read.', answer.error, () => load(host)));
      return;
    }
    const isLive = () => !window.mf.find('[data-ended]');
    const [flow, id] = run.split('/');
    const present = new Map([...host.querySelectorAll('.card-frame')].map((one) => [one.getAttribute('data-of'), one]));
    const boxes = answer.cards.map((/** @type {any} */ card) => {
      const path = [flow, id, encodeURIComponent(card.step), encodeURIComponent(card.task)].join('/');
      const box = present.get(`${path}/${card.hash}`) || task.card(card, `${prefix}-/cards/${path}`, '', isLive);
      if (!box.hasAttribute('data-of')) {
        box.setAttribute('data-of', `${path}/${card.hash}`);
        box.querySelector('.card-head b')?.after(' ', make('a', 'mono', `${card.step}/${card.task}`, { href: prefix + path }));
      }
      return box;
    });
    const none = isLive() ? 'No card yet; those that tasks make will appear here.' : 'The tasks of this run have made no cards.';
    const rest = answer.tasks - answer.looked;
    const more = rest > 0 ? `${rest.toLocaleString('en-US')} more tasks were not looked through or cannot be read.` : '';
    const note = [more, answer.problem].filter(Boolean).join(' ');
    const isSame = boxes.length > 0 && boxes.length === present.size && boxes.every((/** @type {Element} */ one) => one.isConnected);
    if (!isSame) host.replaceChildren(...(boxes.length ? boxes : [make('p', 't3 pad', none)]), make('p', 't3 small pad', note));
    host.dataset.drawn = '1';
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.run_cards = {
    show(/** @type {string} */ place, /** @type {any} */ shown) {
      const host = /** @type {HTMLElement | null} */ (window.mf.find('#run-cards'));
      if (!host || task.query().get('tab') !== 'cards' || !shown || shown.more) return;
      const now = `${host.dataset.run} ${shown.digest}`;
      if (now === asked && host.firstChild) return;
      asked = now;
      load(host);
    },
  };
})();
