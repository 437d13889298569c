"""Read records: YAML, JSON, Parquet and whatever comes with a header."""
