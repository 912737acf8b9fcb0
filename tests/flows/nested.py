# mypy: ignore-errors
"""A foreach inside a foreach."""

from metaflow import FlowSpec, step


class NestedForeachFlow(FlowSpec):
    """Two fruits in two sizes each."""

    @step
    def start(self):
        self.fruits = ["apple", "Birne, größer"]
        self.next(self.fruit, foreach="fruits")

    @step
    def fruit(self):
        self.name_of_fruit = self.input
        self.sizes = [1, 2]
        self.next(self.size, foreach="sizes")

    @step
    def size(self):
        self.label = f"{self.name_of_fruit} {self.input}"
        self.next(self.join_sizes)

    @step
    def join_sizes(self, inputs):
        self.labels = [item.label for item in inputs]
        self.next(self.join_fruits)

    @step
    def join_fruits(self, inputs):
        self.labels = [label for item in inputs for label in item.labels]
        self.next(self.end)

    @step
    def end(self):
        print(self.labels)


if __name__ == "__main__":
    NestedForeachFlow()
