"""Open the data that a command is about, and say what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.cli.bar import watch_stage
from ecograph.cli.screen import deliver, print_problems

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ecograph.cli.options import Choices
    from ecograph.ecosystem import Ecosystem

__all__ = ["deliver_result", "find_status", "open_data"]


def open_data(data: Path, choices: Choices, *, report: bool = True) -> Ecosystem:
    """Load an ecosystem and report its problems: errors always, warnings unless quiet."""
    from ecograph.loader import load

    with watch_stage("load", quiet=choices.quiet):
        ecosystem = load(data, settings=choices.settings)
    if report:
        shown = ecosystem.errors if choices.quiet else ecosystem.problems
        print_problems(shown, ecosystem.lang)
    return ecosystem


def deliver_result(
    table: pd.DataFrame,
    ecosystem: Ecosystem,
    form: str | None,
    output: Path | None,
    *,
    index: bool,
    quiet: bool,
) -> int:
    """Deliver what was computed of an ecosystem; return the exit status."""
    deliver(
        table,
        form=form,
        output=output,
        index=index,
        problems=ecosystem.problems,
        lang=ecosystem.lang,
        quiet=quiet,
    )
    return find_status(ecosystem)


def find_status(ecosystem: Ecosystem) -> int:
    """Find the exit status: 1 where the data have errors."""
    return 1 if ecosystem.errors else 0
