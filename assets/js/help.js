/** The help sheet: opens by `?` or its button, closes by Escape, its button or a click beside it. */
(function () {
  'use strict';
  const sheet = () => {
    const found = window.mf.find('#shell-help');
    return found instanceof HTMLDialogElement ? found : null;
  };

  function mark() {
    const on = String(window.mf.singleKeys());
    window.mf.find('[data-help="single-keys"]')?.setAttribute('aria-checked', on);
  }

  window.mf.help = () => {
    const dialog = sheet();
    if (!dialog) return;
    mark();
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };

  window.addEventListener('mf:arrive', () => sheet()?.close()); // one of its links was taken

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target && target === sheet()) sheet()?.close(); // the backdrop
    const does = target?.closest('[data-help]')?.getAttribute('data-help');
    if (does === 'open') window.mf.help();
    if (does === 'close') sheet()?.close();
    if (does === 'single-keys') {
      try {
        localStorage.setItem('mf-single-keys', window.mf.singleKeys() ? 'off' : 'on');
      } catch {
        window.mfToast('Not remembered: the browser blocks storage', 'bad');
      }
      mark();
    }
  });
})();
