"""Every run of the tests draws the same examples and leaves no files behind."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, max_examples=80, database=None)
settings.load_profile("house")
