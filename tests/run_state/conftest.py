"""A database of either dialect, its writer, and the dashboard's door to it."""

from tests.data.conftest import database, writer

__all__ = ["database", "writer"]
