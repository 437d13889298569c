"""Charts of the results, as figures of matplotlib."""
