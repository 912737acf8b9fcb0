# mypy: ignore-errors
"""Saves an artifact of every type that the standard library and numpy offer, and fails once with an exception."""

import array
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np
from metaflow import FlowSpec, IncludeFile, catch, current, retry, step

Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    """An enum of the user."""

    RED = "r"


@dataclasses.dataclass
class Model:
    """A dataclass of the user, which holds itself."""

    name: str
    weights: list
    parent: object = None


class Slotted:
    """A class without a dict."""

    __slots__ = ("a",)

    def __init__(self):
        self.a = 1


class ArtifactsFlow(FlowSpec):
    """Every type."""

    source = IncludeFile("source", default=__file__)

    @step
    def start(self):
        self.none, self.yes, self.count, self.huge, self.ratio = None, True, 42, 1 << 200, 0.5
        self.nan, self.infinity, self.imaginary = float("nan"), float("inf"), 1 + 2j
        self.text, self.raw, self.buffer = "grün \U0001f40d \u202e", b"\x89PNG\r\n\x1a\n\x00", bytearray(b"xy")
        self.items, self.pair = [1, "two", [3.0]], (1, (2,))
        self.unique, self.frozen = {3, 1, 2}, frozenset({"a"})
        self.config = {"lr": 0.1, "layers": [64, 32], 3: {"deep": None}}
        self.records = [{"epoch": n, "loss": 1 / (n + 1)} for n in range(250)]
        self.moment = datetime.datetime(2026, 11, 23, 6, 41, 4, 610637)  # noqa: DTZ001
        self.aware = datetime.datetime(2026, 11, 23, 6, tzinfo=datetime.timezone.utc)
        self.abroad = datetime.datetime(2026, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
        self.day, self.noon = datetime.date(2026, 2, 28), datetime.time(12, 30, fold=1)
        self.span = datetime.timedelta(days=1, seconds=2, microseconds=3)
        self.east = datetime.timezone(datetime.timedelta(hours=2), "EAST")
        self.price, self.third = decimal.Decimal("19.90"), fractions.Fraction(1, 3)
        self.id, self.folder = uuid.UUID(int=5), pathlib.Path("/data/train")
        self.numbers, self.part = range(0, 10, 3), [slice(1, None)]
        self.ordered, self.grouped = OrderedDict(b=1, a=2), defaultdict(list, {"x": [1]})
        self.counted, self.queue = Counter("banana"), deque([1, 2, 3], maxlen=3)
        self.doubles = array.array("d", [1.5, 2.5])
        self.colour, self.point, self.slotted = Colour.RED, Point(1, 2), Slotted()
        self.model = Model("base", [0.1, 0.2])
        self.model.parent = self.model
        self.space = types.SimpleNamespace(a=1)
        self.error, self.pattern = ValueError("wrong", 7), re.compile("a+")
        self.address, self.function, self.kind = ipaddress.ip_address("10.0.0.1"), len, dict
        self.page = "<!DOCTYPE html><p>hello</p>"
        self.vector, self.matrix = np.arange(5), np.arange(6, dtype="float32").reshape(2, 3)
        self.columns = np.asfortranarray([[1, 2], [3, 4]])
        self.flags, self.words = np.array([True, False]), np.array(["a", "grün"])
        self.days = np.array(["2026-01-01", "NaT"], dtype="datetime64[D]")
        self.mixed = np.array([1, "a", None], dtype=object)
        self.structure = np.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("s", "U3")])
        self.score, self.label, self.truth = np.float32(0.5), np.str_("yes"), np.bool_(True)
        self.stamp = np.datetime64("2026-01-01T00:00:00.5")
        self.names = ["flaky", "bad"]
        self.next(self.work, foreach="names")

    @catch(var="failure")
    @retry(times=1, minutes_between_retries=0)
    @step
    def work(self):
        self.count = 43
        self.mine = self.input
        if self.input == "bad" or current.retry_count == 0:
            raise RuntimeError(f"\x1b[31m{self.input}\x1b[0m \u202e")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ArtifactsFlow()
