"""Every run of the tests draws the same examples and leaves no files behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, max_examples=80, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public registers."""
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    return Path(folder)
