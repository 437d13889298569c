"""The sentences about tiers: why a firm stands where it does, what is missing, what is at risk.

All firms are spoken of at once, in columns of text; a sentence that several firms share is made
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecograph.analysis.clauses import MET, NOT_MET, UNKNOWN
from ecograph.analysis.phrases import (
    choose_texts,
    concat_texts,
    fill_template,
    find_alike,
    join_by_owner,
    join_texts,
    pick_texts,
    place_texts,
    repeat_text,
    say_days,
    say_distinct,
    say_figures,
    say_nothing,
    to_objects,
)
from ecograph.rules import COMPARISONS
from ecograph.schema import read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Judged, Span
    from ecograph.rules import Clause, Test

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]
    Texts = Any  # a column of text, null where nothing is said; Arrow has no types

__all__ = [
    "say_clauses",
    "say_lacks",
    "say_missing",
    "say_reasons",
    "say_risks",
    "say_route",
]

_ROUTES = {MET: "route", UNKNOWN: "unclear", NOT_MET: "none"}
_FEWEST_DIGITS, _MOST_DIGITS = 2, 12  # growth rates have no more
_WAN, _YI = 1e4, 1e8


def say_reasons(
    deciding: pd.DataFrame,
    others: pd.DataFrame,
    expired: pd.DataFrame,
    *,
    undecided: pd.DataFrame,
    otherwise: Objects,
    lang: str,
) -> Objects:
    """Say why each firm stands in its tier.

    Parameters
    ----------
    deciding, others, expired, undecided
        Certificates that give the tier, that give none, that are no longer in force, that may be
        in force as the as-of day is unknown: rows of place (that of the firm, never falling),
        certificate, until.
    otherwise
        What to say of each firm that has no deciding certificate.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    array of str
        One sentence a firm, in the order of ``otherwise``.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2026-11-30")
    >>> held = pd.DataFrame({"place": [0], "certificate": ["high_tech"], "until": [day]})
    >>> none = held[:0]
    >>> firms = np.array(["", "no certificate"], dtype=object)
    >>> say_reasons(held, none, none, undecided=none, otherwise=firms, lang="en").tolist()
    ['holds high-tech enterprise (valid to 2026-11-30)', 'no certificate']
    """
    size = len(otherwise)
    held = fill_template("reason.holds", lang, certificates=_list_held(deciding, lang, size))
    further = {
        "other": _list_names(others, lang, size),
        "expired": _list_expired(expired, lang, size),
        "undecided": _list_names(undecided, lang, size),
    }
    said = [fill_template(f"reason.{key}", lang, names=names) for key, names in further.items()]
    first = pc.coalesce(held, pa.array(otherwise, pa.large_string()))
    return to_objects(join_texts([first, *said], _semicolon(lang)))


def say_route(clause: Clause, state: int, lang: str) -> str:
    """Say that a firm without a certificate took a route, may have, or did not.

    >>> from ecograph.rules import Clause
    >>> say_route(Clause("young", "young", "成立不久", "A"), MET, "en")
    'no certificate in force that gives a tier; young'
    """
    return translate(f"reason.{_ROUTES[state]}", lang, route=clause.text(lang))


def say_missing(judged: Sequence[Judged], lang: str) -> Objects:
    """Say which clauses each firm does not meet and by how much, and which are unknown and why.

    Parameters
    ----------
    judged
        The clauses of a programme.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    array of str
        One sentence a firm; empty where all are met.
    """
    size = len(judged[0].states)
    everyone = np.ones(size, dtype=bool)
    columns = [column for clause in judged for column in _list_shown(clause, everyone)]
    first, alike = find_alike(columns, size)
    return to_objects(_say_open([clause.take(first) for clause in judged], lang))[alike]


def say_clauses(judged: Sequence[Judged], where: Sequence[Flags], lang: str) -> Objects:
    """Say clauses that are not met or unknown, each of some firms.

    Parameters
    ----------
    judged
        At least one clause.
    where
        The firms of which each is said; it has to be not met or unknown there.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    array of str
        One sentence a firm; empty where nothing is said.
    """
    return to_objects(_join_clauses(judged, where, lang))


def say_lacks(judged: Judged, lang: str) -> Objects:
    """Say which columns each firm lacks for a test, and of how many years.

    Parameters
    ----------
    judged
        A clause; one without a test lacks nothing.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    array of str
        Names of columns; empty where nothing lacks.
    """
    if not judged.lacks:
        return np.full(len(judged.states), "", dtype=object)
    return to_objects(_say_lacks(judged, lang))


def say_risks(
    judged: Mapping[str, Sequence[Judged]],
    failed: Mapping[str, Sequence[Flags]],
    lang: str,
    *,
    until: Mapping[str, NDArray[np.datetime64]] | None = None,
) -> Objects:
    """Say which certificates each firm holds without meeting their rules.

    Parameters
    ----------
    judged
        By certificate, its clauses; at least one certificate.
    failed
        By certificate, the firms that hold it and do not meet each of the clauses.
    lang
        ``en`` or ``zh``.
    until
        By certificate, the last day of each firm's; NaT where none is stated.

    Returns
    -------
    array of str
        One sentence a firm; empty where there is none.
    """
    risks = [
        fill_template(
            "reason.at_risk",
            lang,
            certificate=_date_certificate(key, (until or {}).get(key), lang),
            clauses=_join_clauses(clauses, failed[key], lang),
        )
        for key, clauses in judged.items()
    ]
    return to_objects(join_texts(risks, _semicolon(lang)))


# Certificates


def _list_held(rows: pd.DataFrame, lang: str, size: int) -> Texts:
    names, days = _say_names(rows, lang), say_days(rows["until"].to_numpy())
    dated = fill_template("reason.until", lang, certificate=names, day=days)
    undated = fill_template("reason.no_expiry", lang, certificate=names)
    return join_by_owner(pc.coalesce(dated, undated), rows["place"], _comma(lang), size=size)


def _list_expired(rows: pd.DataFrame, lang: str, size: int) -> Texts:
    texts = concat_texts(_say_names(rows, lang), " ", say_days(rows["until"].to_numpy()))
    return join_by_owner(texts, rows["place"], _comma(lang), size=size)


def _list_names(rows: pd.DataFrame, lang: str, size: int) -> Texts:
    return join_by_owner(_say_names(rows, lang), rows["place"], _comma(lang), size=size)


def _say_names(rows: pd.DataFrame, lang: str) -> Texts:
    return say_distinct(rows["certificate"], lambda key: _name_certificate(key, lang))


def _name_certificate(key: str, lang: str) -> str:
    return read_schema().label_term("certificate", key, lang)


def _date_certificate(key: str, until: NDArray[np.datetime64] | None, lang: str) -> Texts:
    """Name a certificate, with its last day where each firm's is known."""
    name = _name_certificate(key, lang)
    if until is None:
        return name
    dated = fill_template("reason.until", lang, certificate=name, day=say_days(until))
    return pc.fill_null(dated, name)


