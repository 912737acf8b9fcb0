/** `mfToast(text, kind)`: a message at the bottom right. It goes after 4 s; kind `bad` or `error` stays until it is closed. */
(function () {
  'use strict';
  /**
   * @param {string} text
   * @param {'' | 'bad' | 'error'} [kind]
   */
  window.mfToast = (text, kind = '') => {
    const region = window.mf.find('#shell-toasts');
    if (!region) return;
    const bad = kind !== '';
    const toast = document.createElement('div');
    toast.className = bad ? 'mf-toast bad' : 'mf-toast';
    if (bad) toast.setAttribute('role', 'alert');
    const sign = document.createElement('span');
    sign.className = bad ? 'st st-failed' : 'ic ic-check';
    sign.setAttribute('aria-hidden', 'true');
    const words = document.createElement('span');
    words.textContent = text;
    toast.append(sign, words);
    if (bad) {
      const close = document.createElement('button');
      close.type = 'button';
      close.className = 'mf-iconbtn sm';
      close.setAttribute('aria-label', 'Close');
      close.innerHTML = '<i class="ic ic-x" aria-hidden="true"></i>';
      close.addEventListener('click', () => toast.remove());
      toast.append(close);
    } else {
      window.setTimeout(() => toast.remove(), 4000);
    }
    region.append(toast);
    while (region.children.length > 4) region.firstElementChild?.remove();
  };
})();
