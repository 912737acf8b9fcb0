"""The head of a run: pathspec, status, the sentence that says what happened, facts."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from components import badges, formats, menus
from components.attributes import aria, data
from components.icons import glyph, icon
from components.runs_table import instant
from dashboard import viewer
from dashboard.data.run_facts import Trigger
from dashboard.filters import RunQuery
from dashboard.links import href
from dashboard.models import JudgedRun, Qualifier, Run, Status
from dashboard.pathspec import Pathspec
from dashboard.run_details import RunDetails, task_ref
from dashboard.run_page import snippets
from dashboard.status.attempts import QUALIFIERS

Words = list[Any]
SHOWN_PARAMETERS = 3
ORCHESTRATORS = (
    ("argo-workflow-name", "Argo Workflows"),
    ("aws-step-functions-execution", "Step Functions"),
    ("airflow-dag-run-id", "Airflow"),
)


def header(details: RunDetails) -> Component:
    """The header; instants and running durations stay current in the browser."""
    facts = [html.Div([html.Dt(label), html.Dd(value)]) for label, value in _facts(details)]
    top = _top(details.view.judged, snippets.menu(details))
    ended = {} if details.view.judged.verdict.status is Status.RUNNING else data(ended="")
    return html.Header([top, reason(details), html.Dl(facts, className="mf-facts")], **ended)


def brief(judged: JudgedRun, now: int) -> Component:
    """The same from the run's own row, while its tasks are still being read."""
    started = html.Div([html.Dt("Started"), html.Dd(instant(judged.run.created_at, now, "seconds"))])
    words = html.Div(f"{formats.sentence(judged.verdict.reason)}.", className="mf-reason neutral", role="status")
    return html.Header([_top(judged, None), words, html.Dl(started, className="mf-facts")])


def _top(judged: JudgedRun, menu: Component | None) -> Component:
    run, verdict = judged.run, judged.verdict
    name, word = badges.look(verdict)
    to_flow = href("/", RunQuery().where(flow=(run.flow,)).to_query())
    crumbs = [html.A(run.flow, href=to_flow), html.Span("/", className="sep"), html.Span(run.id, className="cur")]
    copy = html.Button(
        icon("copy", "Copy pathspec"),
        className="mf-iconbtn sm",
        disable_n_clicks=True,
        **data(copy=run.pathspec, palette="Copy pathspec"),
    )
    link = html.Button(icon("link", "Copy link"), className="mf-iconbtn", disable_n_clicks=True, **data(copy_link="1"))
    return html.Div(
        [
            html.H1(
                [*crumbs, copy],
                className="mf-crumbs",
                **data(title=f"{run.pathspec} · {word}", object=run.pathspec, look=name),
            ),
            html.Span([glyph(name), word], className=f"mf-pill {name}", title=verdict.reason),
            badges.tags(run.tags, [_tag_href(tag) for tag in run.tags], room=90),
            html.Span(className="grow"),
            *([menu] if menu else []),
            link,
        ],
        className="mf-bar",
    )


def reason(details: RunDetails) -> Component:
    """One sentence: what happened, where first, with the link."""
    verdict = details.view.judged.verdict
    name = badges.look(verdict)[0]
    tone = {"failed": "", "running": " running", "lost": " lost"}.get(name, " neutral")
    words = _running(details) if verdict.status is Status.RUNNING else _ended(details)
    return html.Div(words, className=f"mf-reason{tone}", role="status")


def _ended(details: RunDetails) -> Words:
    told, verdict = details.story, details.view.judged.verdict
    if verdict.status is Status.COMPLETED:
        return [html.Span(_completed(details))]
    if not told.failed and not told.killed:
        return [html.Span(f"{formats.sentence(verdict.reason)}.")]
    parts: Words = []
    if told.failed:
        parts = [html.B(f"{told.failed:,} of {formats.count(told.tasks, 'task')} failed", className="m")]
        parts += [f", {told.killed:,} killed in the cascade"] if told.killed else []
    else:
        parts = [html.B(f"{told.killed:,} of {formats.count(told.tasks, 'task')} ended without a word", className="m")]
    if told.not_reached:
        parts.append(f", {formats.count(len(told.not_reached), 'step')} not reached")
    return [html.Span([*parts, ". ", *_first_failure(details)]), *_error(details)]


def _completed(details: RunDetails) -> Words:
    told, verdict = details.story, details.view.judged.verdict
    words: Words = [html.B(f"All {told.tasks:,} tasks completed" if told.tasks != 1 else "The one task completed")]
    if told.failed or told.killed:
        words = [html.B(f"Completed, although {formats.count(told.failed + told.killed, 'task')} failed")]
    if told.caught:
        words.append(f"; @catch swallowed the exception of {formats.count(told.caught, 'task')}")
    if told.cloned:
        words.append(f"; {told.cloned:,} taken over from the origin run")
    if told.not_taken:
        words.append(f"; {formats.count(len(told.not_taken), 'step')} of branches not taken")
    if verdict.qualifier is Qualifier.CAUGHT and not told.caught:
        words.append(f"; {verdict.reason}")
    return [*words, "."]


