"""What every answer tells the browser: where it may load from, who may frame it, what it must not guess or tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Flask, Response

# JSON, CSV, scripts, pictures: when one of them is opened as a page of its own, it can do nothing.
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"


def page_policy(hashes: Iterable[str], embed_in: Sequence[str] = ()) -> str:
    """The policy of pages. Inline scripts run by their hashes only, and nothing is evaluated."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",  # Plotly, Cytoscape and Dash's components write styles at run time
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",  # cards, each in a sandbox
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {' '.join(embed_in) or chr(39) + 'none' + chr(39)}",
        )
    )


def register(server: Flask, hashes: Iterable[str], embed_in: Sequence[str]) -> None:
    """Add them to every answer that does not say otherwise."""
    page = page_policy(hashes, embed_in)

    @server.after_request
    def headers(response: Response) -> Response:
        given = response.headers
        is_page = response.mimetype == "text/html"
        given.setdefault("Content-Security-Policy", page if is_page else NOTHING)
        given.setdefault("X-Content-Type-Options", "nosniff")
        given.setdefault("Referrer-Policy", "same-origin")
        given.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not embed_in and is_page:
            given.setdefault("X-Frame-Options", "SAMEORIGIN")  # of cards; the policy of pages is stricter
        return response
