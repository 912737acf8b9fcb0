# mypy: ignore-errors
"""Waits in its first step, to be watched or killed."""

import time

from metaflow import FlowSpec, Parameter, step


class SleepingFlow(FlowSpec):
    """Sleeps."""

    seconds = Parameter("seconds", type=float, default=60.0)

    @step
    def start(self):
        print("asleep")
        time.sleep(self.seconds)
        self.next(self.end)

    @step
    def end(self):
        print("awake")


if __name__ == "__main__":
    SleepingFlow()
