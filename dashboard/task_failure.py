"""Why an attempt failed: its exception, else the end of its stderr, else what the scheduler and the metadata say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.data.task_facts import Home, TaskFacts
from dashboard.datastore import (
    Datastore,
    Place,
    SourceFiles,
    TaskException,
    Unreadable,
    exception_of,
    last_error,
)
from dashboard.insight.cause import Cause, cause_of
from dashboard.models import Qualifier, Status

AROUND = 2  # lines of source above the one that raised
MOST_TITLE = 300  # characters
SCHEDULER = "runtime_stderr.log"


@dataclass(frozen=True, slots=True)
class Failure:
    """All text is hostile; it is cut, and holds nothing that cannot be seen."""

    title: str  # one line, e.g. `ValueError: Input X contains NaN`
    more: str  # what follows that line in the message
    traceback: tuple[str, ...]
    place: Place | None
    source: tuple[tuple[int, str], ...]  # lines round the one that raised, with their numbers
    said_by: str  # exception, log or scheduler
    cause: Cause | None
    is_caught: bool  # the attempt ended well all the same


def failure(
    store: Datastore | None,
    facts: TaskFacts,
    home: Home,
    hashes: Mapping[str, str],
    verdict: tuple[Status, Qualifier | None, str],
    sources: Callable[[], SourceFiles | None],
) -> Failure | None:
    """None for an attempt that did not fail. Reads the datastores.

    `hashes` are those of its artifacts, `sources` gives the files of the flow.
    """
    status, qualifier, reason = verdict
    is_caught = qualifier is Qualifier.CAUGHT
    if status is not Status.FAILED and not is_caught:
        return None
    names = ("_catch_exception", "_exception") if is_caught else ("_exception",)
    shas = [hashes[name] for name in names if name in hashes]
    found = next((one for sha in shas if (one := exception_of(store, facts.key[0], sha))), None)
    fields = [one.name for one in facts.metadata if one.attempt == home.attempt]
    if found is not None:
        return _of_exception(sources(), found, is_caught)
    said = last_error(store, home.flow, home.run, home.step, home.task, home.attempt)
    cause = cause_of(f"{said or ''}\n{_scheduler(store, home)}", fields)
    if said:
        return Failure(said[:MOST_TITLE], "", (), None, (), "log", cause, is_caught)
    title = cause.title if cause else _sentence(reason)
    return Failure(title, "" if not cause else _sentence(reason), (), None, (), "scheduler", cause, is_caught)


def shown(found: Failure | None, text: Callable[[str], str]) -> Failure | None:
    """The same with its texts as `text` lets them be read."""
    if found is None:
        return None
    return replace(
        found,
        title=text(found.title),
        more=text(found.more),
        traceback=tuple(map(text, found.traceback)),
        source=tuple((number, text(line)) for number, line in found.source),
    )


def _of_exception(files: SourceFiles | None, found: TaskException, is_caught: bool) -> Failure:
    first, _, more = found.message.strip().partition("\n")
    title = f"{found.type}: {first}" if first else found.type
    source = _source(files, found)
    return Failure(
        title[:MOST_TITLE],
        more.strip("\n"),
        found.traceback,
        found.place,
        source,
        "exception",
        cause_of(title),
        is_caught,
    )


def _source(files: SourceFiles | None, found: TaskException) -> tuple[tuple[int, str], ...]:
    """From the code package, else the one line that the traceback holds."""
    place = found.place
    if place is None:
        return ()
    around = files.lines(place.file, place.line, AROUND) if files else []
    if around:
        return tuple(one for one in around if one[0] <= place.line)
    return _of_traceback(found.traceback, place)


def _of_traceback(lines: Sequence[str], place: Place) -> tuple[tuple[int, str], ...]:
    head = f'File "{place.file}", line {place.line}'
    at = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].strip().startswith(head)), None)
    if at is None or at + 1 >= len(lines) or lines[at + 1].lstrip().startswith("File "):
        return ()
    return ((place.line, lines[at + 1]),)


def _scheduler(store: Datastore | None, home: Home) -> str:
    """The end of what the scheduler wrote."""
    try:
        said = store.tail(home.flow, home.run, home.step, home.task, home.attempt, SCHEDULER) if store else None
    except Unreadable:
        return ""
    return (said or b"").decode("utf-8", "replace")


def _sentence(reason: str) -> str:
    if reason.startswith("attempt_ok"):
        return f"It wrote {reason}"
    return f"{reason[:1].upper()}{reason[1:]}"
