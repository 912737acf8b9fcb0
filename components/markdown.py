"""Markdown of whoever runs the dashboard as components: raw HTML stays text, links are http, https or relative.

Not dcc.Markdown: it draws only once 190 KB of script have run, so a bar of it would push the page down, and it can
neither stand in the first answer nor leave out images of other hosts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html
from dash.development.base_component import Component
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboard.notices import is_link

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
_TAGS = {
    "p": html.P,
    "strong": html.Strong,
    "em": html.Em,
    "s": html.S,
    "ul": html.Ul,
    "ol": html.Ol,
    "li": html.Li,
    "blockquote": html.Blockquote,
    "table": html.Table,
    "thead": html.Thead,
    "tbody": html.Tbody,
    "tr": html.Tr,
    "th": html.Th,
    "td": html.Td,
}


def markdown(text: str) -> list[Any]:
    """The text as components. Headings become strong paragraphs: the page has its own."""
    return _drawn(_PARSER.parse(text))


def _drawn(tokens: Iterable[Token]) -> list[Any]:
    """Tokens come flat, each element as an opening and a closing one; only the opening one has all attributes."""
    stack: list[tuple[Token | None, list[Any]]] = [(None, [])]
    for token in tokens:
        if token.nesting == 1:
            stack.append((token, []))
            continue
        if token.nesting == -1:
            opened, children = stack.pop()
            made = children if opened is None or opened.hidden else [_element(opened, children)]
        else:
            made = _drawn(token.children or []) if token.type == "inline" else [_leaf(token)]
        stack[-1][1].extend(made)
    return stack[0][1]


def _element(token: Token, children: list[Any]) -> Any:
    if token.tag == "a":
        return link(str(token.attrs.get("href", "")), children)
    if token.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return html.P(html.Strong(children))
    made = _TAGS.get(token.tag)
    return made(children) if made else html.Span(children)


def link(url: str, children: Any) -> Component:
    """A link in a new tab; what is no link that a page may offer stays text."""
    if not is_link(url):
        return html.Span(children)
    return html.A(children, href=url, target="_blank", rel="noopener noreferrer")


def _leaf(token: Token) -> Any:
    if token.type == "image":  # it would be asked for from another host, and has no size until it has come
        return link(str(token.attrs.get("src", "")), token.content or "image")
    if token.type == "code_inline":
        return html.Code(token.content)
    if token.type in ("fence", "code_block"):
        return html.Pre(html.Code(token.content))
    if token.type == "hardbreak":
        return html.Br()
    if token.type == "hr":
        return html.Hr()
    return "\n" if token.type == "softbreak" else token.content
