"""The sentences about tiers: why a firm stands where it does, what is missing, what is at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import MET, NOT_MET, UNKNOWN
from ecograph.rules import COMPARISONS
from ecograph.schema import read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecograph.analysis.clauses import Judged, Span
    from ecograph.rules import Clause, Test

__all__ = ["say_missing", "say_reasons", "say_risks", "say_route"]

_ROUTES = {MET: "route", UNKNOWN: "unclear", NOT_MET: "none"}
_MOST_DIGITS = 12  # growth rates have no more
_WAN, _YI = 1e4, 1e8


def say_reasons(
    deciding: pd.DataFrame,
    others: pd.DataFrame,
    expired: pd.DataFrame,
    *,
    undecided: pd.DataFrame,
    otherwise: pd.Series,
    lang: str,
) -> list[str]:
    """Say why each firm stands in its tier.

    Parameters
    ----------
    deciding, others, expired, undecided
        Certificates that give the tier, that give none, that are no longer in force, that may be
        in force as the as-of day is unknown: rows of enterprise, certificate, until.
    otherwise
        What to say of a firm without a deciding certificate, by enterprise.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    list of str
        One sentence a firm, in the order of ``otherwise``.

    Examples
    --------
    >>> day = pd.Timestamp("2026-11-30")
    >>> held = pd.DataFrame({"enterprise": ["E1"], "certificate": ["high_tech"], "until": [day]})
    >>> none = held[:0]
    >>> firms = pd.Series({"E1": "", "E2": "no certificate"})
    >>> say_reasons(held, none, none, undecided=none, otherwise=firms, lang="en")
    ['holds high-tech enterprise (valid to 2026-11-30)', 'no certificate']
    """
    firms = otherwise.index
    held = _say_holdings(deciding, lang).reindex(firms).fillna(otherwise)
    further = [
        said.reindex(firms).fillna("")
        for said in (
            _say_names("other", others, lang),
            _say_expired(expired, lang),
            _say_names("undecided", undecided, lang),
        )
    ]
    joiner = _semicolon(lang)
    return [joiner.join(filter(None, said)) for said in zip(held, *further, strict=True)]


def say_route(clause: Clause, state: int, lang: str) -> str:
    """Say that a firm without a certificate took a route, may have, or did not.

    >>> from ecograph.rules import Clause
    >>> say_route(Clause("young", "young", "成立不久", "A"), MET, "en")
    'no certificate in force that gives a tier; young'
    """
    return translate(f"reason.{_ROUTES[state]}", lang, route=clause.text(lang))


def say_missing(judged: Iterable[Judged], row: int, lang: str) -> str:
    """Say which clauses a firm does not meet and by how much, and which are unknown and why.

    Parameters
    ----------
    judged
        The clauses of a programme.
    row
        The firm's place among the firms.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    str
        Empty where all are met.
    """
    said: dict[int, list[str]] = {NOT_MET: [], UNKNOWN: []}
    for clause in judged:
        state = int(clause.states[row])
        if state != MET:
            said[state].append(_say_clause(clause, row, lang))
    sentences = said[NOT_MET]
    if said[UNKNOWN]:
        clauses = _semicolon(lang).join(said[UNKNOWN])
        sentences.append(translate("clause.unknown", lang, clauses=clauses))
    return _semicolon(lang).join(sentences)


def say_risks(broken: Mapping[str, Sequence[Judged]], row: int, lang: str) -> str:
    """Say which certificates a firm holds without meeting their rules.

    Parameters
    ----------
    broken
        By certificate, the clauses that the firm does not meet.
    row
        The firm's place among the firms.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    str
        Empty where there is none.
    """
    risks = [
        translate(
            "reason.at_risk",
            lang,
            certificate=_name_certificate(key, lang),
            clauses=_semicolon(lang).join(_say_clause(clause, row, lang) for clause in clauses),
        )
        for key, clauses in broken.items()
    ]
    return _semicolon(lang).join(risks)


# Certificates


def _say_holdings(rows: pd.DataFrame, lang: str) -> pd.Series:
    said = [
        _say_holding(key, until, lang)
        for key, until in zip(rows["certificate"], rows["until"], strict=True)
    ]
    joined = _join_by_firm(rows, said, lang)
    return joined.map(lambda names: translate("reason.holds", lang, certificates=names))


def _say_holding(key: str, until: pd.Timestamp, lang: str) -> str:
    name = _name_certificate(key, lang)
    if pd.isna(until):
        return translate("reason.no_expiry", lang, certificate=name)
    return translate("reason.until", lang, certificate=name, day=until.date().isoformat())


def _say_names(sentence: str, rows: pd.DataFrame, lang: str) -> pd.Series:
    names = [_name_certificate(key, lang) for key in rows["certificate"]]
    joined = _join_by_firm(rows, names, lang)
    return joined.map(lambda text: translate(f"reason.{sentence}", lang, names=text))


def _say_expired(rows: pd.DataFrame, lang: str) -> pd.Series:
    texts = [
        f"{_name_certificate(key, lang)} {until.date().isoformat()}"
        for key, until in zip(rows["certificate"], rows["until"], strict=True)
    ]
    joined = _join_by_firm(rows, texts, lang)
    return joined.map(lambda text: translate("reason.expired", lang, names=text))


def _join_by_firm(rows: pd.DataFrame, texts: Sequence[str], lang: str) -> pd.Series:
    said = pd.Series(texts, index=rows.index, dtype=object)
    return said.groupby(rows["enterprise"]).agg(_comma(lang).join)


def _name_certificate(key: str, lang: str) -> str:
    return read_schema().label_term("certificate", key, lang)


# Clauses


def _say_clause(judged: Judged, row: int, lang: str) -> str:
    """Say a clause that is not met or unknown, with its grade where it is not sure."""
    grade = judged.clause.certainty
    doubt = "" if grade == "A" else translate("clause.certainty", lang, grade=grade)
    return _say_plainly(judged, row, lang) + doubt


def _say_plainly(judged: Judged, row: int, lang: str) -> str:
    clause = judged.clause
    if judged.parts:
        return _say_parts(judged, row, lang)
    if clause.holds:
        names = _comma(lang).join(_name_certificate(key, lang) for key in clause.holds)
        key = "not_held" if judged.states[row] == NOT_MET else "held_unknown"
        return translate(f"clause.{key}", lang, names=names)
    if clause.test is None:
        return clause.text(lang)
    say = _say_failed if judged.states[row] == NOT_MET else _say_unclear
    return say(judged, clause.test, row=row, lang=lang)


def _say_parts(judged: Judged, row: int, lang: str) -> str:
    """Say the parts that are not met; of an "and" that fails, only those that fail."""
    clause = judged.clause
    open_parts = [part for part in judged.parts if part.states[row] != MET]
    if clause.all_of and judged.states[row] == NOT_MET:
        open_parts = [part for part in open_parts if part.states[row] == NOT_MET]
    said = [_say_plainly(part, row, lang) for part in open_parts]
    if len(said) == 1:
        return said[0]
    bracketed = [
        translate("clause.bracket", lang, text=text) if len(part.parts) > 1 else text
        for part, text in zip(open_parts, said, strict=True)
    ]
    return translate("clause.or" if clause.any_of else "clause.and", lang).join(bracketed)


# Tests


def _say_failed(judged: Judged, test: Test, *, row: int, lang: str) -> str:
    """Say the value, or the span that it lies in, and what is needed."""
    low, high = _bounds_at(judged.value, row)
    nearest = low if np.isfinite(low) else high
    said = _say_value(nearest, test.unit, lang, beside=_bounds_at(judged.limit, row))
    if low < high and np.isfinite(low):
        said = translate("clause.range", lang, low=said, high=_say_value(high, test.unit, lang))
    limit = _say_limit(judged, test, row=row, lang=lang)
    text = judged.clause.text(lang)
    return translate("clause.not_met", lang, text=text, value=said, limit=limit)


def _say_unclear(judged: Judged, test: Test, *, row: int, lang: str) -> str:
    """Say what is needed, the span of the value where it has one, and what is not in the data."""
    text, limit = judged.clause.text(lang), _say_limit(judged, test, row=row, lang=lang)
    low, high = _bounds_at(judged.value, row)
    if np.isfinite(low) and np.isfinite(high) and low < high:
        ends = {
            "low": _say_value(low, test.unit, lang),
            "high": _say_value(high, test.unit, lang),
        }
        text = translate("clause.between", lang, text=text, limit=limit, **ends)
    else:
        text = translate("clause.unclear", lang, text=text, limit=limit)
    lacking = [
        _name_column(column, years, lang) for column, years, firms in judged.lacks if firms[row]
    ]
    if not lacking:
        return text
    return translate("clause.lacking", lang, text=text, columns=_comma(lang).join(lacking))


def _say_limit(judged: Judged, test: Test, *, row: int, lang: str) -> str:
    ends = dict.fromkeys(_bounds_at(judged.limit, row))
    said = [_say_value(end, test.unit, lang) for end in ends]
    if len(said) > 1:
        said = [translate("clause.range", lang, low=said[0], high=said[1])]
    return COMPARISONS[test.comparison] + said[0]


def _bounds_at(span: Span | None, row: int) -> tuple[float, float]:
    return (-np.inf, np.inf) if span is None else (float(span.low[row]), float(span.high[row]))


def _name_column(column: str, years: int, lang: str) -> str:
    if column == "age_years":
        return translate("clause.founded", lang)
    label = read_schema().tables["financials"].columns[column]
    name = label.zh[0] if lang == "zh" else column
    return translate("clause.years", lang, column=name, years=years) if years > 1 else name


# Values


def _say_value(value: float, unit: str, lang: str, *, beside: Sequence[float] = ()) -> str:
    """Say a value with its unit, in as many digits as tell it from the limits beside it.

    >>> _say_value(0.029999, "share", "en", beside=(0.03,)), _say_value(1.2e8, "yuan", "zh")
    ('2.9999%', '1.2亿元')
    """
    digits = 2
    while digits < _MOST_DIGITS and _say_number(value, unit, lang, digits) in {
        _say_number(limit, unit, lang, digits) for limit in beside
    }:
        digits += 2
    number = _say_number(value, unit, lang, digits)
    return number if unit == "share" else translate(f"clause.unit_{unit}", lang, value=number)


def _say_number(value: float, unit: str, lang: str, digits: int) -> str:
    factor, sign = 1.0, ""
    if unit == "share":
        factor, sign = 0.01, "%"
    elif unit == "yuan" and lang == "zh":
        factor, sign = (_YI, "亿") if abs(value) >= _YI else (_WAN, "万")
    number = f"{value / factor:,.{digits}f}".rstrip("0").rstrip(".")
    return (number.replace(",", "") if lang == "zh" else number) + sign


def _comma(lang: str) -> str:
    return "、" if lang == "zh" else ", "


def _semicolon(lang: str) -> str:
    return "；" if lang == "zh" else "; "
