"""What a competent user writes without ecograph: the same tables by pandas, networkx and pyvis.

    python benchmarks/straightforward.py DATA -o OUT
    python benchmarks/straightforward.py DATA -o OUT --sample 200

Every stage uses the library's own function for the job, with nothing done on purpose to slow it
down, and prints its seconds. It reads ecosystem folders as `ecograph generate` and `ecograph
convert` write them, without any of the checks. With ``--sample K`` betweenness and harmonic
closeness are taken from K source nodes and their seconds are extrapolated to all nodes, linearly;
such lines are marked. ``seconds.json`` in OUT has the seconds of all stages.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import yaml
from pyvis.network import Network
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["analyse"]

KINDS = {
    "university": "universities",
    "platform": "platforms",
    "enterprise": "enterprises",
    "institution": "institutions",
}
CONTEXT = {"discipline": "disciplines", "industry": "industries", "agreement": "agreements"}
SCIENCE = ("university", "platform")
COUNTED = {"已签", "在建", "已结束", "signed", "active", "ended"}
UNITS = {"亿": 1e8, "万": 1e4}
TIERS = {
    "重点“小巨人”": "tree",
    "专精特新“小巨人”企业": "tree",
    "小巨人": "tree",
    "制造业单项冠军": "tree",
    "高新技术企业": "shrub",
    "专精特新中小企业": "shrub",
    "专精特新": "shrub",
    "瞪羚": "shrub",
    "科技型中小企业": "seedling",
    "创新型中小企业": "seedling",
    "在孵企业": "seedling",
}
EDGES = {
    "about": ("agreements", "disciplines"),
    "concerns": ("agreements", "industry"),
    "works_in": ("enterprises", "industry"),
    "lies_in": ("enterprises", "region"),
    "hosts": ("platforms", "hosts"),
    "supports": ("platforms", "disciplines"),
    "serves": ("platforms", "serves"),
}
COLOURS = {
    "university": "#0072B2",
    "platform": "#009E73",
    "enterprise": "#E69F00",
    "institution": "#CC79A7",
}
ALPHA, MARGIN, LEVEL = 0.05, 0.5, 0.95
MOST_NODES, MOST_EDGES = 1500, 15_000  # of the map, as in ecograph's
SEED = 1


@dataclass
class Clock:
    """Seconds of every stage, as measured and as they would be for all nodes."""

    seconds: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str, share: float = 1.0) -> Iterator[None]:
        """Time a stage that does a share of its work; print its seconds."""
        start = time.perf_counter()
        yield
        measured = time.perf_counter() - start
        self.seconds[name] = {"measured": measured, "share": share, "full": measured / share}
        note = f" extrapolated from {measured:.2f} s for {share:.1%}" if share < 1 else ""
        print(f"{name:<20} {measured / share:10.2f} s{note}", flush=True)


@dataclass
class Register:
    """The tables of an ecosystem folder, cleaned.

    Parameters
    ----------
    tables
        Every CSV file, as text.
    organisations
        Indexed by id: kind, name.
    agreements
        Those that count, indexed by id: amount, date.
    parties
        agreement, organisation, kind: parties of those agreements, each once.
    as_of
        The day that is looked at.
    """

    tables: dict[str, pd.DataFrame]
    organisations: pd.DataFrame
    agreements: pd.DataFrame
    parties: pd.DataFrame
    as_of: pd.Timestamp


def main() -> None:
    """Analyse a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sample", type=int, help="source nodes for betweenness and harmonic")
    chosen = parser.parse_args()
    analyse(chosen.data, chosen.output, sample=chosen.sample)


def analyse(data: Path, out: Path, *, sample: int | None = None) -> dict[str, float]:
    """Compute all tables and the map of a folder into another; return seconds of each stage."""
    clock = Clock()
    results: dict[str, pd.DataFrame] = {}
    with clock.stage("load"):
        register = load(data)
    with clock.stage("network"):
        ties = project(register)
        results["organisations_network"] = ties
    with clock.stage("graph"):
        graph = nx.Graph()
        graph.add_nodes_from(register.organisations.index)
        graph.add_edges_from(
            (tie.source, tie.target, {"weight": tie.weight}) for tie in ties.itertuples()
        )
    results["centrality"] = rank(register, graph, clock, sample)
    with clock.stage("communities"):
        results["communities"] = describe_communities(results["centrality"], ties)
    with clock.stage("gaps"):
        results["gaps"] = find_gaps(register)
        results["pairs"] = cross(register)
    with clock.stage("dimensions"):
        results["dimensions"] = measure(register, results["centrality"])
    with clock.stage("tiers"):
        results["tiers"] = assign_tiers(register)
    with clock.stage("summary"):
        results |= lay_out(register)
    with clock.stage("map"):
        page = draw(results["centrality"], graph)
    with clock.stage("write"):
        write(out, results, page)
    (out / "seconds.json").write_text(json.dumps(clock.seconds, indent=1), encoding="utf-8")
    return {name: stage["full"] for name, stage in clock.seconds.items()}


