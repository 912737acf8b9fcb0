# mypy: ignore-errors
"""Three steps in a row, with parameters and a card."""

from metaflow import FlowSpec, Parameter, card, current, step
from metaflow.cards import Markdown


class LinearFlow(FlowSpec):
    """Doubles a number."""

    alpha = Parameter("alpha", help="what is doubled", type=float, default=0.5)
    label = Parameter("label", type=str, default="plain")

    @step
    def start(self):
        self.doubled = self.alpha * 2
        print("doubled", self.doubled)
        self.next(self.train)

    @card(type="blank")
    @step
    def train(self):
        self.score = {"auc": 0.9 + self.doubled / 100}
        current.card.append(Markdown("# Score"))
        self.next(self.end)

    @step
    def end(self):
        print("done")


if __name__ == "__main__":
    LinearFlow()
