"""Logs of attempts: read by ranges, searched in bounded time, shown without danger.

log       open_log(store, flow, run, step, task, attempt, stream) -> Log: tail, lines, search, first_error, raw
line      Line: one line as it is shown
ansi      segments, plain: the text of a line with its styles, or without
kinds     what a line is: of a level, of a traceback, of Metaflow
search    Found, and the patterns
part      which files make up a log
content   their bytes in one order, read in place
spool     … or copied to this machine's disk
merge     lines of several files in the order of time
index     where lines begin
tail      the last lines
prefix    Metaflow's prefix of a line
colours   the colours of terminals as those of the design
"""

from dashboard.datastore.logs.ansi import Style, plain, segments
from dashboard.datastore.logs.kinds import Kind
from dashboard.datastore.logs.line import Line
from dashboard.datastore.logs.log import Log, open_log
from dashboard.datastore.logs.part import Stream
from dashboard.datastore.logs.search import Found

__all__ = ["Found", "Kind", "Line", "Log", "Stream", "Style", "open_log", "plain", "segments"]
