"""The backbone: which ties are more than the activity of their ends would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.projection import TIE_COLUMNS, project_ties
from ecograph.statistics.backbone import compare_shared, filter_disparity
from ecograph.statistics.rates import control_discoveries

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network
    from ecograph.statistics.backbone import Model

__all__ = [
    "BACKBONE_COLUMNS",
    "BACKBONE_TIE_COLUMNS",
    "BACKBONE_VERDICTS",
    "Method",
    "find_backbone",
    "project_backbone",
]

Method = Literal["fixed_sizes", "sdsm", "disparity"]

BACKBONE_VERDICTS = ("backbone", "fewer", "could_be_chance", "not_enough_data")

BACKBONE_COLUMNS = (
    "source",
    "source_name",
    "target",
    "target_name",
    "weight",
    "expected",
    "p_more",
    "q_more",
    "p_fewer",
    "q_fewer",
    "verdict",
)

_TESTS = ("expected", "p_more", "q_more")

BACKBONE_TIE_COLUMNS = (*TIE_COLUMNS, *_TESTS)

_NAMES = {
    "shared": "weight",
    "many": "p_more",
    "q_many": "q_more",
    "few": "p_fewer",
    "q_few": "q_fewer",
}
_NULLS = {
    "fixed_sizes": "agreements keep their sizes, organisations their activity in the mean, exact",
    "sdsm": "stochastic degree sequence model (Neal 2014), exact",
}


class _Found(NamedTuple):
    """Ties by the positions of their ends, with their tests, and how they were tested."""

    network: Network
    ties: pd.DataFrame
    how: dict[str, object]


def find_backbone(
    ecosystem: Ecosystem,
    part: str = "organisation",
    *,
    method: Method = "fixed_sizes",
    limit: int = 100_000,
) -> pd.DataFrame:
    """Find the ties that are stronger, or weaker, than the activity of their ends would give.

    Parameters
    ----------
    ecosystem
        The ecosystem; its setting alpha is the false discovery rate of verdicts.
    part
        The side of the agreements that is kept, one of `ecograph.projection.PARTS`.
    method
        ``fixed_sizes``: the number of shared agreements against how many each end signs, where
        every agreement keeps its number of members. ``sdsm``: the same where agreements keep it
        only in the mean, which expects too many ties of small agreements. Of both, the weight is
        always that number, and agreements of a single member, which nobody can share, are left
        out (`ecograph.statistics.backbone.compare_shared`). ``disparity``: the weight of a tie,
        of the setting weighting, against an even deal of an end's weight to its ties
        (`ecograph.statistics.backbone.filter_disparity`).
    limit
        The most pairs without a tie that are looked at one by one; disparity looks at none.

    Returns
    -------
    pandas.DataFrame
        One row a tie, the strongest evidence first, columns ``BACKBONE_COLUMNS``: ids and names
        of the ends (source before target), ``weight``, ``expected``, ``p_more`` and ``q_more``
        (one-sided: the chance of as much or more), ``p_fewer`` and ``q_fewer`` (one-sided: of as
        few or fewer; not for disparity), both q by Benjamini and Hochberg 1995 in their direction
        alone. They count every testable pair, those without a tie too; disparity counts both ends
        of a tie, and its ``p_more`` is that of the end where the tie stands out more, as is
        ``expected``: Serrano and others keep ties of p < alpha, without a correction.
        ``verdict``: backbone (more than by chance), fewer (less than by chance; also pairs
        without a tie, of weight 0), could_be_chance, not_enough_data (no tie between these two
        could come out). ``attrs["meta"]`` says how many pairs were tested.

    Raises
    ------
    SettingsError
        If there is no such part or method.

    Notes
    -----
    All take the activity of an organisation as given: they cannot see that it has too few ties
    in all. By shared agreements, a single one is hardly ever backbone, however small its ends:
    among millions of pairs some share one by chance.

    ``attrs["meta"]`` has ``shared``, the sum of shared agreements over pairs, and
    ``shared_expected``. They are equal by fixed_sizes; where sdsm expects more than are shared,
    ties are missing from the backbone, and ``fewer`` is said too easily.
    """
    if method not in get_args(Method):
        listed = ", ".join(get_args(Method))
        raise SettingsError(f'There is no method "{method}"; choose one of: {listed}.')
    if method == "disparity":
        found = _filter_disparity(ecosystem, part)
    else:
        found = _compare_shared(ecosystem, part, method, limit)
    table = _name_ends(_judge(found.ties, ecosystem.settings.alpha), found.network)
    counts = table["verdict"].value_counts()
    how = {
        "part": part,
        "weighting": found.network.weighting,
        **found.network.describe(),
        "method": method,
        **found.how,
        "verdicts": {verdict: int(counts.get(verdict, 0)) for verdict in BACKBONE_VERDICTS},
    }
    return attach_meta(table, ecosystem, "backbone", method=how)


def project_backbone(
    ecosystem: Ecosystem, part: str = "organisation", *, method: Method = "fixed_sizes"
) -> pd.DataFrame:
    """Project agreements onto one part, and keep only the ties of the backbone.

    Parameters
    ----------
    ecosystem, part, method
        As of `find_backbone`.

    Returns
    -------
    pandas.DataFrame
        One row a tie of verdict backbone, in the order of `ecograph.projection.project_ties`,
        columns ``BACKBONE_TIE_COLUMNS``: those of the network, whose ``weight`` is of the setting
        weighting, then the tests of `find_backbone`. ``expected`` is of ``agreements``, but for
        disparity of ``weight``. ``attrs["meta"]`` says how many ties there are without them.

    Raises
    ------
    SettingsError
        If there is no such part or method.
    """
    found = find_backbone(ecosystem, part, method=method)
    network = project_ties(ecosystem, part)
    tests = found.loc[found["verdict"] == "backbone", ["source", "target", *_TESTS]]
    ties = network.ties.merge(tests, on=["source", "target"], validate="one_to_one")
    how = {
        "part": part,
        "weighting": network.weighting,
        "nodes": len(network.nodes),
        **network.describe(),
        "ties": len(network.ties),
        "hidden": len(network.ties) - len(ties),
        "backbone": found.attrs["meta"]["method"],
    }
    return attach_meta(ties[list(BACKBONE_TIE_COLUMNS)], ecosystem, "network", method=how)


def _compare_shared(ecosystem: Ecosystem, part: str, model: Model, limit: int) -> _Found:
    network = project_ties(ecosystem, part, weighting="count")
    incidence = network.memberships.incidence
    size = np.diff(incidence.indptr)
    alpha = ecosystem.settings.alpha
    tests = compare_shared(incidence[size > 1], model=model, alpha=alpha, limit=limit)
    how = {
        "null": _NULLS[model],
        "correction": "Benjamini-Hochberg over testable pairs, each direction apart",
        "agreements": int((size > 1).sum()),
        "single_agreements": int((size == 1).sum()),
        "pairs": tests.pairs,
        "testable": tests.testable_many,
        "testable_few": tests.testable_few,
        "unlisted": tests.unlisted,
        "shared": int(tests.table["shared"].sum()),
        "shared_expected": tests.expected,
        "error": tests.error,
    }
    return _Found(network, tests.table.rename(columns=_NAMES).astype({"weight": float}), how)


def _filter_disparity(ecosystem: Ecosystem, part: str) -> _Found:
    network = project_ties(ecosystem, part)
    tests = filter_disparity(network.adjacency)
    ends = np.concatenate([tests.p_source, tests.p_target])
    q_source, q_target = np.split(control_discoveries(ends, ~np.isnan(ends)), 2)
    ties = pd.DataFrame(
        {
            "source": tests.source,
            "target": tests.target,
            "weight": tests.weight,
            "expected": tests.expected,
            "p_more": tests.p,
            "q_more": np.fmin(q_source, q_target),
            "p_fewer": np.nan,
            "q_fewer": np.nan,
        }
    )
    how = {
        "null": "disparity filter (Serrano, Boguna and Vespignani 2009)",
        "correction": "Benjamini-Hochberg over the ends of ties that have another tie",
        "ends": int((~np.isnan(ends)).sum()),
    }
    return _Found(network, ties, how)


def _judge(ties: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Give verdicts, order by them and by evidence, leave out pairs of which there is none."""
    strong, weak = ties["q_more"] <= alpha, ties["q_fewer"] <= alpha
    untold = ties["q_more"].isna() & ties["q_fewer"].isna()
    verdict = np.select([strong, weak, untold], [0, 1, 3], 2)
    evidence = ties["p_more"].where(verdict != 1, ties["p_fewer"])
    order = np.lexsort((ties["target"], ties["source"], -ties["weight"], evidence, verdict))
    judged = ties.assign(verdict=np.array(BACKBONE_VERDICTS, dtype=object)[verdict]).iloc[order]
    return judged[(judged["weight"] > 0) | (judged["verdict"] == "fewer")]


def _name_ends(ties: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Replace positions by ids, with names."""
    ends = {end: ties[end].to_numpy() for end in ("source", "target")}
    names = network.nodes["name"].to_numpy()
    named = ties.assign(
        **{end: network.nodes.index.to_numpy()[place] for end, place in ends.items()},
        **{f"{end}_name": names[place] for end, place in ends.items()},
    )
    return named[list(BACKBONE_COLUMNS)].reset_index(drop=True)
