"""Give the reasons of a verdict on a pair of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecograph.resolution.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ecograph.names import Name
    from ecograph.resolution.chances import Chances
    from ecograph.resolution.clusters import Joined
    from ecograph.resolution.records import Records

__all__ = ["give_reasons"]

_AGREEING = {"same", "equal", "reordered"}
_SLIPS = {"typo", "sound"}
_TELLING = 0.05  # expected namesakes from which a core counts as common


def give_reasons(
    records: Records,
    rows: pd.DataFrame,
    joined: Joined,
    *,
    chances: Chances,
    decided: Any,  # noqa: ANN401
) -> list[tuple[Evidence, ...]]:
    """Give the reasons of each pair, what decides first.

    Parameters
    ----------
    records
        What was compared.
    rows
        What `compare_records` found, with ``first``, ``second`` and ``verdict``.
    joined
        The clusters, and what stood against joining.
    chances
        What agreement is worth here.
    decided
        Pairs ``forced`` and ``forbidden`` by people.
    """
    forced, forbidden = set(decided.forced), set(decided.forbidden)
    reasons = []
    for row in rows.itertuples():
        pair = (row.first, row.second)
        people = [Evidence("decided")] if pair in forced else []
        people += [Evidence("forbidden")] if pair in forbidden else []
        if pair in forced and row.code == "apart":
            people.append(Evidence("code_conflict", _two(*(records.codes[at] for at in pair))))
        given = [*people, *_list_conflicts(records, row), *_list_agreements(records, row)]
        if row.verdict == "review":
            given = [*_list_doubts(records, row, joined, chances), *given]
        reasons.append(tuple(given))
    return reasons


def _two(first: str, second: str) -> tuple[tuple[str, str], ...]:
    return (("first", first), ("second", second))


def _list_conflicts(records: Records, row: Any) -> Iterator[Evidence]:  # noqa: ANN401 - a row
    a, b = row.first, row.second
    one, other = records.heads[a], records.heads[b]
    if row.code == "apart":
        yield Evidence("different_codes", _two(records.codes[a], records.codes[b]))
    if row.veto and row.veto != "parent_of":
        yield Evidence(row.veto, _two(*_say_veto(row.veto, one, other)))
    if row.country == "apart":
        yield Evidence("country_conflict", _two(records.countries[a], records.countries[b]))
    if row.city == "apart":
        sites = [records.cities[at] or records.provinces[at] for at in (a, b)]
        yield Evidence("city_conflict", _two(*sites))
    if row.industry == "apart":
        yield Evidence("industry_conflict", _two(" ".join(one.industry), " ".join(other.industry)))
    if row.form == "apart":
        yield Evidence("form_conflict", _two(one.form, other.form))
    if row.doubt and not row.veto:
        yield from _say_doubt(row, one, other)


def _say_doubt(row: Any, one: Name, other: Name) -> Iterator[Evidence]:  # noqa: ANN401 - a row
    """Say why a person must look, unless it is said already."""
    if row.doubt in ("other_table", "other_language"):
        yield Evidence(row.doubt)
    elif row.doubt == "other_words":
        words = set(one.tokens).symmetric_difference(other.tokens)
        said = [word for word in (*one.tokens, *other.tokens) if word in words]
        yield Evidence("other_words", (("words", " ".join(said)),))
    elif getattr(row, row.doubt.removesuffix("_conflict"), "") != "apart":
        yield Evidence(row.doubt, _two(*_say_veto(row.doubt, one, other)))


def _say_veto(veto: str, one: Any, other: Any) -> tuple[str, str]:  # noqa: ANN401 - names
    if veto == "place_conflict":
        return " ".join(one.places), " ".join(other.places)
    if veto in ("kind_conflict", "country_conflict"):
        return one.original, other.original
    if veto == "unit_conflict":
        return one.unit, other.unit
    marks = set(one.marks).symmetric_difference(other.marks)
    said = [" ".join(mark for mark in name.marks if mark in marks) for name in (one, other)]
    return said[0] or one.original, said[1] or other.original


def _list_agreements(records: Records, row: Any) -> Iterator[Evidence]:  # noqa: ANN401 - a row
    a, b = row.first, row.second
    if row.code == "same":
        yield Evidence("same_code", (("code", records.codes[a]),))
    if row.named == "alias":
        yield Evidence("stated_alias", (("alias", records.names[b].original),))
    if row.named == "former":
        yield Evidence("renamed", (("former", _find_former(records, a, b)),))
    for at in (a, b):
        name = records.names[at]
        if name.parent and row.veto == "parent_of":
            yield Evidence("parent_of", (("unit", name.original), ("parent", name.parent)))
    if row.veto == "parent_of" and not (records.names[a].parent or records.names[b].parent):
        pair = sorted((records.names[a].original, records.names[b].original), key=len)
        yield Evidence("parent_of", (("unit", pair[1]), ("parent", pair[0])))
    yield from _say_core(records, row)
    if row.industry == "same":
        yield Evidence("same_industry", (("words", " ".join(records.heads[a].industry)),))
    if row.city == "same":
        yield Evidence("same_city", (("place", records.cities[a] or records.provinces[a]),))
    if row.partners:
        yield Evidence("same_partners", (("number", str(row.partners)),))


def _find_former(records: Records, a: int, b: int) -> str:
    for one, other in ((a, b), (b, a)):
        if records.names[other].folded in records.names[one].former:
            return records.names[other].original
    return records.names[a].original


def _say_core(records: Records, row: Any) -> Iterator[Evidence]:  # noqa: ANN401 - a row
    one, other = records.heads[row.first], records.heads[row.second]
    short, long = sorted((one, other), key=lambda name: (len(name.core), name.folded))
    if records.names[row.first].folded == records.names[row.second].folded:
        yield Evidence("same_name")
    elif row.core in _AGREEING and row.place == "same":
        yield Evidence("same_core_and_place", (("core", one.core), ("place", " ".join(one.places))))
    elif row.core in _AGREEING:
        yield Evidence("same_core", (("core", one.core),))
    elif row.core in _SLIPS:
        yield Evidence("typo", _two(one.original, other.original))
    elif row.core.endswith("_short"):
        pair = sorted((one, other), key=lambda name: (len(name.folded), name.folded))
        said = tuple(zip(("short", "long"), (name.original for name in pair), strict=True))
        yield Evidence("abbreviation", said)
    elif row.core == "contained":
        yield Evidence("contained", (("short", short.core), ("long", long.core)))
    elif row.core == "overlap":
        shared = [word for word in one.tokens if word in set(other.tokens)]
        yield Evidence("same_words", (("words", " ".join(shared)),))


def _list_doubts(
    records: Records,
    row: Any,  # noqa: ANN401 - a row
    joined: Joined,
    chances: Chances,
) -> Iterator[Evidence]:
    pair = (row.first, row.second)
    for at in pair:
        if at in joined.torn:
            fits = [records.names[one].original for one in joined.torn[at]]
            said = (("name", records.names[at].original), *_two(*fits))
            yield Evidence("fits_several", said)
            return
    if pair in joined.refused:
        yield Evidence(
            "too_wide", _two(*(records.names[at].original for at in joined.refused[pair]))
        )
        return
    namesakes = chances.cores.get(records.heads[row.first].core.replace(" ", ""), 0.0)
    if row.core in _AGREEING and namesakes > _TELLING:
        yield Evidence("too_common", (("number", f"{namesakes:.1f}"),))
