"""Rows: the database, units of work, statements, page positions and workspaces. The only place that knows SQLite."""
