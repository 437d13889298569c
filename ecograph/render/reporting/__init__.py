"""The parts of the report: how it speaks, how it sets out tables, and its sections."""
