"""The web server of the command line: waitress on a port that is taken early."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

import waitress.server

from dashboard.errors import BadSetting
from dashboard.settings import Settings


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
    server = waitress.server.create_server(
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
    try:
        server.run()
    finally:
        server.close()
