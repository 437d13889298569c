"""Statistics of tables and networks of numbers: they know nothing of ecosystems."""
