"""The web server of the command line: waitress on a port that is taken early."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import waitress.server

from dashboard.errors import BadSetting
from dashboard.settings import Settings

STOP_WITHIN = 3.0  # seconds for answers that are under way; a service manager that waits five sees a clean end


def listen(settings: Settings) -> socket.socket:
    """A listening socket: the port is ours before the long preparation, and early visitors wait. Raises BadSetting."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found)  # IPv4 first
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise BadSetting(f"{settings.host} is no address of this machine: choose another with --host.") from None
    try:
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        taken = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
        where = f"Port {settings.port} on {settings.host}"
        raise BadSetting(f"{where} {taken}: choose another with --port.") from None
    return listener


def serve(application: Callable[..., Any], listener: socket.socket, settings: Settings, label: str) -> None:
    """Answer requests until SIGINT or SIGTERM; says first, on one line, where and what."""
    server: Any = waitress.server.create_server(
        application,
        sockets=[listener],
        threads=settings.threads,
        ident=None,
        clear_untrusted_proxy_headers=not settings.trusted_proxies,  # else dashboard.guard.proxies looks at them
        max_request_header_size=64 * 1024,
        max_request_body_size=1_000_000,  # as in dashboard.guard.bodies, but before anything is kept
        connection_limit=1_000,  # a browser keeps up to six open
        asyncore_use_poll=True,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    path = settings.path_prefix.rstrip("/")
    print(f"Metaflow Dashboard on http://{host}:{settings.port}{path} — {label}", flush=True)
    stopping = _Stopping(server)
    try:
        while not stopping.is_done():
            server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        server.close()


class _Stopping:
    """After the first signal no one new comes in, and who is inside gets his answer; the second one ends at once."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._until: float | None = None
        self._is_closed = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._asked)

    def _asked(self, number: int, frame: Any) -> None:
        if self._until is not None:
            signal.default_int_handler(number, frame)
        self._until = time.monotonic() + STOP_WITHIN
        self._server.pull_trigger()  # the loop sleeps until something happens

    def is_done(self) -> bool:
        """Whether the loop may end: it was asked to, and every answer is out or too late."""
        if self._until is None:
            return False
        if not self._is_closed:
            self._server.del_channel()
            self._server.socket.close()
            self._is_closed = True
        channels = list(self._server.active_channels.values())
        for channel in channels:
            if not (channel.requests or channel.request or channel.total_outbufs_len):
                channel.will_close = True
        return not channels or time.monotonic() > self._until
