"""The runs that somebody looks at, as states that all viewers share; the least used go when memory runs short."""

from __future__ import annotations

import threading
from collections import OrderedDict

from dashboard.data.database import Database
from dashboard.data.judge import Judge
from dashboard.data.runs import Key
from dashboard.run_state.state import RunState
from dashboard.run_state.view import RunView


class RunStates:
    """States by key, at most `most` bytes of them together; the one asked for last always stays."""

    def __init__(self, database: Database, judge: Judge, most: int) -> None:
        self._database, self._judge, self.most = database, judge, most
        self._states: OrderedDict[Key, RunState] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> RunView | None:
        """The run as the database has it now; None when there is none. Errors are those of `Database`."""
        with self._lock:
            state = self._states.setdefault(key, RunState(self._database, self._judge, key))
            self._states.move_to_end(key)
        view = state.view()
        with self._lock:
            taken = sum(one.nbytes for one in self._states.values())
            while taken > self.most and len(self._states) > 1:
                taken -= self._states.popitem(last=False)[1].nbytes
        return view

    def peek(self, key: Key) -> RunView | None:
        """What was shown of this run last, without asking the database."""
        with self._lock:
            state = self._states.get(key)
        return state.known if state else None

    def __len__(self) -> int:
        return len(self._states)

    @property
    def nbytes(self) -> int:
        """About the memory that all of them take."""
        with self._lock:
            return sum(one.nbytes for one in self._states.values())
