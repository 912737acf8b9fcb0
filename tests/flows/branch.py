# mypy: ignore-errors
"""Two branches and a join."""

from metaflow import FlowSpec, step


class BranchFlow(FlowSpec):
    """Splits in two and adds up."""

    @step
    def start(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.part = 1
        self.next(self.join)

    @step
    def right(self):
        self.part = 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(branch.part for branch in inputs)
        self.next(self.end)

    @step
    def end(self):
        print(self.total)


if __name__ == "__main__":
    BranchFlow()
