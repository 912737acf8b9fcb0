# mypy: ignore-errors
"""The base of a flow in a file of its own."""

from metaflow import FlowSpec, Parameter, retry, step


class Base(FlowSpec):
    """What the flows have in common."""

    shared = Parameter("shared", default=1)

    @retry(times=2)
    @step
    def start(self):
        """Begins.

        In more words.
        """
        self.next(self.work)

    @step
    def work(self):
        self.next(self.end)

    @step
    def end(self):
        pass