def _running(details: RunDetails) -> Words:
    told, verdict = details.story, details.view.judged.verdict
    words: Words = [html.B(f"{told.done:,} of {formats.count(told.tasks, 'task')} done", className="m")]
    words += [f", {told.running:,} running"] if told.running else []
    words += [f", {told.pending:,} waiting"] if told.pending else []
    words.append(". ")
    if verdict.qualifier is Qualifier.NO_HEARTBEAT:
        words.append(f"{formats.sentence(verdict.reason)}. ")
    failed = told.failed + told.killed
    if failed and told.is_doomed:
        words += [
            html.B(f"{formats.count(failed, 'task')} {_have(failed)} failed for good", className="m fg-failed"),
            ", so this run will end as failed. ",
        ]
    elif failed:
        again = f"{formats.count(failed, 'task')} {_have(failed)} failed and may be tried again. "
        words.append(html.Span(again, className="fg-failed"))
    parts = [html.Span([*words, *_first_failure(details)]), *_error(details)]
    left = details.estimate
    if left:
        span = f"({formats.roughly(left.least)}–{formats.roughly(left.most)}, from {formats.count(left.runs, 'run')})"
        title = "by how long runs of this flow took that lasted longer than this one has so far"
        note = html.Span([f"{formats.roughly(left.left)} left ", html.Span(span, className="t3")], title=title)
        parts += [html.Span(className="grow"), html.Span(note, className="nw p3")]
    return parts


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _first_failure(details: RunDetails) -> Words:
    row = details.story.first_failure
    if row is None:
        return []
    view = details.view
    task, place = task_ref(view, row), int(view.task[row])
    url = href(Pathspec(view.judged.run.flow, view.judged.run.id, task.step, task.task).url)
    names = ", ".join(view.variables.get(int(view.step[place]), ()))
    label = f"{names}={view.labels[place]}" if names else view.labels[place]
    word = "First killed " if QUALIFIERS[view.qualifier[row]] is Qualifier.KILLED else "First failure "
    return [word, html.A(f"{task.step}/{task.task}", href=url, className="mono"), " ", html.Span(label, className="t2")]


def _error(details: RunDetails) -> Words:
    return [html.Span(details.error, className="err fg-failed ell", title=details.error)] if details.error else []


def _facts(details: RunDetails) -> list[tuple[str, Any]]:
    judged, facts = details.view.judged, details.facts
    run, verdict, now = judged.run, judged.verdict, details.view.now
    live = verdict.status is Status.RUNNING
    found: list[tuple[str, Any]] = [_times(details), ("Duration", _duration(details))]
    if run.user or run.owner:
        link = (
            html.A(run.user, href=href("/", RunQuery().where(user=(run.user,)).to_query())) if run.user else run.owner
        )
        found.append(("User", link))
    if run.project or run.branch:
        found.append(("Project / branch", _project(run)))
    if facts.triggers:
        found.append(("Triggered by", _triggers(details)))
    elif cron := _schedule(details):
        found.append(("Triggered by", ["schedule ", html.Span(cron, className="mono")]))
    if orchestrator := _orchestrator(details):
        found.append(("Runs on", orchestrator))
    if code := _code(details):
        found.append(("Code", code))
    if facts.origin or details.resumed_as:
        found.append(("Resumed", _resumed(details)))
    if live:
        beat = instant(run.heartbeat_at, now) if run.heartbeat_at else formats.NOTHING
        found.append(("Heartbeat", html.Span(beat, className="fg-lost" if verdict.qualifier else "fg-completed")))
    versions = [run.system_tag("metaflow_version"), run.system_tag("python_version")]
    if any(versions):
        names = (f"{name} {version}" for name, version in zip(("Metaflow", "Python"), versions, strict=True) if version)
        found.append(("Versions", " · ".join(names)))
    shown = [one for one in details.parameters if one.kind == "parameter"]
    if shown:
        found.append(("Parameters", _parameters(details, len(shown))))
    return found


def _times(details: RunDetails) -> tuple[str, Any]:
    run, verdict, now = details.view.judged.run, details.view.judged.verdict, details.view.now
    started = instant(run.created_at, now, "seconds")
    if verdict.status is Status.RUNNING:
        return "Started", [started, " ", html.Span(instant(run.created_at, now), className="t3")]
    if verdict.finished_at is None:
        return "Started", started
    zone = viewer.zone()
    same_day = formats.local(verdict.finished_at, zone).date() == formats.local(run.created_at, zone).date()
    return "Started → finished", [started, " → ", instant(verdict.finished_at, now, "clock" if same_day else "seconds")]


