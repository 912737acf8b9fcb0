/**
 * The lines of an attempt's log as the browser keeps them: pages by number, the last ones before all are counted.
 *
 * @typedef {{n: number | null, time: number | null, source: string | null, text: string, kind: string, parts?: [string, string][], bytes?: number}} Line
 */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});
  const PAGE = 400;
  const KEPT = 60; // pages

  /** What the page's first bytes have asked for (dashboard/pages/task.py), where it is what is wanted now. @param {string} wanted */
  async function early(wanted) {
    const link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=preload][href*="/logs?"]'));
    const { api, attempt } = task.body()?.dataset || {};
    link?.remove(); // it counts once
    if (!link || new URL(link.href).pathname !== new URL(`${api}/logs`, location.href).pathname) return null;
    const found = await fetch(link.href).then((answer) => answer.json()).catch(() => null);
    return found && !found.error && String(found.attempt) === attempt && (!wanted || found.shown === wanted) ? found : null;
  }

  task.Lines = class {
    /** @param {() => void} changed called when there is something new to draw */
    constructor(changed) {
      this.changed = changed;
      this.stream = '';
      this.total = 0;
      this.isCounted = false;
      this.complete = true;
      this.bytes = 0;
      /** @type {Record<string, {bytes: number, lines: number | null}>} */
      this.streams = {};
      this.origin = null;
      this.begun = true;
      /** @type {Map<number, Line[]>} */
      this.pages = new Map();
      /** @type {Line[]} */
      this.last = [];
      this.asked = new Set();
      this.generation = 0;
    }

    /** The log with its last lines. @param {string} wanted stream, or empty for the more telling one */
    async open(wanted) {
      const mine = ++this.generation;
      const found = (await early(wanted)) || (await task.ask('logs', wanted ? { log: wanted } : {}));
      if (mine !== this.generation) return false;
      this.pages.clear();
      this.asked.clear();
      this.stream = found.shown;
      this.streams = found.streams;
      this.origin = found.origin;
      this.begun = found.begun;
      this.take(found);
      this.last = found.lines;
      if (!this.isCounted) this.count(mine);
      return true;
    }

    /** @param {any} found an answer of the server */
    take(found) {
      this.isCounted = found.total !== null;
      this.total = found.total ?? Math.max(this.last.length, found.lines?.length || 0);
      this.complete = found.complete;
      this.bytes = found.bytes;
    }

    /** The server counts a little with each question. @param {number} mine */
    async count(mine) {
      while (mine === this.generation && !this.isCounted) {
        const found = await task.ask(`logs/${this.stream}`, { lines: '0' }).catch(() => null);
        if (!found || mine !== this.generation) return;
        if (found.total !== null) {
          this.take(found);
          this.changed();
        }
      }
    }

    /** Look whether the log has grown. @returns {Promise<boolean>} */
    async grown() {
      const mine = this.generation;
      const found = await task.ask(`logs/${this.stream}`, { from: '-200' }).catch(() => null);
      if (!found || mine !== this.generation || found.total === null) return false;
      const before = this.total;
      const wasComplete = this.complete;
      this.last = found.lines;
      this.take(found);
      if (found.total !== before) {
        const page = Math.floor(Math.max(0, Math.min(before, found.total) - 1) / PAGE);
        for (const one of [...this.pages.keys()]) if (one >= page) this.pages.delete(one);
        this.asked.clear();
      }
      return found.total !== before || wasComplete !== found.complete;
    }

    /** The line at a place from 0; undefined while it is on its way. @param {number} at @returns {Line | undefined} */
    at(at) {
      const fromEnd = this.total - at;
      const page = this.pages.get(Math.floor(at / PAGE));
      return page?.[at % PAGE] ?? (fromEnd <= this.last.length ? this.last[this.last.length - fromEnd] : undefined);
    }

    /** Ask for the lines in a range of places that are not there. @param {number} from @param {number} to */
    need(from, to) {
      if (!this.isCounted) return;
      for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page++) {
        const isThere = this.at(Math.max(from, page * PAGE)) && this.at(Math.min(to, (page + 1) * PAGE, this.total) - 1);
        if (!isThere && page * PAGE < this.total) this.fetch(page);
      }
    }

    /** @param {number} page */
    async fetch(page) {
      if (this.asked.has(page) || this.pages.has(page)) return;
      this.asked.add(page);
      const mine = this.generation;
      try {
        const found = await task.ask(`logs/${this.stream}`, { from: String(page * PAGE + 1), lines: String(PAGE) });
        if (mine !== this.generation) return;
        this.pages.set(page, found.lines);
        if (this.pages.size > KEPT) this.pages.delete(this.pages.keys().next().value ?? -1);
        this.changed();
      } catch (error) {
        if (mine === this.generation) window.mfToast(error instanceof Error ? error.message : String(error), 'bad');
      } finally {
        this.asked.delete(page);
      }
    }
  };
})();
