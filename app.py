"""The command line, and `server` for WSGI servers: settings → source → database → app."""

from __future__ import annotations

import argparse
import atexit
import logging
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from dashboard import VERSION
from dashboard.errors import BadInput, DatabaseUnreachable
from dashboard.factory import create_app
from dashboard.guard import hosts
from dashboard.operations import logs
from dashboard.prepare import open_database, prepare
from dashboard.serving import listen, serve
from dashboard.settings import Settings
from dashboard.source import Source, resolve

if TYPE_CHECKING:
    from dash import Dash
    from flask import Flask

    server: Flask

log = logging.getLogger("metaflow_dashboard")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}; see --help.")


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code: 0, or 2 with one line when the input is bad."""
    try:
        options = _parser().parse_args(arguments)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        settings = hosts.bound_to(Settings.from_env(host=options.host, port=options.port, log_level=options.log_level))
        logs.to_stderr(settings.log_level, settings.log_format)
        source = resolve(options.source, settings, Path.cwd())
        with ExitStack() as at_exit:
            if source.notice:
                print(source.notice, flush=True)
            listener = at_exit.enter_context(listen(settings))  # before the long preparation
            if not (hosts.is_loopback(settings.host) or settings.auth_header or settings.users_file):
                log.warning("Whoever reaches %s sees all runs: there is no login (docs/operations.md).", settings.host)
            app, source = _build(source, settings, at_exit)
            serve(app.server, listener, settings, source.label)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python app.py", description="Read-only monitoring of Metaflow runs.", allow_abbrev=False)
    parser.add_argument(
        "source", metavar="SOURCE", nargs="?", help="postgresql://…, sqlite:///…, a .metaflow folder or demo"
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (8050)")
    parser.add_argument("--log-level", help="DEBUG, INFO, WARNING, ERROR or CRITICAL (INFO)")
    parser.add_argument("--version", action="version", version=f"Metaflow Dashboard {VERSION}")
    return parser


def _build(source: Source, settings: Settings, at_exit: ExitStack) -> tuple[Dash, Source]:
    """The app and its source, ready to be read; what has to end is put on `at_exit`. Raises BadSource."""
    source = prepare(source, settings, at_exit)
    database = open_database(source, settings)
    at_exit.callback(database.close)
    try:
        database.check()
    except DatabaseUnreachable as error:
        log.warning("%s The pages will say so until it answers.", error)
    return create_app(database, source, settings), source


def _wsgi() -> Flask:
    """The app of the environment's settings, for `gunicorn app:server` and the like."""
    settings = Settings.from_env()
    logs.to_stderr(settings.log_level, settings.log_format)
    at_exit = ExitStack()
    atexit.register(at_exit.close)
    source = resolve(None, settings, Path.cwd())
    if source.notice:
        log.warning(source.notice)
    return _build(source, settings, at_exit)[0].server


_server_lock = threading.Lock()


def __getattr__(name: str) -> object:
    """`server` is made when it is first asked for, so that importing this module starts nothing."""
    if name != "server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _server_lock:
        if "server" not in globals():
            globals()["server"] = _wsgi()
        return globals()["server"]


if __name__ == "__main__":
    sys.exit(main())
