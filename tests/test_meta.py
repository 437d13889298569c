"""What a reader is told beside a result."""

from __future__ import annotations

import pytest
from builders import make_ecosystem

from ecograph.analysis.centrality import rank
from ecograph.analysis.meta import list_cautions

TOWN = {
    "enterprises": "id,name\nA,Alder\nB,Birch\nC,Cedar\n",
    "agreements": "id,parties\n1,A;B;C\n2,A;B\n",
}
ESTIMATED = {"exact": False, "samples": 20_000, "delta": 0.1, "epsilon": 0.00974}


EN = """\
Betweenness is estimated from 20,000 samples: with a probability of 90% no value is off by more \
than 0.0097 of the highest possible one. `--exact` computes it exactly."""
ZH = """\
中介度由 20,000 个样本估计：任何数值的误差不超过可能最大值的 0.0097，把握为 90%。\
加 --exact 可精确计算。"""


@pytest.mark.parametrize(("lang", "said"), [("en", EN), ("zh", ZH)])
def test_an_estimate_is_said_to_be_one(lang: str, said: str) -> None:
    exact = {"exact": True}
    method = {"betweenness": ESTIMATED, "harmonic_closeness": exact, "unpaired_agreements": 0}
    assert list_cautions({"method": method}, lang) == [said]


def test_agreements_too_large_to_pair_are_said_with_the_limit() -> None:
    meta = rank(make_ecosystem(TOWN, pair_limit=2)).attrs["meta"]
    [caution] = list_cautions(meta, "en")
    assert caution.startswith("Agreements with more than 2 members: 1. ")


def test_where_all_is_exact_nothing_is_said() -> None:
    assert list_cautions(rank(make_ecosystem(TOWN)).attrs["meta"], "en") == []
    assert list_cautions({}, "en") == []
