"""Pictures and documents, known by how they begin. Show them in a sandbox only: SVG, HTML and PDF can hold scripts."""

from __future__ import annotations

import re

HEAD = 1024  # bytes or characters looked at

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
_PROLOGUE = r"\ufeff?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,400}-->\s*)*"
_SVG = re.compile(_PROLOGUE + r"(?:<!DOCTYPE svg[^>]{0,300}>\s*)?<svg[\s>]", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(_PROLOGUE + r"(?:<!DOCTYPE html|<html[\s>]|<(?:body|head|div|table|p|h1|style)[\s>])", re.I | re.S)


def media_type(value: object) -> str | None:
    """`image/png`, `image/jpeg`, `image/gif`, `image/webp`, `image/svg+xml`, `application/pdf`, `text/html` or None."""
    if isinstance(value, (bytes, bytearray)):
        head = bytes(value[:HEAD])
        found = next((kind for signature, kind in _SIGNATURES if signature.match(head)), None)
        if found:
            return found
        return "image/svg+xml" if _SVG.match(head.decode("utf-8", "replace")) else None
    if isinstance(value, str):
        head_text = value[:HEAD]
        if _SVG.match(head_text):
            return "image/svg+xml"
        return "text/html" if _HTML.match(head_text) else None
    return None
