"""What a name says, part by part."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Name"]


@dataclass(frozen=True, slots=True)
class Name:
    """An organisation's name, understood. Every text but `original` is folded.

    Parameters
    ----------
    original
        The name as it was given.
    folded
        The name after `fold_name`.
    script
        ``han``, ``latin``, ``mixed`` or empty.
    places
        Places in the name, the widest first, without 省, 市, 县.
    core
        What names the organisation: never empty where the name is not.
    tokens
        All content words in order, without the legal form.
    industry
        Words of an industry or activity.
    form
        Code of the legal form, or empty.
    kind
        ``firm``, ``university``, ``college``, ``institute``, ``hospital``, ``government``,
        ``laboratory``, ``association``, ``school`` or empty.
    marks
        What tells namesakes apart: ``#2``, ``branch:上海``, ``campus:北京``,
        ``affiliated``, ``group``.
    unit, parent
        A department and the organisation that it is a part of.
    short
        Abbreviations that the name states, yields or is.
    former
        Names that the organisation had before.
    """

    original: str
    folded: str = ""
    script: str = ""
    places: tuple[str, ...] = ()
    core: str = ""
    tokens: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    form: str = ""
    kind: str = ""
    marks: tuple[str, ...] = ()
    unit: str = ""
    parent: str = ""
    short: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
