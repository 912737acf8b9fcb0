/** Keys of the log: N and Shift N go through the matches, F follows its end, W breaks long lines. */
(function () {
  'use strict';
  /** @param {string} selector of a button within the log */
  const press = (selector) => () => {
    const button = window.mf.find(`#task-log ${selector}`);
    if (!(button instanceof HTMLButtonElement) || button.disabled) return false;
    button.click();
    return true;
  };
  Object.assign(window.mf.keys, {
    n: press('[data-match="next"]'),
    N: press('[data-match="before"]'),
    f: press('[data-follow]'),
    w: press('[data-turn="wrap"]'),
  });
})();