# Clauses


def _find_open(judged: Judged, part: Judged, asked: Flags) -> Flags:
    """Find where a part is spoken of: not met; of an "and" that fails, only what fails."""
    failing = (part.states == NOT_MET) | (judged.states != NOT_MET) | (not judged.clause.all_of)
    return np.asarray(asked & (part.states != MET) & failing)


def _list_shown(judged: Judged, asked: Flags) -> Iterator[NDArray[Any]]:
    """List, as whole numbers, what the text about a clause depends on; 0 where it does not."""
    shown = asked & (judged.states != MET)
    yield np.where(shown, judged.states, MET)
    for part in judged.parts:
        yield from _list_shown(part, _find_open(judged, part, shown))
    for _, _, firms in judged.lacks:
        yield shown & firms
    if judged.value is not None and judged.limit is not None:
        told = shown & ((judged.states == NOT_MET) | _find_between(judged.value))
        for bound, where in zip(
            (*judged.value, *judged.limit), (told, told, shown, shown), strict=True
        ):
            yield np.where(where, bound.view(np.int64), 0)


def _say_open(judged: Sequence[Judged], lang: str) -> Texts:
    """Say the clauses that are not met, then those that are unknown."""
    failed, unclear = (
        _join_clauses(judged, [clause.states == state for clause in judged], lang)
        for state in (NOT_MET, UNKNOWN)
    )
    unknown = fill_template("clause.unknown", lang, clauses=unclear)
    return join_texts([failed, unknown], _semicolon(lang))


