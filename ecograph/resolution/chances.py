"""How many organisations share a core name or a word by chance: what agreement is worth.

The weight of an agreement is the logarithm of how much rarer it is by chance than among names of
one organisation (Fellegi and Sunter, 1969), here for each core name by itself. The chance is told
by what the core is made of and by how many namesakes the register itself shows, not by how often
it stands there: an organisation named a hundred times is no evidence that its name is common.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ecograph.resolution.brands import count_pieces

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from ecograph.names import Name
    from ecograph.resolution.brands import Pieces
    from ecograph.resolution.records import Records

    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["Chances", "join_core", "join_stem", "measure_chances", "number_values"]

_SIGNS = 600  # Han characters that names are usually made of
_RARE_WORD = 1e-5  # share of names that have a given unusual word
_SHORT_WORD = {1: 3e-2, 2: 1e-3, 3: 1e-4, 4: 3e-5}
_COMMON = 0.01  # share of names from which a word counts as common
_FROM_OTHERS = 0.1
_UNIQUE = 0.1  # who chooses a name avoids that of another
_LEAST_SHARE = 1e-2  # of an industry word
_EVEN = 5  # times that each of them is thought to have been seen
_LONG = 5  # letters of a word that slips are looked for in
_OFTENER = 4  # times that a word stands more often than its slips
_RECURRING = 3  # names from which a word is no slip
_LEAST = 1e-12
_LETTERS, _HEADS = 20, 40  # signs that an abbreviation is as good as drawn from
_SLIP, _SLIPS = (
    6.5,
    (0, 0, 0, 0, 0.0, 0.5, 1.5, 2.5, 4.0, 5.0, 5.5),
)  # what a slip in so many letters is worth
_SITES = 20.0  # other places that one expected namesake makes believable
_FEWEST = 50  # names below which chance is not thought smaller


@dataclass(frozen=True)
class Chances:
    """What agreement is worth in one register.

    Parameters
    ----------
    size
        Names compared.
    cores, stems
        Of each core, and of each name without place and legal form, how many other organisations
        are expected to have it.
    words
        Of each word, the share of distinct names that have it.
    counts
        Of each word, how many distinct names have it.
    shorts
        Of each abbreviation, how many distinct names it may stand for.
    campuses
        Of each core, the campuses that stand in names.
    pieces
        Beginnings and ends that many Han cores of firms share.
    """

    size: int
    cores: dict[str, float]
    stems: dict[str, float]
    words: dict[str, float]
    counts: Counter[str]
    shorts: Counter[str]
    campuses: Mapping[str, set[str]]
    pieces: Pieces

    def has_one_campus(self, a: Name, b: Name) -> bool:
        """Say whether the register knows one campus of the university at most."""
        return len(self.campuses.get(join_core(a), ())) < 2 and join_core(a) == join_core(b)  # noqa: PLR2004

    def find_brand(self, core: str) -> str:
        """Find what of a core is not shared by many."""
        return self.pieces.cut(core)[0]

    def weigh_core(self, core: str) -> float:
        """Weigh that two names have a core in common, in natural logarithms of odds."""
        return math.log(self.size / self.cores.get(core, 1.0))

    def weigh_stem(self, stem: str) -> float:
        """Weigh that two names are the same but for place and legal form."""
        return math.log(self.size / self.stems.get(stem, 1.0))

    def weigh_word(self, word: str) -> float:
        """Weigh that two names have a word in common."""
        return -math.log(max(_chance_of(word), self.words.get(word, 0.0)))

    def weigh_short(self, folded: str, core: str) -> float:
        """Weigh that one name abbreviates another: the fewer names it may stand for, the more."""
        chance = _LETTERS if core.isascii() else _HEADS
        others = max(0, self.shorts[folded] - 1) + self.size * chance ** -len(core)
        return math.log(self.size / others)

    def are_known(self, word: str, other: str) -> bool:
        """Say whether two words both recur: then neither is a slip of the other."""
        low, high = sorted((self.counts[word], self.counts[other]))
        return low >= _RECURRING and high < _OFTENER * low

    def is_known(self, word: str, other: str) -> bool:
        """Say whether one of two words is so frequent that the other is a slip of it."""
        low, high = sorted((self.counts[word], self.counts[other]))
        return high >= _OFTENER * low and min(len(word), len(other)) >= _LONG

    def weigh_slip(self, word: str, other: str) -> float:
        """Weigh that a word of one name is a slip of one of the other.

        What recurs is spelled right: the slip of such a word is worth as much as the word. Of two
        words that stand in one name each, the longer they are, the less they are near by chance.
        """
        worth = min(self.weigh_word(word), self.weigh_word(other))
        if self.is_known(word, other):
            return min(worth, _SLIP)
        return min(worth, _SLIPS[min(len(word), len(other), len(_SLIPS) - 1)])


def measure_chances(records: Records) -> Chances:
    """Measure how common the cores and words of a register are.

    Parameters
    ----------
    records
        What is compared.

    Notes
    -----
    The expected namesakes of a core are the names in the register times the chance of its parts,
    which are taken as independent: beginnings and ends that many cores share with their share,
    other characters of Han names with frequencies smoothed towards even ones, Latin words with a
    shipped frequency unless the register shows them more often. To these come the namesakes that
    the register shows: different codes, places or cities with that core.
    """
    told_cores = [join_core(head) for head in records.heads]
    told_stems = [join_stem(head) for head in records.heads]
    # Of several names with one core or stem the first stands for all.
    cores = dict(zip(reversed(told_cores), reversed(records.heads), strict=True))
    stems = dict(zip(reversed(told_stems), reversed(records.heads), strict=True))
    words = _share_words(stems.values())
    pieces = count_pieces(core for core, head in cores.items() if head.kind in ("firm", ""))
    signs = Counter(
        sign
        for core, head in cores.items()
        if head.script != "latin"
        for sign in pieces.cut(core)[0]
    )
    signs[""] = sum(signs.values()) + _EVEN * _SIGNS
    size = max(len(records), _FEWEST)
    by_core = {
        core: size * _expect_core(head, words, signs, pieces) for core, head in cores.items()
    }
    by_stem = {
        stem: size * _expect_stem(head, words, signs, pieces) for stem, head in stems.items()
    }
    told = _number_told(records)
    return Chances(
        size,
        _add_shown(by_core, told_cores, told),
        _add_shown(by_stem, told_stems, told),
        words,
        Counter(word for head in stems.values() for word in dict.fromkeys(head.tokens)),
        Counter(short for head in stems.values() for short in dict.fromkeys(head.short)),
        _list_campuses(records),
        pieces,
    )


def _list_campuses(records: Records) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for head in records.heads:
        for mark in head.marks:
            if mark.startswith("campus"):
                found[join_core(head)].add(mark)
    return found


def join_core(name: Name) -> str:
    """Write a core without spaces."""
    return name.core.replace(" ", "")


def join_stem(name: Name) -> str:
    """Write what a name says without its place and legal form, with its number, without spaces."""
    skipped = [place for place in name.places if place not in name.core]
    told = [word for word in name.tokens if word not in skipped]
    if name.script == "latin":
        told = sorted(dict.fromkeys(told))
    marks = [mark for mark in name.marks if mark.startswith("#")]
    return "".join([*told, *marks]).replace(" ", "") or join_core(name)


def _share_words(heads: Iterable[Name]) -> dict[str, float]:
    """Share of words among families of names: those whose core begins with the same word."""
    words: dict[str, int] = {}
    begins: dict[str, int] = {}
    told: list[int] = []
    families: list[int] = []
    for head in heads:
        begin = begins.setdefault(head.core.partition(" ")[0], len(begins))
        told += [words.setdefault(word, len(words)) for word in head.tokens]
        families += [begin] * len(head.tokens)
    named = len(set(families))
    counts = _count_distinct(np.array(told, dtype=np.int64), np.array(families, dtype=np.int64))
    total = max(named, _FEWEST)
    return {word: (count - 1) / total for word, count in zip(words, counts.tolist(), strict=True)}


def _chance_of(word: str) -> float:
    return _SHORT_WORD.get(len(word), _RARE_WORD)


def _expect_words(told: Iterable[str], words: Mapping[str, float]) -> float:
    return math.prod(
        max(_trust(words.get(word, 0.0)), _chance_of(word)) for word in dict.fromkeys(told)
    )


def _trust(share: float) -> float:
    """Of a word that few names have, most have it from one organisation."""
    return share if share > _COMMON else _FROM_OTHERS * share


def _expect_core(
    head: Name, words: Mapping[str, float], signs: Counter[str], pieces: Pieces
) -> float:
    if head.script == "latin":
        return _expect_words(head.core.split(), words)
    brand, share = pieces.cut(join_core(head))
    return share * math.prod((signs[sign] + _EVEN) / signs[""] for sign in brand[:12])


def _expect_stem(
    head: Name, words: Mapping[str, float], signs: Counter[str], pieces: Pieces
) -> float:
    if head.script == "latin":
        chance = _UNIQUE ** max(1, len(head.tokens) - 1) * _expect_words(head.tokens, words)
        proper = any(
            words.get(word, 0.0) <= _COMMON and word not in head.industry for word in head.tokens
        )
        return chance if proper else max(chance, _LEAST_SHARE * _LEAST_SHARE)
    rest = [word for word in head.tokens if word not in head.core and word not in head.places]
    common = math.prod(max(words.get(word, 0.0), _LEAST_SHARE) for word in rest)
    return _expect_core(head, words, signs, pieces) * common


def _number_told(records: Records) -> tuple[Ints, Ints, Ints]:
    """Give numbers to the code of each record, the place in its name and its site; -1 for none."""
    places = [head.places[-1] if head.places else "" for head in records.heads]
    sites = [
        city or province or country
        for city, province, country in zip(
            records.cities, records.provinces, records.countries, strict=True
        )
    ]
    return number_values(records.codes), number_values(places), number_values(sites)


def number_values(values: Iterable[Hashable]) -> Ints:
    """Give equal values one number, from 0 on; -1 to empty ones.

    >>> number_values(["b", "", "a", "b"]).tolist()
    [0, -1, 1, 0]
    """
    numbers: dict[Hashable, int] = {}
    told = (numbers.setdefault(value, len(numbers)) if value else -1 for value in values)
    return np.fromiter(told, dtype=np.int64)


def _add_shown(
    expected: dict[str, float], keys: Sequence[str], told: tuple[Ints, Ints, Ints]
) -> dict[str, float]:
    """Add the namesakes that the register shows: the most of its codes, places and sites."""
    numbers = dict(zip(expected, range(len(expected)), strict=True))
    key = np.array([numbers[text] for text in keys], dtype=np.int64)
    codes, places, sites = (
        np.maximum(_count_distinct(key[known >= 0], known[known >= 0], len(numbers)) - 1, 0)
        for known in told
    )
    chance = np.fromiter(expected.values(), dtype=float, count=len(expected))
    shown = np.maximum(np.maximum(codes, places), np.minimum(sites, _SITES * chance))
    return dict(zip(expected, (np.maximum(chance, _LEAST) + shown).tolist(), strict=True))


def _count_distinct(keys: Ints, values: Ints, length: int = 0) -> Ints:
    """Count of each key how many distinct values stand with it."""
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(keys * width + values)
    return np.bincount(pairs // width, minlength=length)
