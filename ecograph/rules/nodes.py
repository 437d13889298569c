"""Values of a rule file, each with its place: taking one checks it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from ecograph.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Node", "parse_node"]


def parse_node(text: str, place: str) -> Node:
    """Parse the text of a rule file.

    Parameters
    ----------
    text
        YAML.
    place
        The name of the file, which stands before every complaint.

    Raises
    ------
    SettingsError
        If it is no YAML.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return Node(yaml.load(text, Loader=loader), place)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SettingsError(f"{place} is not readable YAML: {error}") from None


@dataclass(frozen=True)
class Node:
    """A value of a rule file and its place; reading it checks it."""

    value: Any
    place: str
    certificates: tuple[str, ...] = ()  # what a clause may ask to be held

    def refuse(self, sentence: str) -> SettingsError:
        """Make an error of a sentence, with the place in front."""
        return SettingsError(f"{self.place}: {sentence}")

    def take(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """Take a mapping with these keys and no others."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"{self.value!r} should be a mapping.")
        required = tuple(required)
        unknown = sorted(str(key) for key in set(self.value) - {*required, *optional})
        if unknown:
            known = ", ".join((*required, *optional))
            raise self.refuse(f"unknown key {', '.join(unknown)}; known keys: {known}.")
        absent = [key for key in required if key not in self.value]
        if absent:
            raise self.refuse(f"the key {', '.join(absent)} is missing.")
        return {
            key: replace(self, value=value, place=f"{self.place}: {key}")
            for key, value in self.value.items()
        }

    def items(self) -> list[Node]:
        """Take a list."""
        if not isinstance(self.value, list):
            raise self.refuse(f"{self.value!r} should be a list.")
        return [
            replace(self, value=item, place=f"{self.place}[{n}]")
            for n, item in enumerate(self.value, start=1)
        ]

    def text(self) -> str:
        """Take text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse(f"{self.value!r} should be text.")
        return self.value.strip()

    def number(self) -> float:
        """Take a number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.refuse(f"{self.value!r} should be a number.")
        if not math.isfinite(self.value):
            raise self.refuse(f"{self.value!r} should be finite.")
        return float(self.value)

    def flag(self) -> bool:
        """Take yes or no."""
        if not isinstance(self.value, bool):
            raise self.refuse(f"{self.value!r} should be true or false.")
        return self.value

    def day(self) -> dt.date | None:
        """Take a day, or nothing."""
        match self.value:
            case dt.date() | None if not isinstance(self.value, dt.datetime):
                return self.value
        raise self.refuse(f"{self.value!r} should be a day, YYYY-MM-DD, or empty.")

    def choice(self, choices: Collection[str]) -> str:
        """Take one of some texts."""
        if self.value not in choices:
            raise self.refuse(f"{self.value!r} is not one of: {', '.join(choices)}.")
        return str(self.value)

    def choices(self, known: Collection[str]) -> tuple[str, ...]:
        """Take a list of some of the texts that are known."""
        return tuple(item.choice(known) for item in self.items())
