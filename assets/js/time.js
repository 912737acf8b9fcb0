/**
 * Instants and running durations, written in the browser in the chosen time zone.
 *
 *   <time data-ms="1764081284000" data-style="relative|minute|clock|seconds|date|datetime">fallback</time>
 *   <time data-since="1764081284000">fallback</time>   a duration that grows: 18s, 4m 06s, 2h 08m, 3d 4h
 *
 * Idempotent: text is written only where it differs, into the text node that React owns, so that React's own updates
 * keep working. The clock is the server's (`mf.time.sync`), and stands still while the data does (`mf.time.freeze`).
 */
(function () {
  'use strict';
  const LOCAL = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  let zone = cookieZone();
  let offset = 0;
  /** @type {number | null} */
  let frozenAt = null;
  /** @type {Map<string, Intl.DateTimeFormat>} */
  const formats = new Map();

  function cookieZone() {
    const found = /(?:^|; )mf_tz=([^;]*)/.exec(document.cookie);
    const name = found ? found[1] : 'UTC';
    return valid(name) ? name : 'UTC';
  }

  /** @param {string} name */
  function valid(name) {
    try {
      return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: name }));
    } catch {
      return false;
    }
  }

  /**
   * The parts of an instant in a zone, as text: year, month (2 digits), mon (Nov), day, hour, minute, second.
   * @param {number} ms
   * @param {string} name
   * @returns {Record<string, string>}
   */
  function parts(ms, name) {
    let format = formats.get(name);
    if (!format) {
      format = new Intl.DateTimeFormat('en-GB', {
        timeZone: name, year: 'numeric', month: '2-digit', day: '2-digit',
        hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
      });
      formats.set(name, format);
    }
    /** @type {Record<string, string>} */
    const found = {};
    for (const part of format.formatToParts(ms)) found[part.type] = part.value;
    found.mon = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[Number(found.month) - 1];
    return found;
  }

  /** What the clock of the chosen zone is ahead of UTC at an instant, in ms. @param {number} ms */
  function zoneOffset(ms) {
    const p = parts(ms, zone);
    return Date.UTC(Number(p.year), Number(p.month) - 1, Number(p.day), Number(p.hour), Number(p.minute), Number(p.second)) -
      Math.floor(ms / 1000) * 1000;
  }

  const now = () => frozenAt ?? Date.now() + offset;

  /** @param {number} ms @param {string} name */
  function stamp(ms, name) {
    const p = parts(ms, name);
    return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
  }

  /** @param {number} ms */
  function title(ms) {
    const own = zone === LOCAL ? '' : `\n${stamp(ms, LOCAL)} local (${LOCAL})`;
    return `${stamp(ms, zone)} ${zone}${own}`;
  }

  /** @param {number} ms */
  function relative(ms) {
    const seconds = Math.round((now() - ms) / 1000);
    const size = Math.abs(seconds);
    const [n, unit] =
      size < 60 ? [size, 's'] : size < 3600 ? [Math.floor(size / 60), 'min']
        : size < 86400 ? [Math.floor(size / 3600), 'h'] : [Math.floor(size / 86400), 'd'];
    return size < 1 ? 'now' : seconds < 0 ? `in ${n} ${unit}` : `${n} ${unit} ago`;
  }

  /** @param {number} ms a duration */
  function duration(ms) {
    if (ms >= 1 && ms < 1000) return ms < 100 ? `${Math.floor(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
    if (s < 60) return `${s}s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor((s % 3600) / 60))}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor((s % 86400) / 3600)}h`;
  }

  /** @param {number} ms @param {string | null} style */
  function written(ms, style) {
    const p = parts(ms, zone);
    if (style === 'clock') return `${p.hour}:${p.minute}:${p.second}`;
    if (style === 'minute') return `${p.hour}:${p.minute}`;
    if (style === 'seconds') return `${Number(p.day)} ${p.mon} ${p.hour}:${p.minute}:${p.second}`;
    if (style === 'date') return `${Number(p.day)} ${p.mon} ${p.year}`;
    if (style === 'datetime') return `${Number(p.day)} ${p.mon} ${p.year} ${p.hour}:${p.minute}`;
    return relative(ms);
  }

  /** @param {Element} element @param {string} text */
  function put(element, text) {
    const first = element.firstChild;
    if (!first) element.appendChild(document.createTextNode(text));
    else if (first instanceof Text && !first.nextSibling && first.data !== text) first.data = text;
  }

  /** @param {Element} element @param {boolean} ticking only what changes by itself */
  function write(element, ticking) {
    const since = Number(element.getAttribute('data-since'));
    const ms = Number(element.getAttribute('data-ms'));
    if (since > 0) put(element, duration(now() - since));
    else if (ms > 0) put(element, written(ms, element.getAttribute('data-style')));
    const at = since || ms;
    if (!ticking && at > 0) {
      const words = title(at);
      if (element.getAttribute('title') !== words) element.setAttribute('title', words);
    }
  }

  const SELECTOR = 'time[data-ms], [data-since]';

  /** @param {ParentNode} [within] */
  function writeAll(within = document) {
    for (const element of within.querySelectorAll(SELECTOR)) write(element, false);
    watch.takeRecords();
  }

  function tick() {
    if (frozenAt !== null || document.hidden) return;
    for (const element of document.querySelectorAll(SELECTOR)) {
      const style = element.getAttribute('data-style');
      if (element.hasAttribute('data-since') || !style || style === 'relative') write(element, true);
    }
    watch.takeRecords();
  }

  const watch = new MutationObserver((records) => {
    const touched = new Set();
    for (const record of records) {
      const target = record.target instanceof Element ? record.target : record.target.parentElement;
      const own = target?.closest(SELECTOR);
      if (own) touched.add(own);
      for (const node of record.addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(SELECTOR)) touched.add(node);
        node.querySelectorAll(SELECTOR).forEach((element) => touched.add(element));
      }
    }
    touched.forEach((element) => write(element, false));
    watch.takeRecords();
  });
  watch.observe(document.documentElement, {
    childList: true, subtree: true, characterData: true, attributeFilter: ['data-ms', 'data-since', 'data-style'],
  });
  window.setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);

  window.mf.time = {
    LOCAL, now, valid, relative, duration, written, zoneOffset,
    zone: () => zone,
    /** @param {string} name */
    setZone(name) {
      zone = name;
      writeAll();
    },
    /** @param {number} serverNow epoch milliseconds of the server's clock, just received */
    sync(serverNow) {
      offset = serverNow - Date.now();
    },
    /** @param {number | null} at the instant at which all clocks stand, or null to let them run */
    freeze(at) {
      const changed = frozenAt !== at;
      frozenAt = at;
      if (changed) writeAll();
    },
  };
})();
