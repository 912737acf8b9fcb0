/** The search of a whole log: the server finds the lines, the browser goes through them, n of m. */
(function () {
  'use strict';
  const task = (window.mf.task = window.mf.task || {});

  task.LogSearch = class {
    /** @param {{go: (line: number) => void, changed: () => void}} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      /** @type {number[]} */
      this.numbers = [];
      this.count = 0;
      this.at = -1;
      this.state = '';
      this.asked = 0;
      this.timer = 0;
      /** @type {{text: string, regex: boolean, case: boolean} | null} */
      this.wanted = null;
      this.box = task.make('label', 'mf-field sm log-search', null, { 'data-key': 'search' });
      this.input = /** @type {HTMLInputElement} */ (task.make('input', 'form-control mf-input small', null, { type: 'search', placeholder: 'Search whole log…', 'aria-label': 'Search the whole log', autocomplete: 'off', maxlength: '255' }));
      this.regex = task.make('button', 'rx', '.*', { type: 'button', title: 'Regular expression', 'aria-label': 'Regular expression' });
      this.case = task.make('button', 'rx', 'Aa', { type: 'button', title: 'Match case', 'aria-label': 'Match case' });
      this.box.append(task.icon('search'), this.input, this.regex, this.case);
      this.before = task.button('up', 'Previous match (Shift N)', '', { 'data-match': 'before' });
      this.next = task.button('down', 'Next match (N)', '', { 'data-match': 'next' });
      this.words = task.make('span', 'small nw log-found', '', { role: 'status' });
      this.parts = [this.box, this.words, this.before, this.next];
      this.input.addEventListener('input', () => {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.store(), 200);
      });
      this.input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        if (this.input.value !== (task.query().get('search') || '')) this.store();
        else this.step(event.shiftKey ? -1 : 1);
      });
      this.regex.addEventListener('click', (event) => this.toggle(event, 'regex'));
      this.case.addEventListener('click', (event) => this.toggle(event, 'case'));
      this.before.addEventListener('click', () => this.step(-1));
      this.next.addEventListener('click', () => this.step(1));
      this.say();
    }

    /** @param {Event} event @param {string} name */
    toggle(event, name) {
      event.preventDefault();
      task.replace({ [name]: task.query().get(name) === '1' ? null : '1' });
      this.store();
    }

    /** What was typed becomes the URL's. */
    store() {
      window.clearTimeout(this.timer);
      task.replace({ search: this.input.value });
      this.run('', true);
    }

    /** Search as the URL says. @param {string} [stream] @param {boolean} [jump] */
    async run(stream = '', jump = false) {
      if (stream) this.stream = stream;
      const query = task.query();
      const text = query.get('search') || '';
      if (document.activeElement !== this.input) this.input.value = text;
      const [regex, case_] = [query.get('regex') === '1', query.get('case') === '1'];
      for (const [button, on] of /** @type {[HTMLElement, boolean][]} */ ([[this.regex, regex], [this.case, case_]])) {
        button.classList.toggle('is-on', on);
        button.setAttribute('aria-pressed', String(on));
      }
      const mine = ++this.asked;
      this.wanted = text ? { text, regex, case: case_ } : null;
      this.numbers = [];
      this.count = 0;
      this.at = -1;
      this.state = text ? 'searching' : '';
      this.say();
      this.viewer.changed();
      if (!text || !this.stream) return;
      try {
        const found = await task.ask(`logs/${this.stream}`, { search: text, lines: '0', regex: regex ? '1' : '0', case: case_ ? '1' : '0' });
        if (mine !== this.asked) return;
        this.numbers = found.matches.numbers;
        this.count = found.matches.count;
        this.state = found.matches.complete ? 'whole log searched' : 'searched as far as time allowed';
        if (jump && this.numbers.length) this.step(1);
      } catch (error) {
        if (mine === this.asked) this.state = error instanceof Error ? error.message : String(error);
      }
      this.say();
      this.viewer.changed();
    }

    /** To the next or previous match. @param {1 | -1} by */
    step(by) {
      if (!this.numbers.length) return;
      this.at = this.at < 0 ? (by > 0 ? 0 : this.numbers.length - 1) : (this.at + by + this.numbers.length) % this.numbers.length;
      this.viewer.go(this.current());
      this.say();
    }

    current() {
      return this.numbers[this.at] || 0;
    }

    say() {
      const some = this.numbers.length > 0;
      for (const button of [this.before, this.next]) button.toggleAttribute('disabled', !some);
      const where = this.count ? `${this.at < 0 ? '' : `${(this.at + 1).toLocaleString('en-US')} of `}${this.count.toLocaleString('en-US')}` : '';
      const none = this.state.endsWith('searched') && !this.count ? 'nothing found' : '';
      this.words.replaceChildren(task.make('span', 'm', where || none), ' ', task.make('span', 't3', this.state));
    }
  };
})();
