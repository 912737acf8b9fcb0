"""What people paste to get to an object, understood: a pure function, without a look into the database.

HelloFlow/12/start/345             also with quotes, backticks, blanks, slashes round it, or attempt and artifact
Run('HelloFlow/12')                of the client: Flow, Run, Step, Task, DataArtifact, with subscripts
12/start/345                       of the command line, which names no flow: logs 12/start/345
[12/start/345 (pid 99)]            of its output; also “(run-id 12)” and “executing HelloFlow for user:ana”
12, argo-hello-x7k2p, 345          an id alone: of a run or a task
any URL with one of these at its end: of this dashboard, whatever host and prefix, or of the official GUI
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from dashboard import official
from dashboard.errors import BadQuery
from dashboard.pathspec import Pathspec

LONGEST = 2_000  # characters that are looked at
QUOTES = "'\"`“”‘’«»"
_URL = re.compile(r"\bhttps?://[^\s'\"`<>“”‘’»]+", re.I)
_CALL = re.compile(r"\b(Flow|Run|Step|Task|DataArtifact)\(\s*f?['\"“‘]([^'\"”’]*)['\"”’]([^)]*)\)((?:\[[^\]]*\])*)")
_SUBSCRIPT = re.compile(r"\[\s*['\"“‘]?([^\]'\"”’]+)['\"”’]?\s*\]")
_ATTEMPT = re.compile(r"\battempt\s*[=:]?\s*(\d{1,3})\b")
_LOG_LINE = re.compile(r"\[([^\s\[\]/]+(?:/[^\s\[\]/]+){1,3})(?:\s*\([^)]*\))?\]")
_RUN_ID = re.compile(r"\(?\b(?:origin-)?run-id[ =:]+['\"]?([\w.@:+-]+)", re.I)
_EXECUTING = re.compile(r"\bexecuting\s+([A-Za-z_]\w*)", re.I)
_LABEL = re.compile(r"^(?:flow|run|step|task|pathspec|run id|task id)\s*[:=#]\s*|^(?:run|task|step|flow)\s+|^#", re.I)
_COMMAND = re.compile(
    r"\b(?:logs(?:\s+show)?|dump|card\s+(?:view|get|list))\s+(?:--?[\w-]+(?:[= ]\d+)?\s+)*([\w.@:+/-]+)"
)
_BEGUN_CALL = re.compile(r"(?:Flow|Run|Step|Task)\(\s*f?['\"“‘]?")
_ORCHESTRATED = re.compile(r"(?:argo|sfn|airflow|kfp)-.+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What the text names. `flow` is None where it was left out; `id` is that of a run or of a task.

    `query` and `fragment` come from a URL of this dashboard.
    """

    flow: str | None = None
    run: str | None = None
    step: str | None = None
    task: str | None = None
    id: str | None = None
    query: str = ""
    fragment: str = ""

    @property
    def pathspec(self) -> Pathspec | None:
        """The object, where its flow is named."""
        return Pathspec(self.flow, self.run, self.step, self.task) if self.flow else None

    @property
    def place(self) -> official.Place | None:
        """Its URL here, where its flow is named; of a step that of its tasks."""
        pathspec = self.pathspec
        if pathspec is None or pathspec.run is None:
            return None
        found = official.ours(pathspec.parts, self.query)
        return found or official.Place(pathspec.url, self.query, self.fragment)


def read(text: str, prefix: str = "/") -> Pasted:
    """What `text` names; `prefix` is the path prefix of this dashboard. Raises BadQuery with a sentence."""
    cut = text[:LONGEST].strip().strip(QUOTES).strip()
    if not cut:
        raise BadQuery("Nothing was typed: a pathspec, an id or a URL is needed.")
    for attempt in (_of_url, _of_call, _of_output):
        found = attempt(cut, prefix)
        if found:
            return _checked(found)
    cut = _LABEL.sub("", cut).strip().strip(QUOTES)
    parts = [part.strip().strip(QUOTES).strip() for part in cut.strip("/ ").split("/")]
    if not all(parts) or len(parts) > 5 or any(re.search(r"\s", part) for part in parts):
        raise BadQuery(f"“{cut[:200]}” is no pathspec, id or URL: flow, flow/run, flow/run/step or flow/run/step/task.")
    return _checked(_of_parts(parts))


