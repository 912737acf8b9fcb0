/**
 * Cards, each in a frame that may run scripts but is of no origin: it cannot reach this page. A bridge in the card tells
 * its height and reload token (dashboard/datastore/card_frame.py); data of a card that moves go to it while the task
 * runs, and stop with the token "final".
 */
(function () {
  'use strict';
  const task = window.mf.task;
  const { make } = task;
  const TALLEST = 12_000; // pixels
  const PATIENCE = 15_000; // ms until a card that says nothing is given up
  const PAUSE = 2_000;

  /** @type {Map<HTMLIFrameElement, (message: any) => void>} */
  const frames = new Map();
  window.addEventListener('message', (event) => {
    const told = event.data?.metaflowCard;
    if (!told || !event.source) return;
    for (const [frame, hear] of frames) {
      if (!frame.isConnected) frames.delete(frame);
      else if (frame.contentWindow === event.source) hear(told);
    }
  });

  /**
   * A card in its frame.
   * @param {any} card
   * @param {string} base address of the task's cards
   * @param {string} where what stands above it
   * @param {() => boolean} isLive
   */
  task.card = (card, base, where, isLive) => {
    const address = `${base}/${encodeURIComponent(card.hash)}`;
    const box = make('div', 'card-frame', null, { 'data-card': card.hash });
    const head = make('div', 'card-head small', null, { title: 'In a sandbox: no network, no way to this page' });
    const state = make('span', 't3', '', { role: 'status' });
    const alone = make('a', 'mf-iconbtn sm', null, { href: address, target: '_blank', rel: 'noopener noreferrer', title: 'Open alone', 'aria-label': 'Open alone' });
    alone.append(task.icon('ext'));
    const load = make('a', 'mf-iconbtn sm', null, { href: `${address}?download=1`, download: '', 'data-hard': '', title: 'Download', 'aria-label': 'Download' });
    load.append(task.icon('download'));
    const link = task.button('link', 'Copy link to this card', '', { 'data-copy': new URL(`${base.replace('/-/cards/', '/')}?card=${encodeURIComponent(card.hash)}#part-cards`, location.href).href });
    head.append(make('b', '', card.id ? `${card.type}, ${card.id}` : card.type), make('span', 't3', where), state, make('span', 'grow'), link, load, alone);
    const frame = /** @type {HTMLIFrameElement} */ (make('iframe', '', null, { sandbox: 'allow-scripts', src: `${address}?quiet=1`, title: `Card ${card.id || card.type}`, loading: 'lazy', referrerpolicy: 'no-referrer' }));
    frame.style.height = '240px';
    box.append(head, frame);
    window.setTimeout(() => frames.set(frame, hear)); // once it stands in the page
    let token = /** @type {string | null} */ (null);
    let heard = false;
    let final = !card.moves;
    let timer = 0;
    frame.addEventListener('load', () => {
      frames.set(frame, hear);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        if (!heard && box.isConnected) state.textContent = 'The card does not say how high it is; it may have failed to render.';
      }, PATIENCE);
    });

    /** @param {any} told */
    function hear(told) {
      if (typeof told.failed === 'string') {
        heard = final = true;
        window.clearTimeout(timer);
        frame.replaceWith(task.failure('The card cannot be read.', told.failed.slice(0, 500), () => box.replaceWith(task.card(card, base, where, isLive))));
        return;
      }
      const height = Number(told.height);
      if (Number.isFinite(height) && height > 0) frame.style.height = `${Math.min(TALLEST, Math.ceil(height))}px`;
      task.steady();
      token = typeof told.token === 'string' ? told.token.slice(0, 200) : null;
      if (!heard) state.textContent = '';
      heard = true;
      box.dataset.heard = '1';
      if (told.moves && !final) follow();
    }

    let asking = false;
    async function follow() {
      if (asking) return;
      asking = true;
      while (!final && box.isConnected) {
        const answer = await fetch(`${address}/data?quiet=1`).then((one) => one.json()).catch(() => null);
        if (answer && !answer.error) {
          const isOld = answer.token !== null && token !== null && answer.token !== token;
          if (isOld) {
            frame.src = `${address}?quiet=1&token=${encodeURIComponent(answer.token)}`;
            token = answer.token;
          } else if (answer.data !== null) {
            frame.contentWindow?.postMessage({ metaflowCardData: answer.data }, '*'); // the frame is of no origin
            box.dataset.moved = String(Number(box.dataset.moved || 0) + 1);
          }
          final = answer.final || (!isLive() && !isOld);
        }
        state.textContent = final ? '' : 'live';
        if (!final) await new Promise((done) => window.setTimeout(done, PAUSE));
      }
      asking = false;
    }
    return box;
  };

  const saved = (/** @type {any} */ card) => (card.modified_at ? `saved ${window.mf.time.written(card.modified_at, 'seconds')}` : '');

  /** Why a card that the step asks for is not there. @param {{type: string, id: string | null, timeout: any}} one */
  function lack(one) {
    const name = `${one.type}${one.id ? `, ${one.id}` : ''}`;
    const most = Number(one.timeout) > 0 ? ` of ${Number(one.timeout)} seconds` : '';
    return `The step asks for a card (${name}) that is not there: it failed to render, or took longer than its timeout${most}. The end of the log says more.`;
  }

  async function list() {
    const host = window.mf.find('#task-cards');
    const body = task.body();
    if (!host || !body) return;
    const head = make('div', 'mf-bar');
    head.append(make('h2', 'mf-h2', 'Cards'));
    let cards, missing;
    try {
      ({ cards, missing } = await task.ask('cards'));
    } catch (error) {
      host.replaceChildren(head, task.failure('Cards cannot be read.', error instanceof Error ? error.message : String(error), list));
      return;
    }
    const present = new Map([...host.querySelectorAll('[data-card]')].map((one) => [one.getAttribute('data-card'), one]));
    task.count('cards', String(cards.length));
    const isSame = cards.length && cards.length === present.size && cards.every((/** @type {any} */ one) => present.has(one.hash));
    if (isSame) return;
    const boxes = cards.map((/** @type {any} */ card) => present.get(card.hash) || task.card(card, body.dataset.cards, saved(card), task.isLive));
    const lacking = task.isLive() ? [] : missing.map((/** @type {any} */ one) => make('p', 't3 pad', lack(one)));
    const none = lacking.length ? '' : task.isLive() ? 'No card yet; one that the task makes will appear here.' : 'This task has made no cards.';
    host.replaceChildren(head, ...(boxes.length || !none ? boxes : [make('p', 't3 pad', none)]), ...lacking);
    lead();
  }

  /** To the card that the URL names, once. */
  let led = '';
  function lead() {
    const wanted = task.query().get('card');
    const now = `${location.pathname} ${wanted}`;
    const box = wanted && window.mf.find(`#task-cards [data-card="${CSS.escape(wanted)}"]`);
    if (!box || now === led) return;
    led = now;
    task.lead(box, '#part-cards');
  }

  window.addEventListener('mf:attempt', list);
  window.addEventListener('mf:task-refresh', () => task.isLive() && list());
})();
