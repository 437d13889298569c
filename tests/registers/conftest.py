"""What the tests of the registers share."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real_data() -> Path:
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    return Path(folder)