def _join_clauses(judged: Sequence[Judged], where: Sequence[Flags], lang: str) -> Texts:
    """Join what is to be said of each clause, of some firms each."""
    said = [
        place_texts(_say_clause(clause.take(firms), lang), firms)
        for clause, firms in zip(judged, where, strict=True)
        if firms.any()
    ]
    return join_texts(said, _semicolon(lang)) if said else say_nothing(len(where[0]))


def _say_clause(judged: Judged, lang: str) -> Texts:
    """Say a clause that is not met or unknown, with its grade where it is not sure."""
    grade = judged.clause.certainty
    said = _say_plainly(judged, lang)
    if grade == "A":
        return said
    doubt = translate("clause.certainty", lang, grade=grade)
    return concat_texts(said, doubt)


def _say_plainly(judged: Judged, lang: str) -> Texts:
    clause, failed = judged.clause, judged.states == NOT_MET
    if judged.parts:
        return _say_parts(judged, lang)
    if clause.holds and _is_known(clause.holds):
        names = _comma(lang).join(_name_certificate(key, lang) for key in clause.holds)
        said = [
            translate(f"clause.{key}", lang, names=names) for key in ("held_unknown", "not_held")
        ]
        return pick_texts(said, failed)
    if clause.test is None:
        return repeat_text(clause.text(lang), len(failed))
    test = clause.test
    return choose_texts(
        failed,
        lambda firms: _say_failed(judged.take(firms), test, lang),
        lambda firms: _say_unclear(judged.take(firms), test, lang),
    )


def _is_known(keys: Sequence[str]) -> bool:
    """Say whether all certificates are of the vocabulary; others are not named by their key."""
    return set(keys) <= {term.key for term in read_schema().vocabularies["certificate"]}


def _say_parts(judged: Judged, lang: str) -> Texts:
    """Say the parts that are not met; of an "and" that fails, only those that fail."""
    everyone = np.ones(len(judged.states), dtype=bool)
    opened = [_find_open(judged, part, everyone) for part in judged.parts]
    alone = np.sum(opened, axis=0) == 1
    said = [
        place_texts(_say_part(part.take(firms), alone[firms], lang), firms)
        for part, firms in zip(judged.parts, opened, strict=True)
    ]
    return join_texts(said, translate("clause.or" if judged.clause.any_of else "clause.and", lang))


def _say_part(part: Judged, alone: Flags, lang: str) -> Texts:
    """Say a part, in brackets where it is itself a combination and does not stand alone."""
    said = _say_plainly(part, lang)
    if len(part.parts) <= 1:
        return said
    return pc.if_else(pa.array(alone), said, fill_template("clause.bracket", lang, text=said))


# Tests


def _say_failed(judged: Judged, test: Test, lang: str) -> Texts:
    """Say the value, or the span that it lies in, and what is needed."""
    (low, high), limit = _bounds_of(judged)
    nearest = np.where(np.isfinite(low), low, high)
    said = _say_values(nearest, test.unit, lang, beside=limit)
    said = _say_range(said, np.isfinite(low) & (low < high), high, test.unit, lang)
    text, needed = judged.clause.text(lang), _say_limit(limit, test, lang)
    return fill_template("clause.not_met", lang, text=text, value=said, limit=needed)


def _say_unclear(judged: Judged, test: Test, lang: str) -> Texts:
    """Say what is needed, the span of the value where it has one, and what is not in the data."""
    value, limit = _bounds_of(judged)
    text, needed = judged.clause.text(lang), _say_limit(limit, test, lang)

    def say_between(firms: Flags) -> Texts:
        ends = [_say_values(bound[firms], test.unit, lang) for bound in value]
        told = needed.filter(pa.array(firms))
        return fill_template(
            "clause.between", lang, text=text, limit=told, low=ends[0], high=ends[1]
        )

    def say_simply(firms: Flags) -> Texts:
        told = needed.filter(pa.array(firms))
        return fill_template("clause.unclear", lang, text=text, limit=told)

    said = choose_texts(_find_between(value), say_between, say_simply)
    if not judged.lacks:
        return said
    lacking = fill_template("clause.lacking", lang, text=said, columns=_say_lacks(judged, lang))
    return pc.coalesce(lacking, said)


