"""How industries stand in the network: closed or open, held by few ties, brokered by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph import engine
from ecograph.analysis.links import (
    KNOWLEDGE_KINDS,
    list_firms,
    number_nodes,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ties import cross_nodes
from ecograph.projection import project_ties
from ecograph.schema import ORGANISATION_KINDS
from ecograph.statistics.brokerage import ROLES, expect_brokerage
from ecograph.statistics.cuts import find_articulation_points, find_bridges
from ecograph.statistics.mixing import compute_conductance, compute_ei_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]

__all__ = ["ROLE_COLUMNS", "STRUCTURE_COLUMNS", "count_roles", "measure_structure"]

STRUCTURE_COLUMNS = (
    "name",
    "firms",
    "firms_in_network",
    "ties_within",
    "ties_science",
    "ties_elsewhere",
    "ei",
    "ei_expected",
    "p_closed",
    "p_open",
    "conductance",
    "bridges",
    "deep_bridges",
    "articulation_points",
    "constraint",
)
ROLE_COLUMNS = (
    "name",
    "kind",
    "ties",
    *ROLES,
    *(f"{role}_expected" for role in ROLES),
    *(f"{role}_z" for role in ROLES),
    "one_industry",
    "one_industry_expected",
)

_DRAWS = 999
_LEAST_FIRMS = 2  # one firm has nobody of its own industry to be tied to
_SAME = 1e-9

_GROUPS = {
    "network": "organisations tied by agreements that count",
    "groups": "each industry its firms, science (universities and platforms) a group of its own; a "
    "firm of several industries is in the one with fewest firms, then the first by id; ties of "
    "firms without an industry are left out",
}
_STRUCTURE_METHOD = {
    **_GROUPS,
    "institutions": "a group of their own",
    "ei": "E-I index (Krackhardt and Stern 1988) of the ties of the industry's firms: -1 all "
    "within, 1 all to others, science among them; nan with fewer than two firms in the network",
    "p": "the industries are dealt out anew among the firms in the network, science and "
    "institutions stay; p_closed: an index as low or lower, p_open: as high or higher, (1 + draws) "
    "/ (1 + all draws); nan where the draws do not differ",
    "draws": _DRAWS,
    "conductance": "share of the weight of ties that leads out of the industry (Leskovec et al. "
    "2009)",
    "bridges": "ties of its firms without which a component falls apart; deep: with more than one "
    "organisation on both sides",
    "articulation_points": "its firms without which a component falls apart",
    "constraint": "median over its firms with ties (Burt 1992)",
    "several": "but for the E-I index, ties and conductance, a firm of several industries counts "
    "in each of them",
}
_ROLES_METHOD = {
    **_GROUPS,
    "institutions": "left out, with their ties",
    "roles": "pairs of others tied to the organisation and not to each other, in both orders "
    "(Gould and Fernandez 1989): coordinator between two of science, itinerant between two firms "
    "of one industry, representative and gatekeeper (equal, as ties have no direction) between "
    "science and a firm, liaison between firms of two industries",
    "expected": "in random networks of the same density and group sizes; z is for ranking",
    "one_industry": "share of the pairs of firms that are of one industry; expected where the "
    "industries are dealt out anew among the firms in the network",
    "order": "most pairs first, then id",
}


class _Grouped(NamedTuple):
    """The part of a network that has groups.

    Parameters
    ----------
    adjacency
        Ties between the nodes that have a group and at least one tie.
    groups
        Of these nodes: an industry's number, then science, then institutions.
    places
        Of these nodes in the network.
    industries
        How many industries there are.
    """

    adjacency: sp.csr_array
    groups: Ints
    places: Ints
    industries: int


def measure_structure(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure for each industry whether it keeps to itself and what holds its firms in the network.

    Parameters
    ----------
    ecosystem
        The ecosystem; its seed decides how industries are dealt out anew.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry in sorted order, columns ``STRUCTURE_COLUMNS``: firms listed, and those
        with a tie; ties within the industry, to science and elsewhere; the E-I index beside the
        mean of those by chance, with the chances of an index as low and as high; conductance;
        bridges and articulation points; median constraint. Measures of an industry without a firm
        in the network are nan. ``attrs["meta"]["method"]`` says how each is made.

    Notes
    -----
    Krackhardt and Stern, Social Psychology Quarterly 51, 123-140, 1988, deal out all groups; here
    only those of firms are, since a university cannot be of an industry: the question is whether
    firms have more partners in their own industry than they would have, were industries nothing to
    them. Where an industry has less than half of all ties, ei = 2 c - 1 with c the conductance of
    ties that count one each, so conductance is taken of weights.
    """
    network = project_ties(ecosystem)
    firms = list_firms(ecosystem)
    positions = ecosystem.find_positions("industry")
    table = pd.DataFrame(index=ecosystem.keys[positions].rename("industry"))
    table["name"] = ecosystem.names[positions]
    columns = {
        **_measure_cuts(ecosystem, network, firms),
        **_measure_mixing(ecosystem, network),
        "constraint": _find_constraint(ecosystem, network, firms),
    }
    table = table.assign(**columns)[list(STRUCTURE_COLUMNS)]
    method = {**_STRUCTURE_METHOD, **network.describe()}
    return attach_meta(table, ecosystem, "structure", method=method)


