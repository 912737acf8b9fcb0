"""Decoded values as views: JSON-safe, bounded, a page at a time. Pure.

parts     the parts of a value by page and by path
tree      branch: one level of a tree
table     table: rows of data frames, arrays and records
cells     cell: any value as one scalar
texts     text_page, hex_page
media     media_type: pictures and documents by how they begin
download  to_json
"""

from dashboard.datastore.values import compact as preview
from dashboard.datastore.views.cells import cell
from dashboard.datastore.views.download import to_json
from dashboard.datastore.views.media import media_type
from dashboard.datastore.views.table import Head, Table, table
from dashboard.datastore.views.texts import TextPage, hex_page, text_page
from dashboard.datastore.views.tree import Branch, Node, branch

__all__ = [
    "Branch",
    "Head",
    "Node",
    "Table",
    "TextPage",
    "branch",
    "cell",
    "hex_page",
    "media_type",
    "preview",
    "table",
    "text_page",
    "to_json",
]