def _bounds_of(judged: Judged) -> tuple[Span, Span]:
    """Take the bounds of value and limit, which every test has."""
    if judged.value is None or judged.limit is None:
        raise TypeError(judged.clause.id)
    return judged.value, judged.limit


def _find_between(value: Span) -> Flags:
    """Find where a value is known to lie between two others."""
    low, high = value
    return np.asarray(np.isfinite(low) & np.isfinite(high) & (low < high))


def _say_lacks(judged: Judged, lang: str) -> Texts:
    columns = [
        place_texts(repeat_text(_name_column(column, years, lang), int(firms.sum())), firms)
        for column, years, firms in judged.lacks
    ]
    return join_texts(columns, _comma(lang))


def _say_limit(limit: Span, test: Test, lang: str) -> Texts:
    low, high = limit
    said = _say_range(_say_values(low, test.unit, lang), low != high, high, test.unit, lang)
    return concat_texts(COMPARISONS[test.comparison], said)


def _say_range(said: Texts, where: Flags, high: Floats, unit: str, lang: str) -> Texts:
    """Say, where the flags are set, up to which value the said one may go."""
    if not where.any():
        return said
    low, upper = said.filter(pa.array(where)), _say_values(high[where], unit, lang)
    ranges = fill_template("clause.range", lang, low=low, high=upper)
    return pc.coalesce(place_texts(ranges, where), said)


def _name_column(column: str, years: int, lang: str) -> str:
    if column == "age_years":
        return translate("clause.founded", lang)
    label = read_schema().tables["financials"].columns[column]
    name = label.zh[0] if lang == "zh" else column
    return translate("clause.years", lang, column=name, years=years) if years > 1 else name


# Values


def _say_values(values: Floats, unit: str, lang: str, *, beside: Sequence[Floats] = ()) -> Texts:
    """Say values with their unit, in as many digits as tell them from the limits beside them.

    >>> near, at = np.array([0.029999, 0.02]), np.array([0.03, 0.03])
    >>> _say_values(near, "share", "en", beside=[at]).to_pylist()
    ['2.9999%', '2%']
    >>> _say_values(np.array([1.2e8]), "yuan", "zh").to_pylist()
    ['1.2亿元']
    """
    numbers = _say_apart(values, unit, lang, beside, _FEWEST_DIGITS)
    return numbers if unit == "share" else fill_template(f"clause.unit_{unit}", lang, value=numbers)


def _say_apart(
    values: Floats, unit: str, lang: str, beside: Sequence[Floats], digits: int
) -> Texts:
    numbers = _say_numbers(values, unit, lang, digits)
    same = np.zeros(len(values), dtype=bool)
    for limit in beside:
        same |= np.asarray(pc.equal(numbers, _say_numbers(limit, unit, lang, digits)))
    if digits == _MOST_DIGITS or not same.any():
        return numbers
    nearer = [limit[same] for limit in beside]
    finer = _say_apart(values[same], unit, lang, nearer, digits + 2)
    return pc.coalesce(place_texts(finer, same), numbers)


def _say_numbers(values: Floats, unit: str, lang: str, digits: int) -> Texts:
    grouped = lang != "zh"
    if unit == "share":
        return concat_texts(say_figures(values / 0.01, digits, grouped=grouped), "%")
    if unit != "yuan" or lang != "zh":
        return say_figures(values, digits, grouped=grouped)
    large = np.abs(values) >= _YI
    written = say_figures(values / np.where(large, _YI, _WAN), digits, grouped=grouped)
    return concat_texts(written, pick_texts(["万", "亿"], large))


def _comma(lang: str) -> str:
    return "、" if lang == "zh" else ", "


def _semicolon(lang: str) -> str:
    return "；" if lang == "zh" else "; "
