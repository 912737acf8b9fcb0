"""Lasting caches for what never changes, and compression that is done once."""

from __future__ import annotations

from flask import Flask, Request, Response, request

STATIC = ("/assets/", "/_dash-component-suites/")
LASTING = "public, max-age=31536000, immutable"


class CompressedOnce:
    """Keeps the compressed form of static files; compressing them at each visit costs 150 ms of the server's time."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """What `set` kept, or None."""
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep it when the key is that of a static file."""
        if any(part in key for part in STATIC):
            self._kept[key] = value


def cache_key(asked: Request) -> str:
    """Path and version of what was asked for."""
    return asked.full_path if asked.method == "GET" else ""


def prepare(server: Flask) -> None:
    """Configure compression; before Dash sets it up."""
    server.config["COMPRESS_CACHE_BACKEND"] = CompressedOnce
    server.config["COMPRESS_CACHE_KEY"] = cache_key


def register(server: Flask) -> None:
    """Say how long an asset lasts; after Dash has set up compression, which then runs last."""

    @server.after_request
    def lasting(response: Response) -> Response:
        if "/assets/" in request.path and response.status_code == 200:
            response.direct_passthrough = False
            response.set_data(response.get_data())  # no longer a stream, so that its compressed form can be kept
            if "m" in request.args or "/vendor/" in request.path:
                response.headers["Cache-Control"] = LASTING
        return response
