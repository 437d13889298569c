from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.render.reporting.findings import list_findings
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.trust import describe_trust
from ecograph.render.reporting.voice import Voice


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def make_gaps(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Make industries of 10 firms from verdict, q and q_over; 2 links where 8 are expected."""
    frame = pd.DataFrame(rows, columns=["verdict", "q", "q_over"])
    numbers = {"observed": 2, "expected": 8.0, "ratio": 0.25, "ci_low": 0.03, "ci_high": 0.9}
    firms = {"exposure": 10, "firms": 0, "firms_linked": 0, "firms_recorded": 0}
    return frame.assign(name=[f"I{n}" for n in range(len(frame))], **numbers, **firms)


def find(town, **results: pd.DataFrame):
    return list_findings(Page(town, results, Voice("en", "CNY")))


def test_certainty_follows_q_of_the_side_that_the_verdict_is_on(town):
    gaps = make_gaps(("gap", 0.0009, 1), ("gap", 0.009, 1), ("gap", 0.04, 1), ("over_linked", 1, 0))
    found = find(town, gaps=gaps)

    assert [finding.certainty for finding in found] == ["high", "good", "fair", "high"]
    assert [finding.css for finding in found] == ["gap", "gap", "gap", "over_linked"]


def test_at_most_eight_industries_of_a_verdict_are_named(town):
    found = find(town, gaps=make_gaps(*[("gap", 0.01, 1)] * 10, *[("over_linked", 1, 0.01)] * 9))

    assert [finding.css for finding in found] == ["gap"] * 8 + ["over_linked"] * 8 + ["count"]
    assert found[-1].text == '<a class="num" href="#table-gaps">3</a> more: see the table.'


def test_no_gap_is_said_first_and_silence_is_explained(town):
    silent = make_gaps(("not_enough_data", 1, 1), ("not_enough_data", 1, 1), ("as_expected", 1, 1))
    silent.loc[0, "expected"] = None
    first, unclear, fine = find(town, gaps=silent)

    assert (first.text, first.certainty) == ("No industry is shown to be weakly linked.", "none")
    assert "cannot tell whether they are weakly linked: I0, I1." in unclear.text
    assert 'For <a class="num" href="#table-gaps">1</a> of them no firms' in unclear.text
    assert 'For <a class="num" href="#table-gaps">1</a> of them too few links' in unclear.text
    assert (fine.certainty, fine.css) == ("good", "as_expected")


def test_without_results_it_is_said_what_they_would_take(town):
    (only,) = find(town)

    assert "agreements, parties, enterprises, industries" in only.text


def test_the_most_tied_and_the_isolated_are_counted(town):
    ranked = pd.DataFrame(
        {
            "name": ["A & B", "C", "D", "E"],
            "degree": [2, 1, 1, 0],
            "strength": [3.0, 2.0, 1.0, 0.0],
            "betweenness": [1.0, 0.0, 0.0, 0.0],
        }
    )
    (_, network) = find(town, centrality=ranked)
    (_, pairs_only) = find(town, centrality=ranked.iloc[1:])

    assert network.text.startswith("<strong>A &amp; B</strong> is the most tied organisation")
    assert 'href="#table-centrality">1</a> of <a class="num" href="#table-centrality">4<' in (
        network.text
    )
    assert "most tied" not in pairs_only.text


def test_the_four_least_covered_indicators_are_named(town):
    shares = [0.5, 0.1, 1.0, 0.4, 0.2, 0.3]
    coverage = pd.DataFrame({"name": [f"K{n}" for n in range(6)], "coverage": shares})
    coverage = coverage.assign(value=10, relation="=", unit="", register=None, counted=1)
    said = list(describe_trust(Page(town, {"coverage": coverage}, Voice("en", "CNY"))))

    assert [text[:2] for text in said[:4]] == ["K1", "K4", "K5", "K3"]
    assert said[4].endswith(">1</a> more indicators are covered in part.")
    assert said[-1] == "No problem was found."


def test_generated_data_are_said_to_be_generated(town):
    said = describe_trust(Page(replace(town, synthetic=True), {}, Voice("en", "CNY")))

    assert next(iter(said)).startswith("The data were generated.")
