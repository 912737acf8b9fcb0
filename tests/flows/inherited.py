# mypy: ignore-errors
"""A flow that takes steps from a base class in another file, with every kind of transition."""

from inherited_base import Base
from metaflow import Config, Parameter, catch, parallel, project, resources, schedule, step

MEMORY = 2000


@schedule(daily=True)
@project(name="shapes")
class InheritedFlow(Base):
    """Splits, goes through a foreach and a gang, switches and loops."""

    own = Parameter("own", type=int, default=3)
    settings = Config("settings", default_value="{}")
    LIMIT = 5

    @resources(cpu=4, memory=MEMORY)
    @step
    def work(self):
        """Splits."""
        self.items = [1, 2]
        self.next(self.left, self.right)

    @step
    def left(self):
        self.next(self.each, foreach="items")

    @catch(var="problem", print_exception=False)
    @step
    def each(self):
        self.next(self.collect)

    @step
    def collect(self, inputs):
        self.next(self.both)

    @step
    def right(self):
        self.next(self.gang, num_parallel=2)

    @parallel
    @step
    def gang(self):
        self.next(self.gathered)

    @step
    def gathered(self, inputs):
        self.next(self.both)

    @step
    def both(self, inputs):
        self.next(self.decide)

    @step
    def decide(self):
        self.state = "again"
        self.next({"again": self.again, "done": self.end}, condition="state")

    @step
    def again(self):
        self.state = "done"
        self.next({"again": self.again, "done": self.end}, condition="state")


if __name__ == "__main__":
    InheritedFlow()
