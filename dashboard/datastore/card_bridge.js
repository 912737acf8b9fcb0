/**
 * Speaks for a card in a sandboxed frame: tells the page its height and reload token, hands it new data.
 * The messages are described in card_frame.py, which puts this text into each card before the card's own scripts.
 */
(function () {
  'use strict';
  const page = window.parent;
  if (page === window) return; // opened alone
  let told = ''; // what the page knows
  let height = 0; // to be told
  let seen = 0; // as measured last
  let width = 0;
  let chased = 0;

  /** Height of the content in CSS pixels; that of the window plays no part unless the card makes it so. */
  function measured() {
    if (!document.body) return 0;
    const bottoms = [...document.body.children].map((one) => one.getBoundingClientRect().bottom + window.scrollY);
    return Math.ceil(Math.max(document.documentElement.getBoundingClientRect().height, ...bottoms));
  }

  /** Tell the page what it does not know yet. */
  function tell() {
    const token = typeof window.METAFLOW_RELOAD_TOKEN === 'string' ? window.METAFLOW_RELOAD_TOKEN : null;
    const card = { height, token, moves: typeof window.metaflow_card_update === 'function' };
    const text = JSON.stringify(card);
    if (text === told) return;
    told = text;
    page.postMessage({ metaflowCard: card }, '*'); // a sandboxed page knows no origin; nothing of this is secret
  }

  /** Look at the height. One that grows because the page made the frame higher would never stop: twice is enough. */
  function look(resized) {
    const now = measured();
    if (resized && now > seen && window.innerWidth === width) chased += 1;
    if (now !== seen && !(resized && chased > 2)) height = now;
    seen = now;
    width = window.innerWidth;
    tell();
  }

  window.addEventListener('message', (event) => {
    if (event.source !== page || !event.data || !('metaflowCardData' in event.data)) return;
    if (typeof window.metaflow_card_update === 'function') window.metaflow_card_update(event.data.metaflowCardData);
  });
  window.addEventListener('load', () => look(false));
  document.addEventListener('DOMContentLoaded', () => {
    window.addEventListener('resize', () => look(true)); // not before: half a card would tell half of the truth
    const watch = new ResizeObserver(() => look(false));
    watch.observe(document.documentElement);
    watch.observe(document.body);
    look(false);
  });
})();
