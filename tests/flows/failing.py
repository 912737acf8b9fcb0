# mypy: ignore-errors
"""A foreach in which one task needs its retry, one fails and is caught, and one fails for good if asked to."""

from metaflow import FlowSpec, Parameter, catch, current, retry, step


class FailingForeachFlow(FlowSpec):
    """Fails in the ways that users see."""

    hopeless = Parameter("hopeless", type=bool, default=False, help="let the run fail")

    @step
    def start(self):
        self.kinds = ["good", "flaky", "bad"]
        self.next(self.work, foreach="kinds")

    @catch(var="failure")
    @retry(times=1, minutes_between_retries=0)
    @step
    def work(self):
        self.kind = self.input
        if self.kind == "flaky" and current.retry_count == 0:
            raise ConnectionError("try again")
        if self.kind == "bad":
            raise ValueError("Input X contains NaN")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.failures = [str(item.failure) for item in inputs if item.failure]
        self.next(self.check)

    @step
    def check(self):
        if self.hopeless:
            raise RuntimeError("nothing helps")
        self.next(self.end)

    @step
    def end(self):
        print(self.failures)


if __name__ == "__main__":
    FailingForeachFlow()
