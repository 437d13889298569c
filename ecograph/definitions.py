"""What the figures of the main results are, in a line each, and where their method stands."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import yaml

__all__ = ["Definition", "define_figure", "list_defined"]


class Definition(NamedTuple):
    """What a figure is.

    Parameters
    ----------
    text
        In a line; empty where the catalogue does not say.
    source
        Where the method stands: a file of the project and a heading in it.
    function
        What computes it.
    """

    text: str
    source: str
    function: str


def define_figure(result: str, figure: str, lang: str) -> Definition:
    """Define a figure of a result.

    Parameters
    ----------
    result
        A result that ``definitions.yaml`` has.
    figure
        A column or row of it; one that is not there has no text.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    KeyError
        If there is no such result: a mistake in the program, not in the data.

    Examples
    --------
    >>> define_figure("gaps", "ratio", "zh")[:2]
    ('实有联系与应有联系之比。', 'docs/method.md#gaps-weakly-linked-industries')
    """
    entry = _read_definitions()[result]
    texts = entry["figures"].get(figure, {})
    return Definition(texts.get(lang, ""), entry["source"], entry["function"])


def list_defined(result: str) -> tuple[str, ...]:
    """List the figures of a result that are defined, in their order.

    >>> list_defined("tiers")
    ('tree', 'shrub', 'seedling', 'none')
    """
    return tuple(_read_definitions()[result]["figures"])


@functools.cache
def _read_definitions() -> dict[str, Any]:
    text = resources.files("ecograph").joinpath("definitions.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    definitions: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, our own file
    return definitions
