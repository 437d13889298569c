"""Amounts in the prices of one year, by an index that the user gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.windows import View, date_agreements, make_view
from ecograph.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["PRICE_COLUMNS", "deflate_amounts"]

PRICE_COLUMNS = ("year", "index")


def deflate_amounts(ecosystem: Ecosystem, prices: pd.DataFrame, *, base: int) -> View:
    """Restate the amounts of agreements in the prices of one year.

    What comes is an ecosystem itself, so that every analysis answers for it. No index is shipped:
    which one is right (consumer prices, GDP deflator, research and development) is the user's
    choice, and so is its source.

    Parameters
    ----------
    ecosystem
        The ecosystem; it stays as it is.
    prices
        Columns ``PRICE_COLUMNS``: a year and its price index, in any unit. Other columns are not
        read.
    base
        The year in whose prices amounts come out, one of those of the index.

    Returns
    -------
    View
        Amounts of agreements, and of their parties where they are known, times the index of the
        base year over that of the year of the agreement's date. An amount without such a year is
        unknown (nan). Other amounts (accounts, demands, events) stay as they are.

    Raises
    ------
    SettingsError
        If amounts are in the prices of one year already, a column is missing, a year is listed
        twice or is no whole number, an index is not above 0, or the base year or the year of an
        agreement that counts and has an amount is not there; the sentence names the years.
    """
    if isinstance(ecosystem, View) and ecosystem.base is not None:
        raise SettingsError(f"The amounts are in prices of {ecosystem.base} already.")
    index = _read_prices(prices)
    _require_years(index, {base})
    if "agreement" not in ecosystem.parts:
        return make_view(ecosystem, base=base)
    years = date_agreements(ecosystem)["first"]
    priced = ecosystem.counts & _mark_priced(ecosystem)
    _require_years(index, set(years[priced].dropna().astype(int)))
    factors = index[base] / years.map(index).to_numpy(dtype=float)
    return make_view(_multiply(ecosystem, factors), base=base)


def _read_prices(prices: pd.DataFrame) -> pd.Series:
    """Check an index, and take it by year."""
    lacking = [column for column in PRICE_COLUMNS if column not in prices]
    if lacking:
        raise SettingsError(f"The price index has no column {' and no '.join(lacking)}.")
    years, index = (pd.to_numeric(prices[column], errors="coerce") for column in PRICE_COLUMNS)
    if years.isna().any() or (years % 1 != 0).any():
        raise SettingsError("The price index has a year that is no whole number.")
    years = years.astype(int)
    if years.duplicated().any():
        raise SettingsError(
            f"The price index has years twice: {_spell(years[years.duplicated()])}."
        )
    wrong = ~(np.isfinite(index) & (index > 0)).to_numpy()
    if wrong.any():
        raise SettingsError(f"The price index is not above 0 in: {_spell(years[wrong])}.")
    return pd.Series(index.to_numpy(dtype=float), index=years.to_numpy())


def _require_years(index: pd.Series, years: set[int]) -> None:
    missing = years - set(index.index)
    if missing:
        raise SettingsError(f"The price index has no {_spell(missing)}; add what is missing.")


def _spell(years: set[int] | pd.Series) -> str:
    return ", ".join(map(str, sorted({int(year) for year in years})))


def _mark_priced(ecosystem: Ecosystem) -> Flags:
    """Mark the agreements with an amount, their own or that of a party."""
    part, marked = ecosystem.parts["agreement"], np.zeros(len(ecosystem.keys), dtype=bool)
    amount = part.reindex(columns=["amount"])["amount"].astype(float)
    marked[ecosystem.find_positions("agreement")[amount.notna()]] = True
    for edges in ecosystem.edge_columns.values():
        marked[edges.source[~np.isnan(edges.amount)]] = True
    return marked[ecosystem.find_positions("agreement")]


def _multiply(ecosystem: Ecosystem, factors: Floats) -> Ecosystem:
    """Multiply the amounts of agreements, and of their edges, by a factor for each agreement."""
    part = ecosystem.parts["agreement"]
    if "amount" in part:
        part = part.assign(amount=part["amount"].astype(float) * factors)
    of_node = np.ones(len(ecosystem.keys))
    of_node[ecosystem.find_positions("agreement")] = factors
    edges = {
        kind: replace(edges, amount=edges.amount * of_node[edges.source])
        for kind, edges in ecosystem.edge_columns.items()
    }
    return replace(ecosystem, parts={**ecosystem.parts, "agreement": part}, edge_columns=edges)
