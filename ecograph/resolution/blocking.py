"""Find the pairs that are worth comparing: those that share a key which few names have.

Small registers are joined by pandas, large ones in DuckDB, which may write to disk and so keeps
within its memory. Both give the same pairs.
"""

from __future__ import annotations

import functools
import tempfile
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.errors import EcographError
from ecograph.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecograph.names import Name
    from ecograph.resolution.records import Records

__all__ = ["Candidates", "find_candidates", "fold_alias", "list_keys", "list_words"]

# How many records may share a key of each family, and how much sharing it tells.
_FAMILIES = {
    "code": (400, 30.0),
    "name": (400, 20.0),
    "core": (60, 12.0),
    "words": (60, 12.0),
    "short": (40, 9.0),
    "slip": (40, 9.0),
    "rare": (60, 7.0),
    "duo": (40, 6.0),
    "gram": (40, 5.0),
    "ends": (30, 4.0),
    "first": (30, 3.0),
}
_ORDER = tuple(_FAMILIES)
_MOST_PAIRS = 30  # of one record
_NEIGHBOURS = 3  # of a record in a block that is too large
_LARGE = 20_000  # records from which DuckDB joins
_CHUNK = 50_000
_SLIP = range(5, 25)  # signs of a core in which a slip is looked for
_HAN_SLIP = range(2, 9)
_END = 6  # letters at the ends of a core
_MEMORY = "2GB"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of records to compare.

    Parameters
    ----------
    first, second
        Numbers of records, the smaller first; sorted.
    dropped
        Blocks in which only neighbours were paired: columns ``family``, ``blocks``, ``records``.
    """

    first: np.ndarray[Any, np.dtype[np.int64]]
    second: np.ndarray[Any, np.dtype[np.int64]]
    dropped: pd.DataFrame


def find_candidates(
    records: Records, *, large: int = _LARGE, most: int = _MOST_PAIRS
) -> Candidates:
    """Find the pairs of records that share a key.

    Parameters
    ----------
    records
        What is compared.
    large
        Records from which DuckDB joins the keys.
    most
        Pairs of one record that are kept, those with the rarest keys first.

    Returns
    -------
    Candidates
        At most ``most`` pairs a record on average, whatever the names.

    Raises
    ------
    EcographError
        If the register is large and the extra ``resolve`` is not installed.
    """
    join = _join_large if len(records) >= large else _join_small
    # Nothing here holds the keys: there are many, and pairing needs the room.
    pairs, dropped = _pair_keys(_collect_keys(records), join)
    pairs = _keep_best(pairs, most)
    return Candidates(pairs["first"].to_numpy(), pairs["second"].to_numpy(), dropped)


def list_keys(name: Name, words: Counter[str]) -> list[tuple[str, str]]:
    """List the keys of an organisation's name: pairs of a family and a key.

    Parameters
    ----------
    name
        The organisation.
    words
        How many names have each word or pair of characters (`list_words`).
    """
    joined = name.core.replace(" ", "")
    place = name.places[-1] if name.places else ""
    keys = [("name", name.folded), ("core", joined), ("short", joined)]
    if name.parent:
        keys.append(("name", name.parent))
    keys.append(("words", " ".join(sorted(set(name.tokens) or {name.folded}))))
    keys += [("short", short.replace(" ", "")) for short in name.short[:6]]
    keys += [("name", former) for former in name.former[:6]]
    keys += _list_slips(joined, name.script, place)
    keys += _list_rare(name, words)
    if name.script == "latin":
        keys += (
            [("ends", f"^{joined[:_END]}"), ("ends", f"{joined[-_END:]}$")]
            if len(joined) > _END + 1
            else []
        )
        initials = "".join(word[0] for word in name.tokens if word)
        keys += [("short", initials)] if initials[2:] else []
    else:
        keys.append(("first", f"{place}{joined[:1]}{name.kind}"))
        keys.append(("ends", f"{joined[:2]}{name.kind}"))
        keys.append(("ends", f"{joined[-2:]}{name.kind}{place}"))
    return [(family, key) for family, key in dict.fromkeys(keys) if key]


def list_words(name: Name) -> Iterator[str]:
    """List the words of a name, and of Han cores the pairs of characters, once each."""
    if name.script == "latin":
        yield from dict.fromkeys(name.tokens)
    else:
        core = name.core.replace(" ", "")
        yield from dict.fromkeys(core[at : at + 2] for at in range(len(core) - 1))
        yield from (word for word in dict.fromkeys(name.core.split()) if word.isascii())


def _list_slips(joined: str, script: str, place: str) -> list[tuple[str, str]]:
    """List a core without each of its signs in turn: two that share one differ by one slip."""
    if script == "latin":
        if len(joined) not in _SLIP:
            return []
        return [("slip", joined)] + [
            ("slip", joined[:at] + joined[at + 1 :]) for at in range(len(joined))
        ]
    if len(joined) not in _HAN_SLIP:
        return []
    mark = place if len(joined) == 2 else ""  # noqa: PLR2004 - two characters say little alone
    return [("slip", mark + joined)] + [
        ("slip", f"{mark}{joined[:at]}*{joined[at + 1 :]}") for at in range(len(joined))
    ]


def _list_rare(name: Name, words: Counter[str]) -> list[tuple[str, str]]:
    ranked = sorted(list_words(name), key=lambda word: (words[word], word))[:4]
    family = "rare" if name.script == "latin" else "gram"
    keys = [(family, word) for word in ranked[:3]]
    if name.script == "latin":
        pairs = [(a, b) for n, a in enumerate(ranked) for b in ranked[n + 1 :]]
        keys += [("duo", " ".join(sorted(pair))) for pair in pairs]
    return keys


def _collect_keys(records: Records) -> pd.DataFrame:
    """Columns ``record``, ``key``, ``family`` and ``split``, all numbers."""
    words = Counter(word for head in records.heads for word in list_words(head))
    parts = [
        _hash_keys(records, words, range(start, min(start + _CHUNK, len(records))))
        for start in range(0, len(records), _CHUNK)
    ]
    return pd.concat(parts, ignore_index=True) if parts else _hash_rows([], [], [])


def _hash_keys(records: Records, words: Counter[str], span: range) -> pd.DataFrame:
    rows: list[int] = []
    families: list[int] = []
    keys: list[str] = []
    spaces = {family: (at, f"{_SPACES.get(family, family)}:") for at, family in enumerate(_ORDER)}
    for record in span:
        for family, key in _list_record(records, record, words):
            number, space = spaces[family]
            rows.append(record)
            families.append(number)
            keys.append(space + key)
    table = _hash_rows(rows, families, keys)
    splits = _hash([_split_of(records, record) for record in span])
    table["split"] = splits[table["record"].to_numpy() - span.start]
    return table


_SPACES = {"short": "s", "core": "c"}


def _list_record(records: Records, record: int, words: Counter[str]) -> Iterable[tuple[str, str]]:
    yield from list_keys(records.heads[record], words)
    if records.codes[record]:
        yield "code", records.codes[record]
    for alias in records.aliases[record]:
        yield "name", fold_alias(alias)


fold_alias = functools.lru_cache(maxsize=1 << 16)(fold_name)


def _split_of(records: Records, record: int) -> str:
    """Say what splits a block that is too large: the place, by column or by name."""
    places = records.heads[record].places
    return records.cities[record] or records.provinces[record] or (places[-1] if places else "")


def _hash_rows(rows: list[int], families: list[int], keys: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": np.array(rows, dtype=np.int64),
            "family": np.array(families, dtype=np.int8),
            "key": _hash(keys),
            "split": np.zeros(len(rows), dtype=np.uint64),
        }
    )


def _hash(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    array = np.array(texts, dtype=object)
    hashed: np.ndarray[Any, np.dtype[np.uint64]] = pd.util.hash_array(array, categorize=False)
    return hashed


def _pair_keys(keys: pd.DataFrame, join: Any) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ANN401
    """Pair the records of each block, of blocks that are too large only those in its parts."""
    keys = keys.drop_duplicates(["key", "record"], ignore_index=True)
    caps = np.array([_FAMILIES[family][0] for family in _ORDER])
    sizes = _count(keys["key"])
    keys = keys[sizes > 1]
    over = sizes[sizes > 1] > caps[keys["family"]]
    parts = keys[over].copy()
    parts["key"] = _mix(parts["key"], parts["split"])
    sizes = _count(parts["key"])
    still = sizes > caps[parts["family"]]
    rest = parts[still]
    blocks = pd.concat([keys[~over], parts[(sizes > 1) & ~still]], ignore_index=True)
    pairs, near = join(blocks), _join_neighbours(rest)
    if len(near):
        pairs = pd.concat([pairs, near], ignore_index=True)
        pairs = pairs.groupby(["first", "second"], as_index=False)["weight"].sum()
    return pairs, _report_dropped(rest)


def _count(keys: pd.Series) -> np.ndarray[Any, Any]:
    _, inverse, counts = np.unique(keys.to_numpy(), return_inverse=True, return_counts=True)
    found: np.ndarray[Any, Any] = counts[inverse]
    return found


def _mix(keys: pd.Series, splits: pd.Series) -> np.ndarray[Any, Any]:
    with np.errstate(over="ignore"):
        mixed: np.ndarray[Any, Any] = (
            keys.to_numpy() * np.uint64(0x9E3779B97F4A7C15) ^ splits.to_numpy()
        )
    return mixed


def _join_small(blocks: pd.DataFrame) -> pd.DataFrame:
    left = blocks[["record", "key", "family"]]
    sizes = pd.Series(_count(blocks["key"]), index=blocks.index)
    joined = left.assign(size=sizes).merge(left[["record", "key"]], on="key")
    joined = joined[joined["record_x"] < joined["record_y"]]
    told = np.array([_FAMILIES[family][1] for family in _ORDER])
    weights = np.floor(1000 * told[joined["family"]] / np.sqrt(joined["size"])).astype(np.int64)
    pairs = pd.DataFrame(
        {"first": joined["record_x"], "second": joined["record_y"], "weight": weights}
    )
    return pairs.groupby(["first", "second"], as_index=False)["weight"].sum()


def _join_large(blocks: pd.DataFrame) -> pd.DataFrame:
    duckdb = _import_duckdb()
    told = pd.DataFrame({"family": range(len(_ORDER)), "told": [_FAMILIES[f][1] for f in _ORDER]})
    with tempfile.TemporaryDirectory(prefix="ecograph-", ignore_cleanup_errors=True) as folder:
        config = {"memory_limit": _MEMORY, "threads": 2, "temp_directory": folder}
        with duckdb.connect(config=config) as base:
            base.register("blocks", blocks[["record", "key", "family"]].astype({"family": "int32"}))
            base.register("told", told)
            found: pd.DataFrame = base.execute(_JOIN).df()
    return found


_JOIN = """
    with sized as (
        select record, key, cast(floor(1000 * told / sqrt(count(*) over (partition by key)))
               as bigint) as weight
        from blocks join told using (family)
    )
    select a.record as first, b.record as second, cast(sum(a.weight) as bigint) as weight
    from sized a join blocks b on a.key = b.key and a.record < b.record
    group by all order by first, second
