"""The form of the log on stderr: a line of text or of JSON each, with the id of the request that it belongs to."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

from flask import g, has_request_context
from typing_extensions import override

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
TIME = "%Y-%m-%dT%H:%M:%S%z"
# Whoever asks for a path with line feeds in it must not write lines of his own.
ONE_LINE = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def to_stderr(level: str, form: str) -> None:
    """Log from `level` on, as `text` or `json`; other packages from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines(LINE, TIME))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("metaflow_dashboard").setLevel(level)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of every request that waits for a thread


def request_id() -> str | None:
    """The id of the request that this thread answers."""
    return g.get("request_id") if has_request_context() else None


class TextLines(logging.Formatter):
    """One line a record, but for tracebacks."""

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record).translate(ONE_LINE)
        asked = request_id()
        return f"{line} request={asked}" if asked else line


class JsonLines(logging.Formatter):
    """One JSON object a record; what is logged with `extra={"fields": …}` stands beside time, level and message."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        found: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if asked := request_id():
            found["request"] = asked
        found.update(getattr(record, "fields", {}))
        if record.exc_info:
            found["traceback"] = self.formatException(record.exc_info)
        return json.dumps(found, default=str)
