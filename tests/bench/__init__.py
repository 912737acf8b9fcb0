"""Measured budgets: `make bench`. Real PostgreSQL, real Chromium, a million runs; prints a table and JSON."""
