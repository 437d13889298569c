"""Read again what stands oddly: a doubled last sign, a department in brackets, a city before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.names import parse_name
from ecograph.names.places import is_place

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from ecograph.names import Name

__all__ = ["read_again"]

_LAST = frozenset("院学会司局所校厂府心室部处站委")  # signs that names of organisations end with
_STOPS = ".,;:、。"
_SCHOOLS = frozenset({"university", "college"})
_LONGEST_PLACE = 6


def read_again(name: Name, known: AbstractSet[str]) -> Name:
    """Read a Han name again where a slip or an addition kept its parts from being known.

    Parameters
    ----------
    name
        The name as it was read.
    known
        Folded names that stand in the register.

    Examples
    --------
    >>> read_again(parse_name("山西大学学"), {"山西大学"}).kind
    'university'
    """
    if name.script != "han":
        return name
    text = name.folded.rstrip(_STOPS)
    if len(text) > 2 and text[-1] == text[-2] and text[-1] in _LAST:  # noqa: PLR2004
        text = text[:-1]
    text = _drop_city(text, known)
    if text != name.folded:
        name = parse_name(text)
    return _read_unit(name)


def _drop_city(text: str, known: AbstractSet[str]) -> str:
    """Drop a place before the whole name of a university: 太原市山西大学."""
    for at in range(2, min(_LONGEST_PLACE, len(text) - 3)):
        rest = text[at:]
        if rest in known and rest.endswith(("大学", "学院")) and is_place(text[:at]):
            return rest
    return text


def _read_unit(name: Name) -> Name:
    """Read a department that stands in brackets: 太原理工大学（材料学院）."""
    if name.parent or "(" not in name.folded or name.kind not in _SCHOOLS:
        return name
    plain = parse_name(name.folded.replace("(", "").replace(")", ""))
    return plain if plain.parent and plain.unit else name
