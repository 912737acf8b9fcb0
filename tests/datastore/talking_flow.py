"""Prints all that is hard to show, and makes cards; run for real by the tests of this folder."""

# mypy: ignore-errors

import sys

from metaflow import FlowSpec, card, current, retry, step
from metaflow.cards import Markdown, ProgressBar


class TalkingFlow(FlowSpec):
    """Logs and cards of every kind."""

    @card(type="blank", id="progress", refresh_interval=1)
    @card
    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        out = sys.stdout.buffer
        out.write(
            "grün \U0001f680 \x1b[1;31mred and bold\x1b[0m \x1b]8;;http://example.org\x07link\x1b]8;;\x07\n".encode()
        )
        out.write(b"".join(b"\r%d%%" % done for done in range(101)) + b"\n")
        out.write(b"junk \x00\xff\xfe\x1b[2J\n")
        out.write(b"x" * 1_000_000 + b"\n")
        out.write(b"".join(b"line %d\n" % number for number in range(5, 5001)))
        out.flush()
        bar = ProgressBar(max=3, label="steps")
        current.card["progress"].append(Markdown("# Progress"))
        current.card["progress"].append(bar)
        for done in range(1, 4):
            bar.update(done)
            current.card["progress"].refresh()
        print("WARNING: last words", file=sys.stderr)
        if current.retry_count == 0:
            sys.stdout.write("no line end")
            raise ValueError("on the first attempt")
        self.next(self.end)

    @card(type="nonesuch")
    @step
    def end(self):
        """Says nothing, and its card cannot be made."""


if __name__ == "__main__":
    TalkingFlow()
