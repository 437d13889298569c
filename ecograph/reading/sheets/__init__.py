"""Lay rows out as a table: what is header, unit, data, total or note."""
