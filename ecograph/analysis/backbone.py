"""The backbone: which ties are more than the activity of their ends would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.projection import project_ties
from ecograph.statistics.backbone import compare_shared, filter_disparity
from ecograph.statistics.rates import control_discoveries

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network

__all__ = ["BACKBONE_COLUMNS", "BACKBONE_VERDICTS", "Method", "find_backbone"]

Method = Literal["sdsm", "disparity"]

BACKBONE_VERDICTS = ("backbone", "fewer", "could_be_chance", "not_enough_data")

BACKBONE_COLUMNS = (
    "source",
    "source_name",
    "target",
    "target_name",
    "weight",
    "expected",
    "p",
    "q",
    "p_few",
    "q_few",
    "verdict",
)


class _Found(NamedTuple):
    """Ties by the positions of their ends, with their tests, and how they were tested."""

    network: Network
    ties: pd.DataFrame
    how: dict[str, object]


def find_backbone(
    ecosystem: Ecosystem,
    part: str = "organisation",
    *,
    method: Method = "sdsm",
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
        ``sdsm``: the number of shared agreements against how many each end signs and how many
        sign each agreement (`ecograph.statistics.backbone.compare_shared`; the weight is always
        that number, and agreements of a single member, which nobody can share, are left out).
        ``disparity``: the weight of a tie, of the setting weighting, against an even deal of an
        end's weight to its ties (`ecograph.statistics.backbone.filter_disparity`).
    limit
        The most pairs without a tie that sdsm looks at one by one.

    Returns
    -------
    pandas.DataFrame
        One row a tie, the strongest evidence first, columns ``BACKBONE_COLUMNS``: ids and names
        of the ends (source before target), ``weight``, ``expected``, ``p`` and ``q`` (as much or
        more), ``p_few`` and ``q_few`` (as few or fewer; sdsm only), both q by Benjamini and
        Hochberg 1995. sdsm counts every testable pair, those without a tie too; disparity counts
        both ends of a tie, and its ``p`` is that of the end where the tie stands out more, as is
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
    Both take the activity of an organisation as given: they cannot see that it has too few ties
    in all. With sdsm, a single shared agreement is hardly ever backbone, however small its ends:
    among millions of pairs some share one by chance. For how far agreements of few members blur
    it, see ``shared`` and ``shared_expected`` in ``attrs["meta"]``, which should be about equal:
    where more is expected than is shared, ties are missing from the backbone, and ``fewer`` is to
    be read with care.
    """
    if method not in get_args(Method):
        listed = ", ".join(get_args(Method))
        raise SettingsError(f'There is no method "{method}"; choose one of: {listed}.')
    if method == "sdsm":
        found = _compare_shared(ecosystem, part, limit)
    else:
        found = _filter_disparity(ecosystem, part)
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


def _compare_shared(ecosystem: Ecosystem, part: str, limit: int) -> _Found:
    network = project_ties(ecosystem, part, weighting="count")
    incidence = network.memberships.incidence
    size = np.diff(incidence.indptr)
    tests = compare_shared(incidence[size > 1], alpha=ecosystem.settings.alpha, limit=limit)
    names = {"shared": "weight", "many": "p", "q_many": "q", "few": "p_few"}
    how = {
        "null": "stochastic degree sequence model (Neal 2014), exact",
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
    return _Found(network, tests.table.rename(columns=names).astype({"weight": float}), how)


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
            "p": tests.p,
            "q": np.fmin(q_source, q_target),
            "p_few": np.nan,
            "q_few": np.nan,
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
    strong, weak = ties["q"] <= alpha, ties["q_few"] <= alpha
    untold = ties["q"].isna() & ties["q_few"].isna()
    verdict = np.select([strong, weak, untold], [0, 1, 3], 2)
    evidence = ties["p"].where(verdict != 1, ties["p_few"])
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
