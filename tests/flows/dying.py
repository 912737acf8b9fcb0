# mypy: ignore-errors
"""A task that is killed before it can say that it failed, in each of its two attempts."""

import os
import signal

from metaflow import FlowSpec, retry, step


class DyingFlow(FlowSpec):
    """Dies as if out of memory."""

    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        os.kill(os.getpid(), signal.SIGKILL)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    DyingFlow()
