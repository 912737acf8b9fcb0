"""Fails in the way that the parameter `how` names; run for real by the tests of this folder."""

# mypy: ignore-errors

import atexit
import json
import os
import signal
import sys
import threading
import time

from metaflow import FlowSpec, IncludeFile, JSONType, Parameter, retry, step, timeout
from metaflow.exception import MetaflowException


class Gone:
    """Raises when it is collected."""

    def __del__(self):
        raise KeyError("ignored")


def chained():
    """An exception with two causes."""
    try:
        try:
            json.loads("{")
        except ValueError as error:
            raise KeyError("first cause") from error
    except KeyError:
        raise RuntimeError("what broke in the end")  # noqa: B904 — the other kind of chain is meant


class BrokenFlow(FlowSpec):
    """Many ways to fail."""

    how = Parameter("how", default="not at all")
    alpha = Parameter("alpha", default=0.5, type=float)
    label = Parameter("label", default="grün \u202e")
    config = Parameter("config", type=JSONType, default='{"a": [1, 2, {"b": null}]}')
    nothing = Parameter("nothing", default=None)
    source = IncludeFile("source", default=__file__)
    LIMIT = 42
    TABLE = {"x": (1, 2)}
    LONG = list(range(1000))
    HUGE = "x" * 100_000

    @retry(times=0)
    @timeout(seconds=5)
    @step
    def start(self):
        print("ValueError: handled, carrying on", file=sys.stderr)
        if self.how == "raise":
            raise ValueError("\x1b[31mInput X\x1b[0m contains \u202e NaN\nand a second line: here")
        if self.how == "chain":
            chained()
        if self.how == "metaflow":
            raise MetaflowException("in its own words\nand more")
        if self.how == "timeout":
            time.sleep(30)
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.how == "save":
            self.lock = threading.Lock()
        if self.how == "noise":
            globals()["kept"] = Gone()
            atexit.register(lambda: print("OSError: while cleaning up", file=sys.stderr))
            raise LookupError("the one that counts")
        if self.how == "group":
            raise ExceptionGroup("many", [ValueError("a"), TypeError("b")])  # noqa: F821
        self.next(self.end)

    @step
    def end(self):
        """Nothing left to break."""


if __name__ == "__main__":
    BrokenFlow()
