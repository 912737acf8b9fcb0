# mypy: ignore-errors
"""Prints what is hard to show, makes cards of all kinds, and waits for a file so that it can be looked at."""

import pathlib
import sys
import time

from metaflow import FlowSpec, Parameter, card, catch, current, retry, step
from metaflow.cards import Markdown, ProgressBar

LINES = 50_000


class TellingFlow(FlowSpec):
    """Logs, artifacts and cards of every kind."""

    gate = Parameter("gate", help="the file that is waited for", required=True)

    @card(type="blank", id="progress", refresh_interval=1)
    @step
    def start(self):
        bar = ProgressBar(max=9, label="steps")
        current.card["progress"].append(Markdown("# Progress"))
        current.card["progress"].append(bar)
        done = 1
        while not pathlib.Path(self.gate).exists():
            bar.update(done % 9)
            current.card["progress"].refresh()
            done += 1
            time.sleep(1.5)
        self.rate, self.names = 0.5, ["fine", "flaky", "bad"]
        self.next(self.work, foreach="names")

    @card
    @catch(var="failure")
    @retry(times=1, minutes_between_retries=0)
    @step
    def work(self):
        link = "\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07"
        print(f"grün \U0001f680 \x1b[1;31mred and bold\x1b[0m {link} \x1b[2J<b>bold</b>")
        self.rate = 0.25
        self.records = [{"name": "=SUM(A1)", "n": n} for n in range(3)]
        if self.input == "bad" or (self.input == "flaky" and current.retry_count == 0):
            raise ValueError(f"“{self.input}” is <i>unlucky</i> ☃")
        if self.input == "fine":
            sys.stdout.write("".join(f"line {n} of many\n" for n in range(2, LINES + 1)))
        self.next(self.join)

    @card(type="nonesuch")
    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        raise RuntimeError("nothing helps")


if __name__ == "__main__":
    TellingFlow()
