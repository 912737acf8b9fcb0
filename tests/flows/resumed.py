# mypy: ignore-errors
"""Fails in the middle until a file exists, so that `resume` completes it."""

from pathlib import Path

from metaflow import FlowSpec, Parameter, step


class ResumedFlow(FlowSpec):
    """Needs a second try."""

    gate = Parameter("gate", type=str, help="the file without which the middle step fails")

    @step
    def start(self):
        self.numbers = [1, 2]
        self.next(self.square, foreach="numbers")

    @step
    def square(self):
        self.result = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(item.result for item in inputs)
        self.next(self.middle)

    @step
    def middle(self):
        if not Path(self.gate).exists():
            raise FileNotFoundError(self.gate)
        self.next(self.end)

    @step
    def end(self):
        print(self.total)


if __name__ == "__main__":
    ResumedFlow()