def _duration(details: RunDetails) -> Words:
    run, verdict = details.view.judged.run, details.view.judged.verdict
    live = verdict.status is Status.RUNNING
    length = max(0, details.view.now - run.created_at) if live else verdict.duration
    ticking: dict[str, Any] = {"data-since": str(run.created_at)} if live else {}
    words: Words = [html.B(html.Span(formats.duration(length), **ticking), className="m")]
    if details.typical and length is not None:
        usual = f"typical {formats.duration(details.typical)}"
        text = usual if live else f"{length / max(1, details.typical):.1f}× typical"
        words += [" ", html.Span(text, className="t3", title=usual)]
    return words


def _project(run: Run) -> Words:
    query = RunQuery().where(project=(run.project,) if run.project else ())
    words: Words = [html.A(run.project, href=href("/", query.to_query()))] if run.project else []
    if run.branch:
        branch = href("/", query.where(branch=(run.branch,)).to_query())
        words += [" / " if words else "", html.A(run.branch, href=branch)]
    return words


def _triggers(details: RunDetails) -> Words:
    triggers = details.facts.triggers
    words: Words = [_trigger(triggers[0])]
    if len(triggers) > 1:
        rest = [html.Div(_trigger(one)) for one in triggers[1:]]
        words += [
            " ",
            menus.menu([f"+{len(triggers) - 1}"], html.Div(rest, className="mf-pop mf-items"), "More triggers"),
        ]
    return words


def _trigger(trigger: Trigger) -> Component:
    """A run is a link to it, an event its name."""
    parts = trigger.id.split("/")
    if trigger.kind == "run" and len(parts) > 1 and all(parts[:2]):
        text = "/".join(parts[:2])
        return html.A(text, href=href(Pathspec(parts[0], parts[1]).url), className="mono", title=trigger.id)
    return html.Span([icon("arrow-right"), " ", trigger.name], title=trigger.id or trigger.name)


def _schedule(details: RunDetails) -> str | None:
    """When the flow runs by itself; only said of runs that an orchestrator started."""
    found = details.graph.decorator("schedule") if details.graph else None
    if not found or details.view.judged.run.run_id is None:
        return None
    cron = found.attributes.get("cron")
    if isinstance(cron, str) and cron not in ("", "None"):
        return cron
    return next((name for name in ("hourly", "daily", "weekly") if found.attributes.get(name) is True), None)


def _orchestrator(details: RunDetails) -> Words | None:
    for field, name in ORCHESTRATORS:
        if value := details.facts.value(field):
            return [name, " ", html.Span(formats.middle(value, 24), className="mono t3", title=value)]
    runtime = details.view.judged.run.system_tag("runtime")
    return [runtime] if runtime and runtime != "dev" else None


def _code(details: RunDetails) -> Words | None:
    git, facts = details.facts.git, details.facts
    sha = str(git.get("commit_sha") or "")
    if sha:
        state = "dirty" if git.get("has_uncommitted_changes") else "clean"
        branch = str(git.get("branch_name") or "")
        words = ", ".join(part for part in (branch, state) if part)
        return [html.Span(sha[:7], className="mono", title=sha), " ", html.Span(words, className="t3")]
    package = str(facts.code.get("sha") or "")
    script = facts.value("script-name")
    if not package and not script:
        return None
    parts: Words = [html.Span(script, className="mono")] if script else []
    if package:
        parts += [" ", html.Span(f"package {package[:7]}", className="t3", title=package)]
    return parts


def _resumed(details: RunDetails) -> Words:
    run = details.view.judged.run
    words: Words = []
    if details.facts.origin:
        origin = details.facts.origin
        words = [
            html.Span("from ", className="t3"),
            html.A(origin, href=href(Pathspec(run.flow, origin).url), className="mono"),
        ]
    for one in details.resumed_as[:3]:
        link = html.A(one.id, href=href(Pathspec(one.flow, one.id).url), className="mono")
        words += [" ", html.Span("by ", className="t3"), link]
    return words


def _parameters(details: RunDetails, number: int) -> Words:
    shown = [one for one in details.parameters if one.kind == "parameter"][:SHOWN_PARAMETERS]
    text = " ".join(f"{one.name}={formats.end(one.value, 24) if one.value is not None else '…'}" for one in shown)
    words: Words = [html.Span(text, className="mono")]
    if number > SHOWN_PARAMETERS:
        words += [" ", html.A(f"+{number - SHOWN_PARAMETERS}", href="?tab=details", **aria(label="All parameters"))]
    return words


def _tag_href(tag: str) -> str:
    return href("/", RunQuery().where(tag=(tag,)).to_query())
