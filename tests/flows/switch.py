# mypy: ignore-errors
"""A conditional step: one of two branches is taken."""

from metaflow import FlowSpec, Parameter, step


class SwitchFlow(FlowSpec):
    """Goes fast or slow."""

    mode = Parameter("mode", type=str, default="fast")

    @step
    def start(self):
        self.choice = self.mode
        self.next({"fast": self.fast, "slow": self.slow}, condition="choice")

    @step
    def fast(self):
        self.took = 1
        self.next(self.end)

    @step
    def slow(self):
        self.took = 2
        self.next(self.end)

    @step
    def end(self):
        print(self.took)


if __name__ == "__main__":
    SwitchFlow()
