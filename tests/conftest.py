"""Every run of the tests draws the same examples and leaves no files behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

settings.register_profile("house", deadline=None, derandomize=True, max_examples=80, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public registers."""
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def shared_work() -> dict[str, object]:
    """What to put in the place of loading and computing, so that the same is done once."""
    from program import keep_work  # noqa: PLC0415 - only who shares pays for it

    return keep_work()


@pytest.fixture
def few_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two results and plain pages: the test asks what becomes of them, not what they are."""
    from ecograph.results import RESULTS  # noqa: PLC0415 - only who computes pays for it

    def draw(ecosystem: Ecosystem, *_: object, **__: object) -> str:
        return f"<!DOCTYPE html><title>{ecosystem.name} {ecosystem.settings}</title>"

    few = {name: RESULTS[name] for name in ("gaps", "tiers")}
    monkeypatch.setattr("ecograph.results.RESULTS", few)
    monkeypatch.setattr("ecograph.results.to_html", draw)
    monkeypatch.setattr("ecograph.results.render_report", draw)
