/** Buttons with `data-copy="text"` or `data-copy-link` put text or the page's address on the clipboard, and say so. */
(function () {
  'use strict';
  /** @param {string} text */
  async function write(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    // Plain http has no clipboard interface; this older way still works there.
    const area = document.createElement('textarea');
    const before = document.activeElement;
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    if (!done) throw new Error('blocked');
  }

  /**
   * @param {string} text
   * @param {string} [name] what the toast calls it
   */
  window.mf.copy = async (text, name) => {
    const line = text.split('\n')[0];
    const shown = name || (line.length > 80 || line !== text ? `${line.slice(0, 79)}…` : text);
    try {
      await write(text);
      window.mfToast(`Copied ${shown}`);
    } catch {
      window.mfToast(`Not copied, the browser blocked the clipboard: ${text}`, 'bad');
    }
  };
  window.mf.copyLink = () => window.mf.copy(location.href, 'the link to this view');

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest('[data-copy], [data-copy-link]');
    if (!button) return;
    event.preventDefault();
    if (button.hasAttribute('data-copy-link')) window.mf.copyLink();
    else window.mf.copy(button.getAttribute('data-copy') || '');
  });
})();
