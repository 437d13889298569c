"""Read databases: SQLite and DuckDB files, and servers."""
