"""The city behind the tables: who is there, how sought after, and who fits whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecograph.synthetic.cells import number_ids
from ecograph.synthetic.draws import choose, pick, zipf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ecograph.synthetic.profile import Profile

__all__ = ["City", "Link", "found_city", "meet"]

_SECOND = 0.2  # share of links about two disciplines


@dataclass(frozen=True)
class City:
    """Who is there, by id.

    Parameters
    ----------
    names
        Names of universities, disciplines and industries.
    reach
        University to how sought after it is.
    offers
        University to its disciplines.
    wants
        Industry to its preferred disciplines and their weights.
    firms
        Industry to its firms and how active each is.
    rates
        Industry to its share of the agreements: firms times the rate per firm.
    institutions
        Type of institution to ids.
    """

    names: Mapping[str, str]
    reach: Mapping[str, float]
    offers: Mapping[str, tuple[str, ...]]
    wants: Mapping[str, Mapping[str, float]]
    firms: Mapping[str, Mapping[str, float]]
    rates: Mapping[str, float]
    institutions: Mapping[str, tuple[str, ...]]

    @property
    def sizes(self) -> dict[str, float]:
        """Industry to its number of firms."""
        return {industry: float(len(firms)) for industry, firms in self.firms.items()}

    @property
    def industry_of(self) -> dict[str, str]:
        """Firm to its industry, in the order of the firms' ids."""
        pairs = [(firm, industry) for industry, firms in self.firms.items() for firm in firms]
        return dict(sorted(pairs))


@dataclass(frozen=True)
class Link:
    """A meeting of science and industry: disciplines wanted, universities that offer them."""

    industry: str
    disciplines: tuple[str, ...]
    universities: tuple[str, ...]


def found_city(profile: Profile, rng: np.random.Generator) -> City:
    """Draw who is in the city.

    Parameters
    ----------
    profile
        What is known about the city.
    rng
        Source of random numbers.

    Returns
    -------
    City
        Universities with their disciplines, industries with their firms, institutions.
    """
    industries = _number("I", list(profile["industries"]))
    universities = _number("U", [row["name"] for row in profile["universities"]["rows"]])
    disciplines = _number(
        "D", [n for group in profile["disciplines"].values() for n in group.values()]
    )
    firms = _settle_firms(profile, industries, rng)
    return City(
        names={v: k for book in (universities, disciplines, industries) for k, v in book.items()},
        reach=_rank(list(universities.values()), profile["universities"]["reach"], rng),
        offers=_share_disciplines(profile, universities, disciplines, rng),
        wants=_weigh_wants(profile, industries, disciplines),
        firms=firms,
        rates={
            id_: len(firms[id_]) * profile["industries"][name]["rate"]
            for name, id_ in industries.items()
        },
        institutions=_number_institutions(profile),
    )


def meet(city: City, industry: str, rng: np.random.Generator, *, universities: int = 1) -> Link:
    """Find science for an industry: first the discipline, then who offers it.

    Parameters
    ----------
    city
        Who is there.
    industry
        Id of the industry that asks.
    rng
        Source of random numbers.
    universities
        How many universities at most; fewer where fewer offer a preferred discipline.

    Returns
    -------
    Link
        One or two preferred disciplines that the first university offers; the other
        universities offer some preferred discipline.
    """
    wants = city.wants[industry]
    discipline = pick(rng, wants)
    able = {id_: weight for id_, weight in city.reach.items() if discipline in city.offers[id_]}
    partners = choose(rng, able, 1)
    near = {
        id_: weight
        for id_, weight in city.reach.items()
        if id_ not in partners and not wants.keys().isdisjoint(city.offers[id_])
    }
    partners += choose(rng, near, universities - 1) if universities > 1 else []
    others = {d: w for d, w in wants.items() if d != discipline and d in city.offers[partners[0]]}
    second = choose(rng, others, 1) if others and rng.random() < _SECOND else []
    return Link(industry, (discipline, *second), tuple(partners))


def _number(prefix: str, names: list[str]) -> dict[str, str]:
    return dict(zip(names, number_ids(prefix, len(names)), strict=True))


def _number_institutions(profile: Profile) -> dict[str, tuple[str, ...]]:
    kinds = profile["institutions"]
    ids = iter(number_ids("J", sum(map(len, kinds.values()))))
    return {kind: tuple(next(ids) for _ in names) for kind, names in kinds.items()}


def _rank(ids: list[str], exponent: float, rng: np.random.Generator) -> dict[str, float]:
    """Give each a weight by Zipf's law, in a drawn order."""
    weights = rng.permutation(zipf(len(ids), exponent))
    return dict(zip(ids, weights.tolist(), strict=True))


def _settle_firms(
    profile: Profile, industries: Mapping[str, str], rng: np.random.Generator
) -> dict[str, Mapping[str, float]]:
    counts = {id_: profile["industries"][name]["firms"] for name, id_ in industries.items()}
    ids = iter(rng.permutation(number_ids("E", sum(counts.values()))).tolist())
    return {
        industry: _rank(sorted(next(ids) for _ in range(count)), profile["activity"], rng)
        for industry, count in counts.items()
    }


def _weigh_wants(
    profile: Profile, industries: Mapping[str, str], disciplines: Mapping[str, str]
) -> dict[str, Mapping[str, float]]:
    wants: dict[str, Mapping[str, float]] = {}
    for name, id_ in industries.items():
        ids = [disciplines[discipline] for discipline in profile["industries"][name]["disciplines"]]
        wants[id_] = dict(zip(ids, zipf(len(ids), profile["preference"]).tolist(), strict=True))
    return wants


def _share_disciplines(
    profile: Profile,
    universities: Mapping[str, str],
    disciplines: Mapping[str, str],
    rng: np.random.Generator,
) -> dict[str, tuple[str, ...]]:
    """Let every discipline be offered somewhere, then fill up every university."""
    fit = _fit_fields(profile)
    bounds = profile["universities"]["disciplines"]
    sizes = rng.integers(bounds["least"], bounds["most"], size=len(fit), endpoint=True)
    grid = np.zeros_like(fit, dtype=bool)
    for column in range(fit.shape[1]):
        chances = fit[:, column] * (grid.sum(axis=1) < sizes)
        grid[rng.choice(len(fit), p=chances / chances.sum()), column] = True
    for row, size in enumerate(sizes):
        chances = fit[row] * ~grid[row]
        more = rng.choice(
            len(chances), size - grid[row].sum(), replace=False, p=chances / chances.sum()
        )
        grid[row, more] = True
    ids = np.array(list(disciplines.values()))
    return {
        id_: tuple(ids[row].tolist()) for id_, row in zip(universities.values(), grid, strict=True)
    }


def _fit_fields(profile: Profile) -> NDArray[np.float64]:
    """Weigh each discipline (column) for each university (row) by its fields."""
    fields = [field for field, group in profile["disciplines"].items() for _ in group]
    own = [[field in row["fields"] for field in fields] for row in profile["universities"]["rows"]]
    return np.where(np.array(own), 1.0, profile["universities"]["off_field"])