# Reading


def load(data: Path) -> Register:
    """Read and clean every table."""
    tables = {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        for path in sorted(data.glob("*.csv"))
    }
    facts = yaml.safe_load((data / "ecosystem.yaml").read_text(encoding="utf-8"))
    as_of = pd.Timestamp(facts["as_of"])
    organisations = pd.concat(
        [tables[t][["id", "name"]].assign(kind=k) for k, t in KINDS.items() if t in tables]
    ).set_index("id")
    organisations = organisations.sort_index()
    agreements = tables["agreements"].set_index("id")
    agreements["date"] = pd.to_datetime(agreements["date"], errors="coerce")
    agreements["amount"] = parse_amounts(agreements["amount"])
    late = agreements["date"] > as_of
    agreements = agreements[agreements["status"].isin(COUNTED) & ~late]
    parties = tables["parties"][["agreement", "organisation"]].drop_duplicates()
    parties = parties[parties["agreement"].isin(agreements.index)]
    parties = parties.merge(organisations["kind"], left_on="organisation", right_index=True)
    return Register(tables, organisations, agreements, parties, as_of)


def parse_amounts(text: pd.Series) -> pd.Series:
    """Turn amounts such as 7.26万元 into yuan."""
    parts = text.str.extract(r"^([\d.]+)\s*(万|亿)?")
    return pd.to_numeric(parts[0]) * parts[1].map(UNITS).fillna(1)


