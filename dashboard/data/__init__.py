"""SQL lives here only: SQLAlchemy Core statements for PostgreSQL and SQLite behind one `Database`."""