"""


def _import_duckdb() -> Any:  # noqa: ANN401 - a module
    try:
        import duckdb  # noqa: PLC0415 - only large registers need it
    except ImportError as error:
        raise EcographError(
            f"Resolving more than {_LARGE} names needs the package duckdb, which is not installed. "
            'Install the extra: pip install "ecograph[resolve]".'
        ) from error
    return duckdb


def _join_neighbours(rest: pd.DataFrame) -> pd.DataFrame:
    """Pair each record with the next in its block: records are sorted by name."""
    rest = rest.sort_values(["key", "record"], kind="stable")
    keys, rows = rest["key"].to_numpy(), rest["record"].to_numpy()
    parts = [
        pd.DataFrame({"first": rows[:-step][same], "second": rows[step:][same], "weight": 1})
        for step in range(1, _NEIGHBOURS + 1)
        if (same := keys[:-step] == keys[step:]).any()
    ]
    empty = pd.DataFrame({"first": [], "second": [], "weight": []}, dtype=np.int64)
    return pd.concat([empty, *parts], ignore_index=True)


def _report_dropped(rest: pd.DataFrame) -> pd.DataFrame:
    by_family = rest.groupby("family").agg(blocks=("key", "nunique"), records=("record", "nunique"))
    by_family.index = pd.Index([_ORDER[number] for number in by_family.index], name="family")
    return by_family.reset_index()


def _keep_best(pairs: pd.DataFrame, most: int) -> pd.DataFrame:
    """Keep a pair that is among the best of either record; of equal ones the first."""
    order = np.argsort(-pairs["weight"].to_numpy(), kind="stable")
    ranked = pairs.iloc[order]
    ranks = [ranked.groupby(side).cumcount().to_numpy() for side in ("first", "second")]
    kept = np.zeros(len(pairs), dtype=bool)
    kept[order] = np.minimum(*ranks) < most
    return pairs[kept].reset_index(drop=True)
