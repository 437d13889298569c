"""Resolve names as others do it: equal after folding, a cut of one similarity, Splink.

Splink is run twice: as its documents begin, and over the parts of names that ecograph reads.
Each baseline is given more than it could have in earnest: the threshold that is best on the very
labels it is scored with.
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from agreement_scores import Agreement, label_components

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from splink import Linker
    from splink.internals.blocking_rule_creator import BlockingRuleCreator
    from splink.internals.comparison_creator import ComparisonCreator

    from ecograph.names import Name

__all__ = [
    "Edges",
    "Sweep",
    "find_best",
    "fold",
    "link_by_parts",
    "link_by_ratio",
    "link_by_splink",
    "match_exactly",
]

LEAST_RATIO = 60
"""Similarities below are not kept: no set has its best threshold there."""
_CHUNK = 400
_SHARE_EQUAL = 0.1  # of pairs of one organisation that are written alike: told to Splink
_MOST_STEPS = 100
_LEAST_PREFIX = 3  # signs of a name that open its block
_SHARE_ALIKE = 0.5  # of pairs of one organisation whose core, marks and unit are written alike
_MOST_OF_TOKEN = 40  # rows of a word that is rare enough to open a block
_FEWEST_KNOWN = 20  # rows that a part must be known of to be compared
_PARTS = ("core", "industry", "place", "form", "kind", "marks", "unit", "city", "code")
_FREQUENT = ("core", "industry", "place", "city")  # parts whose frequent terms weigh less
_NONE = "-"  # no mark and no unit tell as much as another one


class Edges(NamedTuple):
    """Pairs of rows and how alike they are."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    score: NDArray[np.float64]


class Sweep(NamedTuple):
    """The clusters at a threshold, and their scores."""

    threshold: float
    clusters: NDArray[np.int64]
    agreement: Agreement


def fold(name: str) -> str:
    """Fold a name as ecograph does where it is at hand, else by NFKC and case.

    >>> fold(" ＡＢＣ Ltd ")
    'abc ltd'
    """
    try:
        from ecograph.names import fold_name  # noqa: PLC0415 - the benchmark runs without
    except ImportError:
        return unicodedata.normalize("NFKC", name).casefold().strip()
    return fold_name(name)


def match_exactly(names: Sequence[str]) -> NDArray[np.int64]:
    """Put names together that are equal after folding.

    >>> match_exactly(["Ａ", "a", "b"]).tolist()
    [0, 0, 1]
    """
    return np.asarray(pd.factorize(np.array([fold(name) for name in names], dtype=object))[0])


