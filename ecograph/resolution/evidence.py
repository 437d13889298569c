"""Why two names were merged, kept apart or left to a person: codes that say themselves in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EVIDENCE", "Evidence", "say_evidence"]

EVIDENCE = (
    "same_code",
    "same_name",
    "stated_alias",
    "renamed",
    "decided",
    "same_core_and_place",
    "same_core",
    "same_words",
    "abbreviation",
    "typo",
    "contained",
    "other_words",
    "other_language",
    "other_table",
    "same_partners",
    "same_city",
    "same_industry",
    "parent_of",
    "different_codes",
    "code_conflict",
    "place_conflict",
    "city_conflict",
    "country_conflict",
    "ordinal_conflict",
    "branch_conflict",
    "mark_conflict",
    "unit_conflict",
    "kind_conflict",
    "form_conflict",
    "industry_conflict",
    "too_common",
    "too_wide",
    "fits_several",
    "forbidden",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason.

    Parameters
    ----------
    code
        One of `EVIDENCE`.
    details
        What the sentence names: pairs of a word in its braces and the text that stands for it.
    """

    code: str
    details: tuple[tuple[str, str], ...] = ()


def say_evidence(evidence: Evidence | Iterable[Evidence], lang: str) -> str:
    """Say one reason, or several, in words.

    Parameters
    ----------
    evidence
        The reason, or the reasons of a pair.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    KeyError
        If the catalogue has no such reason: a mistake in the program.

    Examples
    --------
    >>> say_evidence(Evidence("place_conflict", (("first", "太原"), ("second", "大同"))), "en")
    'the names say different places: 太原 and 大同'
    """
    reasons = [evidence] if isinstance(evidence, Evidence) else list(evidence)
    said = [translate(f"match_evidence.{one.code}", lang, **dict(one.details)) for one in reasons]
    return ("；" if lang == "zh" else "; ").join(said)
