/**
 * What can be done in the present view, for the command palette. Pages name those of their links and buttons that it
 * offers: `data-palette="Download these runs as CSV"`, with `data-palette-key` where a key does the same and
 * `data-palette-only` where nothing else shows it.
 */
(function () {
  'use strict';
  const palette = (window.mf.palette = window.mf.palette || {});
  /** @typedef {import('./palette.js').Option} Option */

  /** @param {string} label @param {string} icon @param {() => void} act @param {string} [key] @returns {Option} */
  const action = (label, icon, act, key) => ({ label, glyph: `ic ic-${icon}`, act, key });

  /** @returns {Option[]} */
  function ofPage() {
    const offered = [...document.querySelectorAll('#react-entry-point main [data-palette]')].filter(
      (one) => !one.hasAttribute('disabled') && (one.hasAttribute('data-palette-only') || !one.closest('[hidden]')),
    );
    const seen = new Set();
    return offered.flatMap((one) => {
      const label = one.getAttribute('data-palette') || '';
      const what = one.getAttribute('data-copy') ?? label; // two buttons may copy the same
      if (seen.has(what)) return [];
      seen.add(what);
      const sign = one.querySelector('.ic') || one.closest('details')?.querySelector('summary .ic'); // its own, or its menu's
      const icon = /\bic-([a-z-]+)/.exec(sign?.className || '')?.[1];
      const act = () => one instanceof HTMLElement && one.click();
      return [action(label, icon || 'right', act, one.getAttribute('data-palette-key') || undefined)];
    });
  }

  /** @returns {Option[]} */
  function ofFrame() {
    const dark = document.documentElement.dataset.bsTheme === 'dark';
    const isPaused = window.mf.live.state() === 'paused';
    const made = [
      action('Copy link to this view', 'link', window.mf.copyLink, 'Y'),
      action(`Switch to ${dark ? 'light' : 'dark'} theme`, dark ? 'sun' : 'moon', window.mf.theme.toggle, 'T'),
      action(isPaused ? 'Resume live updates' : 'Pause live updates', 'refresh', window.mf.live.toggle, 'P'),
    ];
    if (document.documentElement.dataset.mfTheme !== 'system') {
      made.push(action("Use the system's theme", 'theme', () => window.mf.theme.choose('system')));
    }
    for (const item of document.querySelectorAll('#react-entry-point .mf-topbar [data-set-zone]')) {
      if (item.getAttribute('aria-checked') === 'true' || item.hasAttribute('hidden') || !(item instanceof HTMLElement)) continue;
      const zone = item.dataset.setZone === 'browser' ? window.mf.time.LOCAL : 'UTC';
      made.push(action(`Show times in ${zone.replaceAll('_', ' ')}`, 'clock', () => item.click()));
    }
    if (window.mf.find('[data-key="search"]')) made.push(action('Search on this page', 'search', window.mf.keys['/'], '/'));
    made.push(
      action('Go to runs', 'list', () => window.mf.go(window.mf.prefix()), 'G R'),
      action('Go to flows', 'layers', () => window.mf.go(`${window.mf.prefix()}?group=flow`), 'G F'),
      action('Help and shortcuts', 'help', window.mf.help, '?'),
    );
    return made;
  }

  /** Those whose label has all words of the text. @param {string} text @returns {Option[]} */
  palette.actions = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...ofPage(), ...ofFrame()];
    return all.filter((one) => words.every((word) => one.label.toLowerCase().includes(word)));
  };
})();