def split_list(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """List the references in a column: id, target."""
    if column not in table:
        return pd.DataFrame({"id": [], "target": []}, dtype=str)
    split = table[["id", column]].dropna()
    split = split.assign(target=split[column].str.split(r"[;；、]", regex=True))
    return split.explode("target")[["id", "target"]].drop_duplicates()


# Network


def project(register: Register) -> pd.DataFrame:
    """Tie the parties of the same agreement: a self-join."""
    parties = register.parties[["agreement", "organisation"]]
    pairs = parties.merge(parties, on="agreement", suffixes=("", "_"))
    pairs = pairs[pairs["organisation"] < pairs["organisation_"]]
    pairs = pairs.join(register.agreements[["amount", "date"]], on="agreement")
    pairs["year"] = pairs["date"].dt.year
    groups = pairs.groupby(["organisation", "organisation_"])
    ties = groups.agg(
        weight=("agreement", "size"),
        agreements=("agreement", "size"),
        first=("year", "min"),
        last=("year", "max"),
    )
    ties["amount"] = groups["amount"].sum(min_count=1)
    return ties.rename_axis(["source", "target"]).reset_index()


def rank(register: Register, graph: nx.Graph, clock: Clock, sample: int | None) -> pd.DataFrame:
    """Compute every centrality by networkx."""
    n = len(graph)
    k = n if sample is None else min(sample, n)
    values: dict[str, object] = {}
    with clock.stage("degree, strength"):
        values["degree"] = dict(graph.degree())
        values["strength"] = dict(graph.degree(weight="weight"))
    with clock.stage("pagerank"):
        values["pagerank"] = nx.pagerank(graph, tol=1e-9)
    with clock.stage("betweenness", k / n):
        values["betweenness"] = nx.betweenness_centrality(graph, k=None if k == n else k, seed=SEED)
    with clock.stage("harmonic_closeness", k / n):
        chosen = np.random.default_rng(SEED).choice(n, size=k, replace=False)
        nodes = list(graph)
        values["harmonic_closeness"] = nx.harmonic_centrality(
            graph, sources=None if k == n else [nodes[i] for i in chosen]
        )
    with clock.stage("eigenvector"):
        values["eigenvector"] = nx.eigenvector_centrality(graph, max_iter=1000, weight="weight")
    with clock.stage("core"):
        values["core"] = nx.core_number(graph)
    with clock.stage("constraint"):
        values["constraint"] = nx.constraint(graph, weight="weight")
    with clock.stage("component"):
        values["component"] = number(nx.connected_components(graph))
    with clock.stage("community"):
        values["community"] = number(nx.community.louvain_communities(graph, seed=SEED))
    table = register.organisations[["name", "kind"]].join(pd.DataFrame(values))
    return table.sort_values("strength", ascending=False)


def number(groups: object) -> dict[str, int]:
    """Give each node the number of its group, the largest being 1."""
    ordered = sorted(groups, key=len, reverse=True)
    return {node: i for i, group in enumerate(ordered, start=1) for node in group}


def describe_communities(centrality: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """Count members, ties within and to outside, and name the leaders."""
    groups = centrality.groupby("community")
    table = pd.crosstab(centrality["community"], centrality["kind"])
    table["members"] = groups.size()
    ends = ties[["source", "target"]].apply(lambda c: c.map(centrality["community"]))
    within = ends["source"] == ends["target"]
    table["ties_within"] = ends.loc[within, "source"].value_counts()
    outside = pd.concat([ends.loc[~within, "source"], ends.loc[~within, "target"]])
    table["ties_outside"] = outside.value_counts()
    table["leaders"] = groups["name"].apply(lambda names: "; ".join(names.head(3)))
    return table[table["members"] > 1].fillna({"ties_within": 0, "ties_outside": 0})


# Industries


def list_links(register: Register) -> pd.DataFrame:
    """List the industries of agreements with science: their own, else those of their firms."""
    tables, parties = register.tables, register.parties
    own = split_list(tables["agreements"], "industry").set_axis(["agreement", "industry"], axis=1)
    firms = split_list(tables["enterprises"], "industry").set_axis(["firm", "industry"], axis=1)
    theirs = parties.merge(firms, left_on="organisation", right_on="firm")
    theirs = theirs[~theirs["agreement"].isin(own["agreement"])]
    links = pd.concat([own, theirs[["agreement", "industry"]]]).drop_duplicates()
    science = parties.loc[parties["kind"].isin(SCIENCE), "agreement"]
    return links[links["agreement"].isin(science)]


def find_gaps(register: Register) -> pd.DataFrame:
    """Compare each industry's links with those that its number of firms would give."""
    firms = split_list(register.tables["enterprises"], "industry").groupby("target").size()
    table = pd.DataFrame({"exposure": firms}).rename_axis("industry")
    if not len(table):
        return table.assign(observed=[], expected=[], p=[], q=[], verdict=[])
    table["observed"] = list_links(register).groupby("industry").size()
    table["observed"] = table["observed"].fillna(0)
    observed, exposure = table["observed"], table["exposure"]
    table["expected"] = expected = observed.sum() * exposure / exposure.sum()
    table["ratio"] = observed / expected
    tail = (1 - LEVEL) / 2
    table["ci_low"] = stats.chi2.ppf(tail, 2 * observed) / 2 / expected
    table["ci_high"] = stats.chi2.ppf(1 - tail, 2 * observed + 2) / 2 / expected
    table["p"] = stats.poisson.cdf(observed, expected)
    table["q"] = stats.false_discovery_control(table["p"])
    table["q_over"] = stats.false_discovery_control(stats.poisson.sf(observed - 1, expected))
    table["verdict"] = np.select(
        [table["q"] <= ALPHA, table["q_over"] <= ALPHA, table["ci_low"] > MARGIN],
        ["gap", "over_linked", "as_expected"],
        "not_enough_data",
    )
    return table.sort_values("ratio")


def cross(register: Register) -> pd.DataFrame:
    """Cross industries with disciplines; the ratio is the location quotient."""
    about = split_list(register.tables["agreements"], "disciplines")
    pairs = list_links(register).merge(about, left_on="agreement", right_on="id")
    observed = pd.crosstab(pairs["industry"], pairs["target"])
    counts = observed.to_numpy(dtype=float)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1)
    table = observed.reset_index().melt("industry", var_name="discipline", value_name="observed")
    table["expected"] = expected.ravel(order="F")
    table["ratio"] = table["observed"] / table["expected"]
    return table


# Dimensions and tiers


def measure(register: Register, centrality: pd.DataFrame) -> pd.DataFrame:
    """Measure breadth, depth and density by their simplest indicators."""
    parties, agreements = register.parties, register.agreements
    partners = parties[parties["kind"].isin(SCIENCE)]
    firms = parties[parties["kind"] == "enterprise"]
    shared = firms.merge(partners, on="agreement", suffixes=("", "_partner"))
    ties = shared.groupby(["organisation", "organisation_partner"]).size()
    all_firms = (register.organisations["kind"] == "enterprise").sum()
    all_partners = partners["organisation"].nunique()
    about = split_list(register.tables["agreements"], "disciplines")
    about = about[about["id"].isin(agreements.index)]["target"].value_counts(normalize=True)
    recent = agreements["date"] > register.as_of - pd.DateOffset(years=1)
    tied = centrality[centrality["degree"] > 0]
    values = {
        "partners": all_partners,
        "firm_coverage": shared["organisation"].nunique() / all_firms,
        "effective_disciplines": np.exp(stats.entropy(about)),
        "amount_median": agreements["amount"].median(),
        "agreements_per_100_firms": 100 * recent.sum() / all_firms,
        "agreements_per_tie": ties.mean(),
        "tie_density": len(ties) / (all_firms * all_partners),
        "giant_share": (tied["component"] == 1).mean(),
    }
    return pd.DataFrame({"value": values}).rename_axis("indicator")


def assign_tiers(register: Register) -> pd.DataFrame:
    """Give each firm the highest tier of its certificates in force."""
    firms = register.organisations[register.organisations["kind"] == "enterprise"]
    table = firms[["name"]].assign(tier="none").rename_axis("enterprise")
    if "certificates" not in register.tables:
        return table
    held = register.tables["certificates"].copy()
    for column in ("valid_from", "valid_to"):
        held[column] = pd.to_datetime(held[column], errors="coerce")
    held = held[(held["valid_from"] <= register.as_of) & (held["valid_to"] >= register.as_of)]
    held["tier"] = held["certificate"].map(TIERS)
    for tier in ("seedling", "shrub", "tree"):
        table.loc[table.index.isin(held.loc[held["tier"] == tier, "enterprise"]), "tier"] = tier
    return table.join(held.groupby("enterprise")["certificate"].agg("; ".join))


# Files


def lay_out(register: Register) -> dict[str, pd.DataFrame]:
    """List all nodes and edges, and count them."""
    tables = register.tables
    context = [tables[t].assign(kind=k).set_index("id") for k, t in CONTEXT.items() if t in tables]
    nodes = pd.concat([register.organisations, *context])
    lists = [
        split_list(tables[t], column).set_axis(["source", "target"], axis=1).assign(kind=kind)
        for kind, (t, column) in EDGES.items()
        if t in tables
    ]
    party = tables["parties"].rename(columns={"agreement": "source", "organisation": "target"})
    edges = pd.concat([party.assign(kind="party"), *lists])
    summary = pd.concat([nodes["kind"].value_counts(), edges["kind"].value_counts()]).to_frame()
    return {"nodes": nodes, "edges": edges, "summary": summary}


def draw(centrality: pd.DataFrame, graph: nx.Graph) -> str:
    """Draw the strongest organisations by pyvis, at positions from networkx."""
    shown = graph.subgraph(centrality.index[:MOST_NODES])
    ties = sorted(shown.edges(data="weight"), key=lambda tie: -tie[2])[:MOST_EDGES]
    positions = nx.spring_layout(shown, seed=SEED, scale=2000)
    # A directed Network does not compare each new edge with all earlier ones.
    net = Network(height="900px", width="100%", directed=True, cdn_resources="in_line")
    for node in shown:
        x, y = positions[node]
        row = centrality.loc[node]
        net.add_node(
            node,
            label=row["name"],
            title=f"{row['name']} ({row['kind']}): {row['degree']} ties",
            value=float(row["strength"]),
            color=COLOURS[row["kind"]],
            x=float(x),
            y=float(y),
        )
    for source, target, weight in ties:
        net.add_edge(source, target, value=weight, title=f"{weight} agreements", arrows="")
    net.toggle_physics(status=False)
    return net.generate_html()


def write(out: Path, results: dict[str, pd.DataFrame], page: str) -> None:
    """Write the tables and the map."""
    (out / "tables").mkdir(parents=True, exist_ok=True)
    for name, table in results.items():
        table.to_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig")
    (out / "map.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
