"""What resolving names changes in an ecosystem: organisations, links, gaps, without and with it.

    python benchmarks/resolved.py DATA...

DATA are folders as ``ecograph convert`` writes them.
"""

from __future__ import annotations

import argparse

import pandas as pd

import ecograph as eg
from ecograph.schema import ORGANISATION_KINDS


def main() -> None:
    """Print one table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", nargs="+")
    for data in parser.parse_args().data:
        table = measure_effect(data)
        print(f"\n{data}\n\n| what | without | with | change |\n|---|---|---|---|")
        for row in table.itertuples():
            print(f"| {row.Index} | {row.without:,} | {row.resolved:,} | {row.change:+,} |")


def measure_effect(data: str) -> pd.DataFrame:
    """Count what an ecosystem holds without and with resolving names.

    Returns
    -------
    DataFrame
        ``without``, ``resolved``, ``change``, indexed by what is counted: nodes by kind, ties
        between organisations, communities, verdicts on industries, organisations that rank among
        the ten highest by betweenness and did not before, names to review.
    """
    plain, resolved = (eg.load(data, settings={"resolve": mode}) for mode in ("none", "merged"))
    counts = pd.DataFrame({"without": count(plain), "resolved": count(resolved)}).fillna(0)
    counts.loc["names that a person has to decide"] = count_reviews(plain)
    leaders = [set(eg.rank(eco).nlargest(10, "strength").index) for eco in (plain, resolved)]
    counts.loc["among the ten with most agreements"] = 10, len(leaders[0] & leaders[1])
    return counts.astype(int).assign(change=lambda c: c["resolved"] - c["without"])


def count(ecosystem: eg.Ecosystem) -> pd.Series:
    """Count organisations, ties, and verdicts of an ecosystem."""
    network = eg.project(ecosystem, part="organisation")
    gaps = eg.find_gaps(ecosystem)
    kinds = {kind: len(ecosystem.find_positions(kind)) for kind in ORGANISATION_KINDS}
    isolates = sum(degree == 0 for _, degree in network.degree)
    verdicts = gaps["verdict"].value_counts().to_dict() if len(gaps) else {}
    return pd.Series(
        {
            **kinds,
            "links between organisations": network.number_of_edges(),
            "organisations without a link": isolates,
            "industries judged": len(gaps),
            **{f"verdict {name}": number for name, number in verdicts.items()},
        }
    )


def count_reviews(ecosystem: eg.Ecosystem) -> int:
    """Count the pairs of names that are left to a person."""
    return int((eg.list_matches(ecosystem)["verdict"] == "review").sum())


if __name__ == "__main__":
    main()
