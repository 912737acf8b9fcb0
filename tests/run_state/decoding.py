"""Reads what `run_state.wire` packs, from its documentation alone, and follows a run as a browser does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NONE = -(2**31)
PER_TASK = ("id", "step", "index", "label")
PER_ROW = ("status", "qualifier", "queued", "started", "finished")


@dataclass(frozen=True)
class Answer:
    """One answer: the head, and lists of the arrays."""

    head: dict[str, Any]
    arrays: dict[str, list[Any]]


def decode(data: bytes) -> Answer:
    """Every byte is accounted for, and every array begins at a multiple of four."""
    size = int.from_bytes(data[:4], "little")
    assert size % 4 == 0
    head = json.loads(data[4 : 4 + size])
    arrays: dict[str, list[Any]] = {}
    at = 4 + size
    for name, kind, length in head["arrays"]:
        dtype = np.dtype(f"<{kind}")
        arrays[name] = np.frombuffer(data, dtype, length, at).tolist()
        at += length * dtype.itemsize
        padding = -at % 4
        assert data[at : at + padding] == b"\0" * padding
        at += padding
    assert at == len(data)
    for name, of in (("label", "place"), ("name", "named")):
        text = bytes(arrays[name]).decode()
        arrays[name] = text.split("\n") if arrays[of] else []
        assert len(arrays[name]) == len(arrays[of])
    for name in ("queued", "started", "finished"):
        arrays[name] = [None if value == NONE else value * head["unit"] for value in arrays[name]]
    return Answer(head, arrays)


@dataclass
class Followed:
    """What a browser knows after some answers; times are milliseconds since the start of the run."""

    head: dict[str, Any] = field(default_factory=dict)
    tasks: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # by place
    names: dict[int, str] = field(default_factory=dict)
    rows: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)  # by place and attempt

    def take(self, data: bytes) -> Answer:
        """Put an answer in: a whole one replaces everything, any other what it holds."""
        answer = decode(data)
        self.head, arrays = answer.head, answer.arrays
        if self.head["whole"]:
            self.tasks, self.names, self.rows = {}, {}, {}
        self.tasks.update(zip(arrays["place"], zip(*(arrays[name] for name in PER_TASK), strict=True), strict=True))
        self.names.update(zip(arrays["named"], arrays["name"], strict=True))
        keys = zip(arrays["task"], arrays["attempt"], strict=True)
        self.rows.update(zip(keys, zip(*(arrays[name] for name in PER_ROW), strict=True), strict=True))
        assert sorted(self.tasks) == list(range(self.head["tasks"])), "no task is missing"
        assert {place for place, _ in self.rows} == set(self.tasks), "every task has an attempt"
        return answer

    @property
    def shown(self) -> tuple[object, ...]:
        """All that is drawn."""
        return self.tasks, self.names, self.rows, self.head["steps"], self.head["variables"]
