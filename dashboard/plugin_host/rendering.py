"""The guard round all code of plugins: what they return, how long they may take, what is shown when they fail.

Each render runs in a thread of its own, because Python cannot stop one: a viewer waits for it up to the time limit, and
while it goes on it takes one of the plugin's few places. Whoever was too slow is left in peace for a while.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component
from plotly.graph_objects import Figure
from plotly.utils import PlotlyJSONEncoder

from components import feedback

log = logging.getLogger("metaflow_dashboard")
AT_ONCE = 2  # renders of one plugin
LARGEST = 1_000_000  # bytes of what one render returns, as JSON
REST = 30.0  # seconds in which a plugin that was too slow is not asked again
SILENCE = 60.0  # seconds between two entries in the log about the same failure
GRAPH: Any = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}


class Refused(Exception):
    """What a plugin returned cannot be shown; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is nothing: a sentence for the viewer."""

    text: str


class Guard:
    """Runs the code of plugins. Never raises, and answers within about `seconds`."""

    def __init__(self, seconds: float, largest: int = LARGEST, at_once: int = AT_ONCE, rest: float = REST) -> None:
        self._seconds, self._largest, self._at_once, self._rest = seconds, largest, at_once, rest
        self._places: dict[str, threading.BoundedSemaphore] = {}
        self._resting: dict[str, float] = {}
        self._logged: dict[tuple[str, str], tuple[float, str]] = {}
        self._lock = threading.Lock()
        self.problems: dict[tuple[str, str], Problem] = {}  # the last of each plugin and part, since it last worked

    def drawn(self, plugin: str, what: str, render: Callable[[], object]) -> Component | None:
        """What `render` returns as a component, or a small card that says why there is none."""
        found = self.run(plugin, what, lambda: checked(plugin, render(), self._largest))
        if isinstance(found, Problem):
            return feedback.error(f"The plugin {plugin} could not draw this part.", found.text)
        made: Component | None = found
        return made

    def run(self, plugin: str, what: str, work: Callable[[], Any]) -> Any:
        """What `work` returns, or a Problem."""
        found = self._run(plugin, what, work)
        if isinstance(found, Problem):
            self.problems[plugin, what] = found
        else:
            self.problems.pop((plugin, what), None)
        return found

    def _run(self, plugin: str, what: str, work: Callable[[], Any]) -> Any:
        until = time.monotonic() + self._seconds
        with self._lock:
            place = self._places.setdefault(plugin, threading.BoundedSemaphore(self._at_once))
            resting = self._resting.get(plugin, 0.0) > time.monotonic()
        if resting:
            return Problem("It took too long a moment ago, and will be asked again soon.")
        if not place.acquire(timeout=self._seconds):
            return Problem("It is busy with earlier requests.")
        answer: Future[Any] = Future()

        def render() -> None:
            try:
                answer.set_result(work())
            except BaseException as error:
                answer.set_exception(error)
            finally:
                place.release()

        # The request and its cookies are context variables; the thread is a daemon, so that no plugin delays the end.
        run = copy_context().run
        threading.Thread(target=run, args=(render,), name=f"plugin {plugin}", daemon=True).start()
        try:
            return answer.result(max(0.0, until - time.monotonic()))
        except TooSlow as error:
            if answer.done():  # its own
                return self._failed(plugin, what, error)
            with self._lock:
                self._resting[plugin] = time.monotonic() + self._rest
            log.warning(
                "plugin %s: %s took longer than %g s; not asked for %g s", plugin, what, self._seconds, self._rest
            )
            return Problem(f"It took longer than {self._seconds:g} s.")
        except Refused as error:
            log.warning("plugin %s: %s: %s", plugin, what, error)
            return Problem(str(error))
        except BaseException as error:
            return self._failed(plugin, what, error)

    def _failed(self, plugin: str, what: str, error: BaseException) -> Problem:
        """The traceback is logged once a minute, with a number that viewers see."""
        now = time.monotonic()
        with self._lock:
            at, number = self._logged.get((plugin, what), (-SILENCE, ""))
            if is_new := now - at >= SILENCE:
                number = secrets.token_hex(4)
                self._logged[plugin, what] = (now, number)
        if is_new:
            log.error("plugin %s: %s failed, number %s", plugin, what, number, exc_info=error)
        return Problem(f"The log has the reason under number {number}.")


def checked(plugin: str, found: object, largest: int = LARGEST) -> Component | None:
    """What a plugin returned as a component; Refused when it is too large, or of no known kind, or has others' ids."""
    made = component_of(found)
    if made is None:
        return None
    text = json.dumps(made, cls=PlotlyJSONEncoder)
    if len(text) > largest:
        raise Refused(f"What it returned takes {len(text):,} bytes; {largest:,} are let through.")
    foreign = [one for one in ids(json.loads(text)) if not one.startswith(f"{plugin}-")]
    if foreign:
        raise Refused(f"Ids of its components have to begin with “{plugin}-”; “{foreign[0][:80]}” does not.")
    return made


def component_of(found: object) -> Component | None:
    """Texts become text, figures graphs, lists what they hold; None and empty texts stay away."""
    if found is None or found == "":
        return None
    if isinstance(found, Component):
        return found
    if isinstance(found, str | int | float):
        return html.Span(str(found))
    if isinstance(found, Figure):
        figure: Any = found
        return dcc.Graph(figure=figure, config=GRAPH, style={"height": f"{figure.layout.height or 260}px"})
    if isinstance(found, list | tuple):
        made = [one for one in map(component_of, found) if one is not None]
        return html.Div(made) if made else None
    raise Refused(
        f"It returned {type(found).__name__}; a component, a figure, a text, a list of these or None is shown."
    )


def ids(plain: object) -> Iterator[str]:
    """The ids in a tree of components as JSON; those that are patterns by their type."""
    if isinstance(plain, list):
        for one in plain:
            yield from ids(one)
    elif isinstance(plain, Mapping):
        props = plain.get("props") if "namespace" in plain and "type" in plain else None
        if isinstance(props, Mapping):
            one = props.get("id")
            if one is not None:
                yield str(one.get("type", "")) if isinstance(one, Mapping) else str(one)
            for name, value in props.items():
                if name not in ("figure", "data"):
                    yield from ids(value)
        elif props is None:
            for value in plain.values():
                yield from ids(value)