def count_roles(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count between whom each university and platform stands: industries, science, or both.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        Indexed by university or platform, columns ``ROLE_COLUMNS``: ties in the network of
        agreements; of each role of ``ROLES`` the count, the one expected and how many deviations
        lie between (z); the share of the pairs of firms that are of one industry, and that
        expected. All but ties is nan for those that are tied to neither science nor a firm with an
        industry. ``attrs["meta"]["method"]`` says what each role is here.

    Notes
    -----
    Gould and Fernandez, Sociological Methodology 19, 89-126, 1989. Their random networks tie
    everyone alike, so whoever has many ties has more of all roles than expected; ``one_industry``
    asks only for which firms, given the ties: of n firms, of which s are of one industry, a pair
    is of one industry with the chance sum(s (s - 1)) / (n (n - 1)).
    """
    network = project_ties(ecosystem)
    grouped = _group(ecosystem, network, ())
    roles = _spread_roles(grouped, len(network.nodes))
    ties = engine.compute_degree(network.adjacency)
    pairs = roles["itinerant"] + roles["liaison"]
    share = roles["itinerant"] / pairs.where(pairs > 0)
    chance = np.where(pairs > 0, _expect_one_industry(grouped), np.nan)
    table = roles.assign(ties=ties, one_industry=share, one_industry_expected=chance)
    table = table.set_index(network.nodes.index)
    table = network.nodes[["name", "kind"]].join(table)
    kept = table[table["kind"].isin(KNOWLEDGE_KINDS).to_numpy()]
    ordered = kept.sort_values("total", ascending=False, kind="stable")[list(ROLE_COLUMNS)]
    method = {**_ROLES_METHOD, **network.describe()}
    return attach_meta(ordered, ecosystem, "roles", method=method)


def _group(ecosystem: Ecosystem, network: Network, others: tuple[str, ...]) -> _Grouped:
    """Group firms by industry, science, and the other kinds; keep those with a group and a tie."""
    industries = ecosystem.find_positions("industry")
    groups = np.full(len(ecosystem.keys), -1)
    for number, kinds in enumerate((KNOWLEDGE_KINDS, others)):
        groups[ecosystem.mark(*kinds)] = len(industries) + number
    firms = list_firms(ecosystem)
    number = number_nodes(ecosystem, industries)[firms["industry"]]
    size = np.bincount(number, minlength=len(industries))
    order = np.lexsort((number, size[number]))[::-1]  # the last one written stands
    groups[firms["enterprise"].to_numpy()[order]] = number[order]
    own = groups[ecosystem.find_positions(*ORGANISATION_KINDS)]
    known = np.flatnonzero(own >= 0)
    among = network.adjacency[known][:, known]
    tied = np.diff(among.indptr) > 0
    return _Grouped(among[tied][:, tied], own[known[tied]], known[tied], len(industries))


def _measure_cuts(
    ecosystem: Ecosystem, network: Network, firms: pd.DataFrame
) -> dict[str, Ints | Floats]:
    """Count firms, and the ties and firms without which a component falls apart, by industry."""
    sides = [
        (number_nodes(ecosystem, ecosystem.find_positions(*kinds))[firms[column]], size)
        for column, kinds, size in (
            ("enterprise", ORGANISATION_KINDS, len(network.nodes)),
            ("industry", ("industry",), len(ecosystem.find_positions("industry"))),
        )
    ]
    homes = cross_nodes(sides[0], sides[1])
    tied = (np.diff(network.adjacency.indptr) > 0) @ homes
    bridges = find_bridges(network.adjacency)
    ends = np.repeat(np.arange(len(bridges.pairs)), 2)
    held = cross_nodes((ends, len(bridges.pairs)), (bridges.pairs.ravel(), homes.shape[0])) @ homes
    points = find_articulation_points(network.adjacency).is_point @ homes
    counts = {
        "bridges": (held > 0).sum(axis=0),
        "deep_bridges": (held[bridges.separated > 1] > 0).sum(axis=0),
        "articulation_points": points,
    }
    known = {name: np.where(tied > 0, count, np.nan) for name, count in counts.items()}
    return {"firms": np.asarray(homes.sum(axis=0)), "firms_in_network": tied, **known}


def _find_constraint(ecosystem: Ecosystem, network: Network, firms: pd.DataFrame) -> Floats:
    place = number_nodes(ecosystem, ecosystem.find_positions(*ORGANISATION_KINDS))
    constraint = engine.compute_constraint(network.adjacency)[place[firms["enterprise"]]]
    medians = pd.Series(constraint).groupby(firms["industry"].to_numpy()).median()
    return np.asarray(medians.reindex(ecosystem.find_positions("industry")), dtype=float)


def _measure_mixing(ecosystem: Ecosystem, network: Network) -> dict[str, Ints | Floats]:
    """Measure by group how far an industry keeps to itself; nan for one or no firm with ties."""
    grouped = _group(ecosystem, network, ("institution",))
    size = grouped.industries
    members = np.bincount(grouped.groups, minlength=size)[:size]
    enough = members >= _LEAST_FIRMS
    observed = _fill(compute_ei_index(grouped.adjacency, grouped.groups).group, size)
    conductance = compute_conductance(grouped.adjacency, grouped.groups, counted="weights")
    measures = {
        "ei": observed,
        **_compare(observed, _deal(grouped, ecosystem.settings.seed)),
        "conductance": _fill(conductance, size),
    }
    known = {name: np.where(enough, values, np.nan) for name, values in measures.items()}
    ties = {name: np.where(members, count, np.nan) for name, count in _sort_ties(grouped).items()}
    return {**ties, **known}


def _sort_ties(grouped: _Grouped) -> dict[str, Ints]:
    """Count the ties of each industry by where they lead; those within have two ends."""
    size = grouped.industries
    own = np.repeat(grouped.groups, np.diff(grouped.adjacency.indptr))
    other = grouped.groups[grouped.adjacency.indices]
    within, science = own == other, (other == size)
    marks = {"within": within, "science": science & ~within, "elsewhere": ~within & ~science}
    counts = {
        name: np.bincount(own[mark], minlength=size)[:size] // (2 if name == "within" else 1)
        for name, mark in marks.items()
    }
    return {f"ties_{name}": count for name, count in counts.items()}


def _deal(grouped: _Grouped, seed: int) -> Floats:
    """Deal the industries out anew among firms and compute their E-I indices (draws x industries).

    As only firms change places, only ties between two firms have to be looked at in each draw.
    """
    random = np.random.default_rng(seed)
    firms = grouped.groups < grouped.industries
    labels, size = grouped.groups[firms], grouped.industries
    degree = np.diff(grouped.adjacency.indptr)[firms]
    ties = sp.triu(grouped.adjacency[firms][:, firms], format="coo")
    drawn = np.full((_DRAWS, size), np.nan)
    for row in drawn:
        dealt = random.permutation(labels)
        own = dealt[ties.row]
        within = np.bincount(own[own == dealt[ties.col]], minlength=size)
        every = np.bincount(dealt, degree, size)
        row[:] = 1 - 4 * within / np.where(every > 0, every, np.nan)  # each within has two ends
    return drawn


def _compare(observed: Floats, drawn: Floats) -> dict[str, Floats]:
    """Compare indices with those by chance; chances are nan where chance has no choice."""
    varied = np.ptp(drawn, axis=0) > _SAME
    closed = (1 + (drawn <= observed + _SAME).sum(axis=0)) / (1 + len(drawn))
    opened = (1 + (drawn >= observed - _SAME).sum(axis=0)) / (1 + len(drawn))
    return {
        "ei_expected": drawn.mean(axis=0),
        "p_closed": np.where(varied, closed, np.nan),
        "p_open": np.where(varied, opened, np.nan),
    }


def _fill(values: Floats, size: int) -> Floats:
    """Take the values of the first groups; nan for those without a node."""
    return np.append(values, np.full(size, np.nan))[:size]


def _spread_roles(grouped: _Grouped, size: int) -> pd.DataFrame:
    """Give each node of the network its roles, expected and z; nan for those without a group."""
    found = expect_brokerage(grouped.adjacency, grouped.groups)
    table = pd.concat(
        [found.observed, found.expected.add_suffix("_expected"), found.z.add_suffix("_z")], axis=1
    )
    return table.set_index(grouped.places).reindex(np.arange(size))


def _expect_one_industry(grouped: _Grouped) -> float:
    """Find the chance that two of the firms in the network are of one industry."""
    sizes = np.bincount(grouped.groups, minlength=grouped.industries)[: grouped.industries]
    pairs = sizes.sum() * (sizes.sum() - 1)
    return float((sizes * (sizes - 1)).sum() / pairs) if pairs else np.nan