def begun(text: str) -> tuple[str | None, ...]:
    """The parts of a pathspec that is still being typed: the last is its beginning, perhaps empty, and a flow that is
    left out is None. Nothing where the text is no such thing, or what it says is complete.
    """
    cut = _BEGUN_CALL.sub("", text[:LONGEST].lstrip().lstrip(QUOTES), count=1)
    cut = _LABEL.sub("", cut).rstrip().rstrip(QUOTES + ")").lstrip("/")
    parts = cut.split("/")
    if not cut or len(parts) > 4 or not all(parts[:-1]) or re.search(r"[\s\x00\ud800-\udfff]|://", cut):
        return ()
    if any(len(part) > 255 for part in parts):
        return ()
    return (None, *parts) if len(parts) in (2, 3) and not _is_flow(parts[0]) else tuple(parts)


def _of_parts(parts: list[str], query: str = "", fragment: str = "") -> Pasted:
    """Names of flows are identifiers and ids of runs mostly are not, so that a missing flow is noticed."""
    if len(parts) == 1:
        if _is_flow(parts[0]):
            return Pasted(flow=parts[0], query=query, fragment=fragment)
        return Pasted(id=parts[0])
    if not _is_flow(parts[0]) and len(parts) <= 3:
        return replace(_named([None, *parts]), query=query, fragment=fragment)
    return replace(_named(parts), query=query, fragment=fragment)


def _named(parts: Sequence[str | None]) -> Pasted:
    """Flow, run, step and task as far as they are given; what is deeper, such as an artifact, is left out."""
    flow, run, step, task = [*parts, None, None, None, None][:4]
    return Pasted(flow, run, step, task)


def _is_flow(text: str) -> bool:
    return text.isidentifier() and not _ORCHESTRATED.fullmatch(text)


def _of_url(text: str, prefix: str) -> Pasted | None:
    found = _URL.search(text)
    if found is None:
        return None
    try:
        url = urlsplit(found[0].rstrip(".,;)"))
    except ValueError:
        return None
    path = url.path
    if prefix != "/" and (path + "/").startswith(prefix):
        path = path[len(prefix) - 1 :]
    if url.fragment.startswith("/"):  # a router in the fragment
        path = url.fragment.partition("?")[0]
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if parts and parts[0] == "-":  # of the JSON interface: /-/api/<pathspec>/logs…
        parts = parts[2:6] if parts[1:2] in (["api"], ["cards"]) else []
    if not parts:
        if not url.query:
            raise BadQuery("This URL names no flow, run, step or task.")
        place = official.ours([], url.query)
        return Pasted(query=place.query if place else url.query)
    for start in range(max(0, len(parts) - 4) if parts[-2:-1] != ["view"] else 0, len(parts)):
        place = official.ours(parts[start:], url.query)
        if place is not None and (start == 0 or len(parts) - start == 4):
            here = Pathspec.from_url(place.path)
            return replace(_named(here.parts), query=place.query, fragment=place.fragment)
    return _of_parts(parts[-4:], url.query, url.fragment)


def _of_call(text: str, _prefix: str) -> Pasted | None:
    found = _CALL.search(text)
    if found is None:
        return None
    more = [part.strip() for part in _SUBSCRIPT.findall(found[4])]
    parts = [part.strip() for part in [*found[2].strip("/").split("/"), *more] if part.strip()]
    if not parts:
        return None
    attempt = _ATTEMPT.search(found[3])
    made = _named(parts)
    return replace(made, query=f"attempt={int(attempt[1])}") if attempt and made.task else made


def _of_output(text: str, _prefix: str) -> Pasted | None:
    for pattern in (_LOG_LINE, _COMMAND):
        if found := pattern.search(text):
            made = _of_parts(found[1].strip("/").split("/")[:4])
            attempt = _ATTEMPT.search(text)
            return replace(made, query=f"attempt={int(attempt[1])}") if attempt and made.task else made
    executing, run = _EXECUTING.search(text), _RUN_ID.search(text)
    if run:
        return Pasted(executing[1], run[1]) if executing else Pasted(id=run[1])
    return Pasted(flow=executing[1]) if executing else None


def _checked(found: Pasted) -> Pasted:
    """Raises BadQuery where a part cannot be a name."""
    for part in (found.flow, found.run, found.step, found.task, found.id):
        if part is not None:
            if len(part) > 255:
                raise BadQuery("A part of the pathspec is longer than 255 characters.")
            Pathspec(part)
    return found