def link_by_ratio(names: Sequence[str], scorer: str = "token_set_ratio") -> Edges:
    """Compare every pair of distinct folded names by a scorer of rapidfuzz.

    Parameters
    ----------
    names
        Distinct, folded.
    scorer
        Name of a function of rapidfuzz.fuzz.

    Returns
    -------
    Edges
        Pairs whose similarity, out of 100, is at least ``LEAST_RATIO``.
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - scoring alone runs without

    compare = getattr(fuzz, scorer)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for start in range(0, len(names), _CHUNK):
        rows = names[start : start + _CHUNK]
        scores = process.cdist(
            rows, names[start:], scorer=compare, score_cutoff=LEAST_RATIO, dtype=np.uint8, workers=1
        )
        first, second = np.nonzero(np.triu(scores, k=1))
        found.append((first + start, second + start, scores[first, second].astype(float)))
    return Edges(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def link_by_splink(mentions: pd.DataFrame, *, seed: int = 1) -> Edges:
    """Compare rows by Splink as its documents begin: default comparisons, u by sampling, m by EM.

    Parameters
    ----------
    mentions
        ``name`` (folded) and, where known, ``city``; empty is null.
    seed
        For the sample.

    Returns
    -------
    Edges
        Blocked pairs with their match weight (log2 of the odds): pairs of one beginning of the
        name, of one end, or of one city. Equal names are given the highest weight.
    """
    import splink.comparison_library as cl  # noqa: PLC0415 - an extra
    from splink import block_on  # noqa: PLC0415

    table = _prepare_rows(mentions)
    comparisons = [cl.NameComparison("name")]
    blocks = [("prefix",), ("suffix",)]
    if "city" in table:
        comparisons.append(cl.ExactMatch("city").configure(term_frequency_adjustments=True))
        blocks.append(("city",))
    linker = _open_linker(table, comparisons, [block_on(*columns) for columns in blocks])
    _train(linker, table, blocks, sure=("name",), recall=_SHARE_EQUAL, seed=seed)
    edges = _predict(linker)
    same = table["name"].to_numpy()[edges.first] == table["name"].to_numpy()[edges.second]
    highest = max(edges.score, default=0.0)
    return edges._replace(score=np.where(same, highest, edges.score))


def link_by_parts(mentions: pd.DataFrame, *, seed: int = 1) -> Edges:
    """Compare rows by Splink over the parts of names that ecograph reads.

    Weights are learned by EM, u by sampling, frequent terms weigh less. Only the reading of names
    is ecograph's: the rest shows what a general linker makes of it.

    Parameters
    ----------
    mentions
        ``name`` and, where known, ``city`` and ``code``; empty is null.
    seed
        For the sample.

    Returns
    -------
    Edges
        Blocked pairs with their match weight: pairs of one core, of one beginning or end of the
        core, of a rare word, or of one city and first sign.
    """
    from splink import block_on  # noqa: PLC0415 - an extra

    table = _parse_rows(mentions)
    blocks = [("core",), ("head",), ("tail",), ("city", "sign")]
    rules = [block_on(*columns) for columns in blocks]
    rules.append(block_on("words", arrays_to_explode=["words"]))
    linker = _open_linker(table, _compare_parts(table), rules)
    alike = ("core", "marks", "unit")
    _train(linker, table, [("core",), ("head", "tail")], sure=alike, recall=_SHARE_ALIKE, seed=seed)
    return _predict(linker)


def find_best(
    number: int,
    edges: Edges,
    judge: Callable[[NDArray[np.int64]], Agreement],
    *,
    steps: Sequence[float] | None = None,
) -> tuple[Sweep, Sweep]:
    """Find the thresholds whose components are best over pairs, and by B-cubed.

    Parameters
    ----------
    number
        Of rows.
    edges
        Their similar pairs.
    judge
        Scores the clusters of the rows.
    steps
        Thresholds to try; a hundred of the values that occur where not given.

    Returns
    -------
    tuple of Sweep
        The best by F1 over pairs, the best by F1 of B-cubed; the higher threshold of equals.
    """
    tried = list(_sweep(number, edges, judge, steps))
    by_pairs = max(tried, key=lambda one: (one.agreement.f1, one.threshold))
    return by_pairs, max(tried, key=lambda one: (one.agreement.cubed_f1, one.threshold))


def _sweep(
    number: int,
    edges: Edges,
    judge: Callable[[NDArray[np.int64]], Agreement],
    steps: Sequence[float] | None,
) -> Iterator[Sweep]:
    for threshold in _choose_steps(edges.score) if steps is None else steps:
        held = edges.score >= threshold
        clusters = label_components(number, edges.first[held], edges.second[held])
        yield Sweep(threshold, clusters, judge(clusters))


def _choose_steps(scores: NDArray[np.float64]) -> list[float]:
    """Choose thresholds: every value that occurs, thinned where there are many, and none held."""
    values = np.unique(np.ceil(scores * 10) / 10)
    places = np.linspace(0, len(values) - 1, min(len(values), _MOST_STEPS)).round().astype(int)
    return [*values[places].tolist(), float("inf")] if len(values) else [float("inf")]


def _prepare_rows(mentions: pd.DataFrame) -> pd.DataFrame:
    names = mentions["name"].astype(str)
    size = max(_LEAST_PREFIX, int(names.str.len().median() // 4))
    table = pd.DataFrame(
        {
            "unique_id": np.arange(len(names)),
            "name": names.to_numpy(dtype=object),
            "prefix": names.str[:size].to_numpy(dtype=object),
            "suffix": names.str[-2 * size :].to_numpy(dtype=object),
        }
    )
    if "city" in mentions and (mentions["city"] != "").any():
        table["city"] = mentions["city"].replace("", None).to_numpy(dtype=object)
    return table


def _parse_rows(mentions: pd.DataFrame) -> pd.DataFrame:
    from ecograph.names import parse_name  # noqa: PLC0415 - the other baselines run without

    names = [parse_name(name) for name in mentions["name"].astype(str)]
    table = pd.DataFrame([_list_parts(name) for name in names]).replace("", None)
    table["unique_id"] = np.arange(len(names))
    table["words"] = _find_rare([name.tokens for name in names])
    for column in ("city", "code"):
        known = mentions.get(column, pd.Series("", index=mentions.index))
        table[column] = known.replace("", None).to_numpy(dtype=object)
    return table


def _list_parts(name: Name) -> dict[str, str]:
    core = name.core.replace(" ", "")
    return {
        "core": core,
        "head": core[:_LEAST_PREFIX],
        "tail": core[-_LEAST_PREFIX:],
        "sign": core[:1],
        "place": "".join(name.places[-1:]),
        "kind": name.kind,
        "form": name.form,
        "industry": " ".join(name.industry),
        "marks": " ".join(name.marks) or _NONE,
        "unit": name.unit or _NONE,
    }


def _find_rare(words: Sequence[tuple[str, ...]]) -> list[list[str]]:
    counts = Counter(word for row in words for word in set(row))
    return [sorted({word for word in row if counts[word] <= _MOST_OF_TOKEN}) for row in words]


def _compare_parts(table: pd.DataFrame) -> list[ComparisonCreator]:
    """Compare what stands in every row, and each part that is known of enough rows."""
    import splink.comparison_library as cl  # noqa: PLC0415 - an extra

    alike = {
        "core": cl.JaroWinklerAtThresholds("core", [0.96, 0.92, 0.88, 0.8]),
        "industry": cl.JaroWinklerAtThresholds("industry", [0.9]),
    }
    known = table[list(_PARTS)].notna().sum() >= min(_FEWEST_KNOWN, len(table))
    return [
        alike.get(part, cl.ExactMatch(part)).configure(term_frequency_adjustments=part in _FREQUENT)
        for part in _PARTS
        if known[part]
    ]


def _open_linker(
    table: pd.DataFrame, comparisons: list[ComparisonCreator], rules: list[BlockingRuleCreator]
) -> Linker:
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415 - an extra

    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    return Linker(DuckDBAPI().register(table), settings, log_level=logging.ERROR)


def _train(
    linker: Linker,
    table: pd.DataFrame,
    blocks: Sequence[tuple[str, ...]],
    *,
    sure: tuple[str, ...],
    recall: float,
    seed: int,
) -> None:
    """Train on blocks that have a pair: Splink fails on others."""
    from splink import block_on  # noqa: PLC0415 - an extra

    training = linker.training
    if _repeats(table, sure):
        training.estimate_probability_two_random_records_match([block_on(*sure)], recall=recall)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    for columns in blocks:
        if _repeats(table, columns):
            training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _repeats(table: pd.DataFrame, columns: tuple[str, ...]) -> bool:
    return bool(table[list(columns)].dropna().duplicated().any())


def _predict(linker: Linker) -> Edges:
    found = linker.inference.predict(warning_mode="never").as_pandas_dataframe()
    first, second = (found[f"unique_id_{side}"].to_numpy(dtype=np.int64) for side in "lr")
    return Edges(first, second, found["match_weight"].to_numpy(dtype=float))
