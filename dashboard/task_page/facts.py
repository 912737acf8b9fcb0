"""What is known of an attempt, in words: where it ran, how long it waited, what it was given, what led to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formats
from components.runs_table import instant
from dashboard import viewer
from dashboard.graph import Node
from dashboard.links import href
from dashboard.models import Qualifier, Status
from dashboard.pathspec import Pathspec
from dashboard.run_state.view import RunView
from dashboard.status.attempts import ABSENT
from dashboard.task_details import Related, TaskDetails
from dashboard.task_query import TaskQuery

Fact = tuple[str, Any]
# The first of these that an attempt has says on what it ran, and the second what it is called there.
PLACES = (
    ("kubernetes-pod-name", "Pod"),
    ("aws-batch-job-id", "Batch job"),
    ("airflow-job-id", "Airflow job"),
)
HOSTS = ("ec2-instance-id", "kubernetes-node-ip")


def facts(details: TaskDetails) -> Iterator[Fact]:
    """(label, value) in the order in which they are shown."""
    view, row, place = details.view, details.row, details.place
    label = view.labels[place]
    if label:
        names = ", ".join(view.variables.get(int(view.step[place]), ()))
        yield "Foreach", html.Span(f"{names}={label}" if names else label, className="mono", title=label)
    yield from _times(details)
    if host := next((found for name in HOSTS if (found := details.facts.own(name, details.attempt))), None):
        kind = details.facts.own("ec2-instance-type", details.attempt)
        yield "Host", [html.Span(host, className="mono"), *([" ", html.Span(kind, className="t3")] if kind else [])]
    for field, word in PLACES:
        if value := details.facts.own(field, details.attempt):
            yield word, html.Span(formats.middle(value, 36), className="mono", title=value)
    if words := resources(details.node):
        yield "Resources", html.Span(words, className="nw")
    yield "Ran on", _where(details)
    if details.home.is_origin:
        home = details.home
        link = href(Pathspec(home.flow, home.run, home.step, home.task).url)
        yield "Taken over from", html.A(f"{home.run}/{home.step}/{home.task}", href=link, className="mono")
    if details.parents.count:
        yield "From", related(view, details.parents)
    if details.children.count:
        yield "To", related(view, details.children)
    if view.evidence.beat[row] != ABSENT and details.status[0] is Status.RUNNING:
        beat = instant(int(view.evidence.beat[row]), view.now)
        yield "Heartbeat", html.Span(beat, className="fg-lost" if details.status[1] else "fg-completed")


def _times(details: TaskDetails) -> Iterator[Fact]:
    view, row, summary = details.view, details.row, details.summary
    queued, started, finished = (known(column[row]) for column in (view.queued, view.started, view.finished))
    live = details.status[0] in (Status.RUNNING, Status.PENDING)
    if queued is not None and (started is not None or live):
        waited = (started if started is not None else view.now) - queued
        ticking: dict[str, Any] = {} if started is not None else {"data-since": str(queued)}
        usual = f"p50 {formats.duration(summary.queue)}" if summary and summary.queue is not None else ""
        yield "Queue", _with(html.Span(formats.duration(max(0, waited)), **ticking), usual, "median wait of the step")
    length = known(view.duration[row]) if details.status[0] is not Status.RUNNING else None
    if details.status[0] is Status.RUNNING and started is not None:
        length = view.now - started
    if length is not None:
        ticking = {"data-since": str(started)} if details.status[0] is Status.RUNNING and started else {}
        words = html.B(html.Span(formats.duration(max(0, length)), **ticking), className="m")
        median = summary.median if summary else None
        usual = f"{length / max(1, median):.1f}× p50" if median is not None else ""
        title = f"the median of the step is {formats.duration(median)}" if median is not None else ""
        yield "Run time", _with(words, usual, title)
    begun = started if started is not None else queued
    if begun is None:
        return
    if finished is None:
        yield (
            ("Started" if started is not None else "Registered"),
            [
                instant(begun, view.now, "seconds"),
                " ",
                html.Span(instant(begun, view.now), className="t3"),
            ],
        )
        return
    zone = viewer.zone()
    days = [formats.local(at, zone).date() for at in (begun, finished, view.now)]
    styles = ["clock" if day == days[2] else "seconds" for day in days[:2]]
    if days[0] == days[1]:
        styles[1] = "clock"
    ago = html.Span(instant(finished, view.now), className="t3")
    yield (
        "Started → finished",
        [instant(begun, view.now, styles[0]), " → ", instant(finished, view.now, styles[1]), " ", ago],
    )


def _with(words: Component, note: str, title: str) -> Any:
    return [words, " ", html.Span(note, className="t3", title=title)] if note else words


def _where(details: TaskDetails) -> Any:
    """The kind of place, from what the attempt wrote, else from the decorators."""
    value = details.facts.own
    number = details.attempt
    if details.home.is_origin or details.status[1] is Qualifier.CLONED:
        return "nowhere: resume took it over"
    if value("kubernetes-pod-name", number):
        space = value("kubernetes-pod-namespace", number)
        argo = value("argo-workflow-name", number)
        return _with(html.Span("Argo Workflows" if argo else "Kubernetes"), space or "", "namespace")
    if value("aws-batch-job-id", number):
        return _with(html.Span("AWS Batch"), value("aws-batch-jq-name", number) or "", "job queue")
    if value("airflow-job-id", number):
        return "Airflow"
    for name, words in (("kubernetes", "Kubernetes"), ("batch", "AWS Batch")):
        if details.node and details.node.decorator(name):
            return html.Span(words, title="by the step's decorator; the attempt itself says nothing")
    user = details.view.judged.run.user or details.view.judged.run.owner
    return html.Span("the machine that started the run", title=f"of {user}") if user else "the scheduler's machine"


def resources(node: Node | None) -> str:
    """`4 cpu, 16 GB, 1 gpu`: what the step's decorators ask for, the largest of each."""
    asked = node.asked if node else {}
    words = []
    if "cpu" in asked:
        words.append(f"{asked['cpu']:g} cpu")
    if "memory" in asked:
        memory = asked["memory"]
        words.append(f"{memory / 1024:.3g} GB" if memory >= 1024 else f"{memory:g} MB")
    if "gpu" in asked:
        words.append(f"{asked['gpu']:g} gpu")
    return ", ".join(words)


def related(view: RunView, found: Related) -> Any:
    """A link to the one task, to each of a few, or to all of them in the list of the run's tasks."""
    run = view.judged.run
    if found.count > 3:
        query = TaskQuery(step=found.steps, tab="tasks").to_query()
        text = f"{found.count:,} tasks of {', '.join(found.steps)}"
        return html.A(text, href=href(Pathspec(run.flow, run.id).url, query))
    words: list[Any] = []
    for place in found.places[: found.count]:
        step, task = view.steps[view.step[place]], view.task_id(place)
        link = href(Pathspec(run.flow, run.id, step, task).url)
        words += [html.A(f"{step}/{task}", href=link, className="mono", title=view.labels[place]), " "]
    return words[:-1]


def known(value: Any) -> int | None:
    """A number of a column; None where there is none."""
    return None if value == ABSENT else int(value)
