"""What a trusted proxy says of a viewer is believed; what anybody else says of himself is not looked at."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dashboard.setting_values import UNIX, Network

PROXIED = "metaflow_dashboard.proxied"  # in the environment of a request that a trusted proxy brought
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Proxies:
    """A WSGI application round ours: address, scheme and host are the viewer's own, as the proxy saw them."""

    def __init__(self, application: Application, trusted: Sequence[Network | str]) -> None:
        self._application = application
        self._networks = [one for one in trusted if not isinstance(one, str)]
        self._sockets = UNIX in trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as a WSGI application does."""
        environ.pop(PROXIED, None)
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            environ[PROXIED] = True
            hops = [one.strip() for one in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
            # From the right: what stands left of the first stranger was said by him.
            viewer = next((hop for hop in reversed(hops) if not self._trusts(hop)), hops[0] if hops else None)
            if viewer and _address(viewer):
                environ["REMOTE_ADDR"] = viewer
            scheme = _last(environ, "HTTP_X_FORWARDED_PROTO")
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            if host := _last(environ, "HTTP_X_FORWARDED_HOST"):
                environ["HTTP_HOST"] = host
        return self._application(environ, start_response)

    def _trusts(self, text: str) -> bool:
        if not text:
            return self._sockets
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _last(environ: dict[str, Any], name: str) -> str:
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)  # how a socket for both kinds names IPv4
    return mapped or found
