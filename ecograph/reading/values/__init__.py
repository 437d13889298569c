"""Read what a cell says: numbers, sums, dates and codes."""
