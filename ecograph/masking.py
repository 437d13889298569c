"""A copy to share: codes for names, small counts withheld, and a search for names that remain.

What is made is pseudonymous, not anonymous: links, certificates and their days, years and figures
of single firms stay, because the analysis needs them, and whoever knows a firm well may recognise
it by them. Share the copy with people, not with the web.
"""

from __future__ import annotations

import base64
import binascii
import functools
import gzip
import hashlib
import hmac
import html
import io
import re
import unicodedata
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from ecograph.coding import order_texts
from ecograph.ecosystem import EdgeColumns
from ecograph.errors import SettingsError
from ecograph.schema import ORGANISATION_KINDS, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem
    from ecograph.schema import Column, Table

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "LEAK_COLUMNS",
    "SMALL_COUNTS",
    "Cells",
    "blur_places",
    "find_leaks",
    "list_names",
    "list_public_names",
    "mark_withheld",
    "mask",
    "suppress",
]

LEAK_COLUMNS = ("file", "part", "name", "count", "certain")

_LETTERS = {
    "university": "U", "platform": "P", "enterprise": "E", "institution": "N", "agreement": "A",
    "team": "T", "achievement": "R", "demand": "Q", "event": "V",
}  # fmt: skip
_DIGITS = "23456789BCDFGHJKLMNPQRSTVWXYZ"  # no vowels: a code spells no word
_LENGTH, _LONGER = (
    8,
    14,
)  # 29^8 codes: of a million firms about one pair meets, and gets longer ones
_PUBLIC = ("university", "region", "industry", "discipline")  # kinds whose names stay as they are
_OWN = ("hosts", "needs", "yields")  # what a masked firm has of its own gets a code too
_DROPPED = frozenset({"note", "leader", "url", "result"})  # free text: nothing is computed from it
_TELLING = frozenset({"uscc", "latitude", "longitude", "aliases", "source"})  # of a masked node
_PLACES = ("city", "province", "country")
_SAFE_DETAILS = frozenset({"kinds", "found", "status"})
_SEVERAL = "E-*"  # a name that more than one masked node has
_GONE = "…"


def mask(
    ecosystem: Ecosystem, *, kinds: Sequence[str] = ("enterprise",), key: str | None = None
) -> Ecosystem:
    r"""Make a copy of an ecosystem in which codes stand for the nodes of some kinds.

    A code such as ``E-7F3K29QM`` takes the place of id and name in nodes, edges and tables, in
    every language. Agreements get codes too, and so do the platforms, demands and achievements
    of a masked node. Credit codes, aliases, coordinates, sources, notes, columns that the schema
    does not know, and the file, sheet and row of everything are left out; of the founding day
    the year stays. Everywhere else names, aliases, long ids and their spellings (width and case
    of letters, without legal form, without place) are replaced by the codes.

    Codes are not in the order of ids, for who has the register could read names off it. What
    does not depend on the order of ids comes out the same: tiers, counts, dimensions, degrees and
    all measures of nodes. Gaps and pairs name the first of several firms behind a link; they are
    the same too where `analysis.links.list_links` was asked of the ecosystem before. What is
    drawn by a seed may differ: communities, layout, intervals and tests by resampling. So may
    what depends on the day on which a firm was founded.

    Parameters
    ----------
    ecosystem
        The ecosystem; it is not changed.
    kinds
        Node kinds to mask: organisations.
    key
        A secret. With the same one a node has the same code in every edition. Without one it is
        made of all ids together: then whoever has the list of ids can find out every code.

    Returns
    -------
    Ecosystem
        With the same nodes, edges and figures, in another order.

    Raises
    ------
    SettingsError
        If a kind is not one of an organisation, or the key is empty.
    """
    _require_kinds(kinds)
    names = _spell_names(ecosystem, kinds)
    codes = _code_nodes(ecosystem, kinds, names, key=_choose_key(ecosystem, key))
    return _Masking(ecosystem, tuple(kinds), codes, names).make()


def list_names(ecosystem: Ecosystem, kinds: Sequence[str] = ("enterprise",)) -> list[str]:
    """List all that must not remain of masked nodes: names, aliases, codes, and their spellings.

    Parameters
    ----------
    ecosystem
        The ecosystem before it is masked.
    kinds
        The kinds that are masked.

    Returns
    -------
    list of str
        Sorted; folded as `find_leaks` compares them. Names of one letter are not among them, nor
        ids that are too short to be told from other text.
    """
    _require_kinds(kinds)
    return sorted(_spell_names(ecosystem, kinds))


def list_public_names(ecosystem: Ecosystem, kinds: Sequence[str] = ("enterprise",)) -> list[str]:
    """List the names that stay, and may hold a masked one: a firm may be called after its town.

    Parameters
    ----------
    ecosystem
        The ecosystem before it is masked.
    kinds
        The kinds that are masked.

    Returns
    -------
    list of str
        The names of universities, regions, industries, disciplines and places, sorted.
    """
    names: set[str] = set()
    for kind in _PUBLIC:
        if kind in ecosystem.parts and kind not in kinds:
            names.update(map(str, ecosystem.parts[kind]["name"].dropna()))
    places = set().union(*(_list_places(part) for part in ecosystem.parts.values()))
    return sorted(names | {place for place in places if len(place) <= _limit(place)})


# Codes


def _require_kinds(kinds: Sequence[str]) -> None:
    unknown = [kind for kind in kinds if kind not in ORGANISATION_KINDS]
    if unknown or not kinds or isinstance(kinds, str):
        known = ", ".join(ORGANISATION_KINDS)
        raise SettingsError(f"Nodes of the kinds {kinds!r} cannot be masked; choose of: {known}.")


def _choose_key(ecosystem: Ecosystem, key: str | None) -> bytes:
    if key is None:
        ids = "\n".join(ecosystem.keys).encode("utf-8", "surrogatepass")
        return hashlib.sha256(ids).digest()
    if not key.strip():
        raise SettingsError("The key of the mask is empty; write a long secret into its file.")
    return key.strip().encode("utf-8", "surrogatepass")


def _code_nodes(
    ecosystem: Ecosystem, kinds: Sequence[str], names: Iterable[str], *, key: bytes
) -> dict[str, str]:
    """Give every node that needs one a code, by id."""
    wanted = ecosystem.mark(*kinds, "agreement")
    owners = ecosystem.mark(*kinds)
    for edge in _OWN:
        source, target = ecosystem.find_ends(edge)
        wanted[target[owners[source]]] = True
    finder = _Finder(names)
    for kind in set(ecosystem.parts) - set(_PUBLIC):
        places = ecosystem.positions[kind]
        telling = [bool(finder.find(_fold(text))) for text in ecosystem.keys[places]]
        wanted[places[np.array(telling, dtype=bool)]] = True
    letters = np.full(len(ecosystem.keys), "", dtype=object)
    for kind, letter in _LETTERS.items():
        letters[ecosystem.find_positions(kind)] = letter
    ids, first = ecosystem.keys[wanted], letters[wanted]
    return _write_codes(list(ids), list(first), key, taken=set(ecosystem.keys[~wanted]))


def _write_codes(
    ids: Sequence[str], letters: Sequence[str], key: bytes, *, taken: set[str]
) -> dict[str, str]:
    """Write a code for each id; those that would be the same as another are longer."""
    short = [f"{a}-{_draw(i, key, _LENGTH)}" for i, a in zip(ids, letters, strict=True)]
    counts = pd.Series(short, dtype=object).value_counts()
    return {
        i: code if counts[code] == 1 and code not in taken else f"{a}-{_draw(i, key, _LONGER)}"
        for i, a, code in zip(ids, letters, short, strict=True)
    }


def _draw(text: str, key: bytes, length: int) -> str:
    digest = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    number, drawn = int.from_bytes(digest, "big"), []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        drawn.append(_DIGITS[digit])
    return "".join(drawn)


# Names and how they may be spelled

_HAN = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_BESIDE_HAN = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")
_ANY_HAN = re.compile(f"[{_HAN}]")
_SPACE = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufffd]"
)
_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "集团公司", "有限公司", "总公司", "分公司",
    "公司", "集团", "co.,ltd.", "co.,ltd", "co.", "ltd.", "ltd", "limited", "inc.", "inc", "corp.",
    "corp", "corporation", "company", "co", "plc", "llc", "llp", "gmbh", "ag", "kg", "kgaa", "se",
    "sa", "s.a.", "sas", "s.a.s.", "sarl", "s.a.r.l.", "srl", "s.r.l.", "spa", "s.p.a.", "bv",
    "b.v.", "nv", "n.v.", "as", "a/s", "asa", "ab", "oy", "oyj", "aps", "sl", "s.l.", "lda", "ltda",
    "kft", "zrt", "s.r.o.", "a.s.", "d.o.o.", "pty", "e.v.",
)  # fmt: skip
_FORM_BEHIND = re.compile(
    r"(?:(?<=[{han}])|[\s,&+]+)(?:{forms})$".format(
        han=_HAN, forms="|".join(re.escape(form) for form in sorted(_FORMS, key=len, reverse=True))
    )
)
_PLACE_END = re.compile(r"(?<=..)[省市区县州盟旗]$")
_LIST = re.compile(r"[;；、\n]")


def _fold(text: str) -> str:
    """Fold a text so that spellings of one name are equal: width, case, blanks, what is unseen."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = _SPACE.sub(" ", _INVISIBLE.sub("", plain))
    return plain if plain.isascii() else _BESIDE_HAN.sub("", plain)


def _limit(text: str) -> int:
    """Say how long the name of a place may be; anything longer is more than a place."""
    return 6 if _ANY_HAN.search(text) else 20


def _list_places(part: pd.DataFrame) -> set[str]:
    columns = [part[name].dropna().unique() for name in _PLACES if name in part]
    return {str(text) for texts in columns for text in texts}


def _spell_names(ecosystem: Ecosystem, kinds: Sequence[str]) -> dict[str, str]:
    """List all spellings of the nodes of some kinds, folded, each with the id that it stands for.

    A spelling of several nodes stands for none of them: its id is empty.
    """
    places = _fold_places(ecosystem)
    stated: dict[str, str] = {}
    derived: dict[str, str] = {}
    for kind in kinds:
        for key, texts in _state_names(ecosystem, kind):
            for text in texts:
                _note(stated, text, key)
                for other in _vary(text, places):
                    _note(derived, other, key)
        for key in ecosystem.keys[ecosystem.find_positions(kind)]:
            if _is_distinct(_fold(key)):
                _note(stated, _fold(key), key)
    derived = {text: key for text, key in derived.items() if text not in stated}
    return {**_drop_common(derived, ecosystem, kinds), **stated}


def _note(names: dict[str, str], text: str, key: str) -> None:
    if len(text) > 1:
        names[text] = key if names.get(text, key) == key else ""


def _state_names(ecosystem: Ecosystem, kind: str) -> Iterator[tuple[str, set[str]]]:
    """List what the register calls each node of a kind, folded."""
    if kind not in ecosystem.parts:
        return
    part = ecosystem.parts[kind]
    columns = [part[name] for name in ("name", "uscc", "aliases") if name in part]
    keys = ecosystem.keys[ecosystem.positions[kind]]
    for key, *cells in zip(keys, *columns, strict=True):
        texts = [str(cell) for cell in cells if not _is_missing(cell)]
        parts = [part for text in texts[1:] for part in _LIST.split(text)]
        yield key, {_fold(text).strip() for text in (*texts, *parts)} - {""}


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124 - nan


def _is_distinct(key: str) -> bool:
    """Say whether an id can be told from other text: letters and digits, or many digits."""
    digits = sum(letter.isdigit() for letter in key)
    if digits == len(key):
        return digits >= 6  # noqa: PLR2004 - a shorter number may be anything
    return len(key) >= 4 or bool(_ANY_HAN.search(key) and len(key) > 1)  # noqa: PLR2004 - as above


def _fold_places(ecosystem: Ecosystem) -> tuple[str, ...]:
    """List places that names begin with, with and without "city" or "county", longest first."""
    texts = set().union(*(_list_places(part) for part in ecosystem.parts.values()))
    if "region" in ecosystem.parts:
        texts |= set(map(str, ecosystem.parts["region"]["name"].dropna()))
    folded = {_fold(text).strip() for text in texts}
    folded |= {_PLACE_END.sub("", text) for text in folded}
    return tuple(sorted((t for t in folded if len(t) > 1), key=lambda t: (-len(t), t)))


def _vary(name: str, places: Sequence[str]) -> set[str]:
    """Spell a folded name without its legal form, without its place, and without both."""
    found, waiting = {name}, [name]
    while waiting:
        text = waiting.pop()
        for shorter in (_FORM_BEHIND.sub("", text), *_leave_places(text, places)):
            plain = shorter.strip(" ,.&")
            if plain not in found:
                found.add(plain)
                waiting.append(plain)
    return {text for text in found - {name} if len(text) >= (2 if _ANY_HAN.search(text) else 3)}


def _leave_places(text: str, places: Sequence[str]) -> Iterator[str]:
    for place in places:
        if place in text:
            yield text.replace(f"({place})", "")
            if text.startswith(place) and not _joins(text, len(place)):
                yield text[len(place) :]
                return


def _drop_common(
    names: Mapping[str, str], ecosystem: Ecosystem, kinds: Sequence[str]
) -> dict[str, str]:
    """Leave out spellings that are ordinary words here: of a public name, or of ecograph's own."""
    finder = _Finder(names, overlapping=True)
    public = (_fold(text) for text in list_public_names(ecosystem, kinds))
    common = {
        hit.entry for text in ("\n".join(public), _say_own_words()) for hit in finder.find(text)
    }
    return {text: key for text, key in names.items() if text not in common}


@functools.cache
def _say_own_words(*, pages: bool = False) -> str:
    """Join the words that ecograph itself writes; with those of its pages' templates and rules."""
    package = resources.files("ecograph")
    texts = [package.joinpath("texts.yaml").read_text(encoding="utf-8")]
    if pages:
        for folder in ("render/templates", "rules"):
            files = sorted(package.joinpath(folder).iterdir(), key=lambda file: file.name)
            texts += [
                f.read_text(encoding="utf-8") for f in files if not f.name.endswith((".py", "__"))
            ]
    schema = read_schema()
    for table in schema.tables.values():
        texts += [table.name, *table.en, *table.zh]
        texts += [word for c in table.columns.values() for word in (c.name, *c.en, *c.zh)]
    texts += [
        w for terms in schema.vocabularies.values() for t in terms for w in (t.key, *t.en, *t.zh)
    ]
    texts += [w for kind in schema.node_kinds.values() for w in (kind.name, *kind.labels.values())]
    texts += [w for kind in schema.edge_kinds.values() for w in (kind.name, *kind.labels.values())]
    return _fold("\n".join([*texts, *map(_undo_escapes, texts)]))


@dataclass(frozen=True)
class _Hit:
    """A name in a text: from where to where, and whether it is within a longer public name."""

    start: int
    end: int
    entry: str
    inside: bool


class _Finder:
    """Finds names in folded texts: the longest at each place; of letters only whole words."""

    def __init__(
        self, names: Iterable[str], public: Iterable[str] = (), *, overlapping: bool = False
    ) -> None:
        """Sort names by their first two letters."""
        self._names = {name for name in names if len(name) > 1}
        self._heads = _sort_lengths(self._names)
        self._overlapping = overlapping
        longer = {text for text in public if len(text) > 1}
        self._public = _Finder(longer, overlapping=True) if longer else None

    def find(self, text: str) -> list[_Hit]:
        """Find names, from left to right."""
        found: list[tuple[int, int]] = []
        free, heads = 0, self._heads
        for place in range(len(text) - 1):
            lengths = heads.get(text[place : place + 2])
            if lengths is None or place < free or _joins(text, place):
                continue
            end = self._match(text, place, lengths)
            if end:
                found.append((place, end))
                free = 0 if self._overlapping else end
        if not found:
            return []
        spans = [(h.start, h.end) for h in self._public.find(text)] if self._public else []
        starts = [start for start, _ in spans]
        reach = max((end - start for start, end in spans), default=0)
        hits = []
        for start, end in found:
            first, last = bisect_left(starts, start - reach), bisect_right(starts, start)
            inside = _is_inside(start, end, spans[first:last])
            hits.append(_Hit(start, end, text[start:end], inside))
        return hits

    def _match(self, text: str, place: int, lengths: Sequence[int]) -> int:
        for length in lengths:
            end = place + length
            if end > len(text) or text[place:end] not in self._names:
                continue
            if not _joins(text, end):
                return end
        return 0


def _sort_lengths(names: Iterable[str]) -> dict[str, list[int]]:
    heads: dict[str, set[int]] = {}
    for name in names:
        heads.setdefault(name[:2], set()).add(len(name))
    return {head: sorted(lengths, reverse=True) for head, lengths in heads.items()}


def _is_inside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b and b - a > end - start for a, b in spans)


def _joins(text: str, place: int) -> bool:
    """Say whether a word of letters goes on over a place; Chinese has no such words."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return before.isalnum() and after.isalnum() and max(before, after) < "\u2e80"


# Sweeping texts


class _Sweep:
    """Replaces names in a text by codes."""

    def __init__(
        self, names: Mapping[str, str], whole: Mapping[str, str], public: Iterable[str]
    ) -> None:
        """Take the code of each folded name, of texts that are replaced whole, and public names."""
        self._codes, self._whole = dict(names), dict(whole)
        self._public = {_fold(text).strip() for text in public}
        self._finder = _Finder(names, self._public)
        self._done: dict[str, str] = {}

    def clean(self, text: str, *, place: bool = False) -> str:
        """Replace the names in a text; one that is a place as a whole stays, where it is one."""
        if place and _fold(text).strip() in self._public:
            return text
        if text not in self._done:
            self._done[text] = self._replace(text)
        return self._done[text]

    def clean_column(self, column: pd.Series, *, place: bool = False) -> pd.Series:
        """Replace the names in a column of text; what is no text stays."""
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            return column
        distinct = {text for text in column.dropna().unique() if isinstance(text, str)}
        cleaned = {text: self.clean(text, place=place) for text in sorted(distinct)}
        changed = {text: other for text, other in cleaned.items() if text != other}
        if not changed:
            return column
        values = [changed.get(v, v) if isinstance(v, str) else v for v in column.to_numpy(object)]
        return pd.Series(values, index=column.index, dtype=column.dtype)

    def _replace(self, text: str) -> str:
        whole = self._whole.get(_fold(text).strip())
        if whole:
            return whole
        cleaned = text
        for _ in range(3):  # what two codes leave between them might be a name again
            hits = self._look(cleaned)
            if not hits:
                return cleaned
            cleaned = self._put_codes(cleaned)
        return _GONE

    def _look(self, text: str) -> list[_Hit]:
        return [hit for hit in self._finder.find(_fold(text)) if not hit.inside]

    def _put_codes(self, text: str) -> str:
        """Put codes in the places of names, found letter by letter."""
        plain = unicodedata.normalize("NFC", text)
        folded, origin = _align(plain)
        pieces, last = [], 0
        for hit in self._finder.find(folded):
            if not hit.inside:
                start, end = origin[hit.start], origin[hit.end - 1] + 1
                pieces += [plain[last:start], self._codes[hit.entry]]
                last = end
        return "".join([*pieces, plain[last:]])


def _align(text: str) -> tuple[str, list[int]]:
    """Fold a text letter by letter, with the place that each folded letter comes from."""
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        folded = unicodedata.normalize("NFKC", letter).casefold()
        folded = _SPACE.sub(" ", _INVISIBLE.sub("", folded))
        if folded == " " and letters and letters[-1] == " ":
            continue
        letters += folded
        origin += [place] * len(folded)
    joined = "".join(letters)
    if joined.isascii():
        return joined, origin
    beside = {match.start() for match in _BESIDE_HAN.finditer(joined)}
    kept = [n for n in range(len(joined)) if n not in beside]
    return "".join(joined[n] for n in kept), [origin[n] for n in kept]


# The copy


class _Masking:
    """How one ecosystem is masked: codes, the new order of nodes, and the sweep of texts."""

    def __init__(
        self,
        ecosystem: Ecosystem,
        kinds: tuple[str, ...],
        codes: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        """Take codes by id and ids by spelling, and find the order of the new ids."""
        self.ecosystem, self.kinds, self.codes = ecosystem, kinds, codes
        self.own = frozenset(ecosystem.keys[ecosystem.mark(*kinds)])
        renamed = pd.Index([codes.get(key, key) for key in ecosystem.keys], dtype="str")
        order = order_texts(renamed)
        self.place = np.empty(len(order), dtype=np.int64)
        self.place[order] = np.arange(len(order))
        self.keys = renamed[order].rename(ecosystem.keys.name)
        public = list_public_names(ecosystem, kinds)
        coded = {name: codes[key] if key else _SEVERAL for name, key in names.items()}
        coded |= {n: c for n, c in self._name_coded().items() if n not in coded}
        self.sweep = _Sweep(coded, self._name_whole(), public)

    def make(self) -> Ecosystem:
        """Make the copy."""
        old = self.ecosystem
        parts = {kind: self._mask_part(kind) for kind in old.parts}
        copy = replace(
            old,
            name=self.sweep.clean(old.name),
            keys=self.keys,
            parts={kind: part for kind, (part, _) in parts.items()},
            positions={kind: places for kind, (_, places) in parts.items()},
            named={k: (rows, self.place[nodes]) for k, (rows, nodes) in old.named.items()},
            edge_columns={k: self._mask_edges(edges) for k, edges in old.edge_columns.items()},
            sheets=(),
            tables=_MaskedTables(old.tables, self.mask_table),
            problems=tuple(map(_mask_problem, old.problems)),
            accounts=_mask_accounts(old.accounts),
            facts={},
            hashes={},
        )
        if "links" in old.memory:
            copy.memory["links"] = self._renumber(old.memory["links"])
        return copy

    def _renumber(self, links: pd.DataFrame) -> pd.DataFrame:
        """Keep the firm that stands for each link: which is the first of several ids must stay."""
        numbers = {
            name: np.where(links[name] >= 0, self.place[links[name]], -1)
            for name in ("industry", "agreement", "enterprise")
        }
        by = list(numbers)
        return pd.DataFrame(numbers).sort_values(by, ignore_index=True)

    def _name_coded(self) -> dict[str, str]:
        """List the names of further coded nodes that are long enough to be looked for in texts."""
        names = self._name_nodes(lambda key: key in self.codes and key not in self.own)
        public = {_fold(text).strip() for text in list_public_names(self.ecosystem, self.kinds)}
        return {n: c for n, c in names.items() if len(n) >= 6 and n not in public}  # noqa: PLR2004 - shorter ones are words

    def _name_whole(self) -> dict[str, str]:
        """List names and ids that are replaced where a cell holds nothing else."""
        ids = {_fold(key).strip(): code for key, code in self.codes.items()}
        names = self._name_nodes(lambda key: key in self.codes)
        return {**ids, **{n: c for n, c in names.items() if n}}

    def _name_nodes(self, wanted: Any) -> dict[str, str]:  # noqa: ANN401 - a function of an id
        named: dict[str, str] = {}
        for key, name in zip(self.ecosystem.keys, self.ecosystem.names, strict=True):
            if wanted(key):
                text = _fold(str(name)).strip()
                named[text] = _SEVERAL if text in named else self.codes[key]
        return named

    def _mask_part(self, kind: str) -> tuple[pd.DataFrame, Ints]:
        old = self.ecosystem.positions[kind]
        part = self.ecosystem.parts[kind]
        ids = self.ecosystem.keys[old]
        spec = read_schema().tables.get(read_schema().node_kinds[kind].table)
        mixed = read_schema().tables["organisations"]
        columns: dict[str, Any] = {}
        for name in part:
            if name in {"_source", "row"}:
                columns[name] = np.full(
                    len(part), -1 if name == "_source" else 0, part["_source"].dtype
                )
            else:
                column = _find_column(spec, name) or _find_column(mixed, name)
                if column is not None:
                    columns[name] = self._mask_column(
                        part, name, column, ids, public=kind in _PUBLIC
                    )
        columns["row"] = np.zeros(len(part), dtype=np.int32)
        places = self.place[old]
        order = np.argsort(places, kind="stable")
        frame = pd.DataFrame(columns, index=part.index).take(order)
        return frame.set_axis(pd.RangeIndex(len(frame)), axis=0), places[order]

    def mask_table(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Mask one checked table, row by row in its order."""
        spec = read_schema().tables[name]
        ids = pd.Index(frame["_key"]) if "_key" in frame else None
        columns: dict[str, Any] = {}
        for label in frame:
            if label == "_key":
                columns[label] = [self.codes.get(key, key) for key in frame[label]]
            elif label in {"_file", "_sheet"}:
                columns[label] = np.full(len(frame), name if label == "_file" else "", dtype=object)
            elif str(label).startswith("_"):
                columns[label] = np.zeros(len(frame), dtype=np.int64)
            elif (column := _find_column(spec, str(label))) is not None:
                public = spec.node in _PUBLIC
                columns[label] = self._mask_column(frame, str(label), column, ids, public=public)
        return pd.DataFrame(columns, index=frame.index)

    def _mask_column(
        self,
        frame: pd.DataFrame,
        name: str,
        column: Column,
        ids: pd.Index | None,
        *,
        public: bool,
    ) -> pd.Series:
        """Mask one column: recode what refers, blank what tells, sweep what is text."""
        values = frame[name]
        if column.refers:
            return values.map(self._recode)
        if column.name in _DROPPED:
            return values.mask(np.ones(len(values), dtype=bool))
        coded, own = self._mark(ids, len(values))
        if column.name in _TELLING:
            values = values.mask(coded)
        if column.name == "founded":
            values = _keep_years(frame, name, own)
        if column.name in {"id", "name"} and ids is not None:
            codes = pd.Series([self.codes.get(key, "") for key in ids], index=values.index)
            values = values.where(~coded, codes)
            if public and column.name == "name":
                return values
        if column.name == "id" and public:
            return values
        return self._sweep_column(values, column)

    def _sweep_column(self, values: pd.Series, column: Column) -> pd.Series:
        if column.type == "choice":
            known = {term.key for term in read_schema().vocabularies[str(column.vocabulary)]}
            return values.map(
                lambda v: self.sweep.clean(v) if isinstance(v, str) and v not in known else v
            )
        return self.sweep.clean_column(values, place=column.name in _PLACES)

    def _mark(self, ids: pd.Index | None, rows: int) -> tuple[Flags, Flags]:
        """Say which rows are of coded nodes, and which of masked ones."""
        if ids is None:
            return np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
        coded = np.array([key in self.codes for key in ids], dtype=bool)
        return coded, np.array([key in self.own for key in ids], dtype=bool)

    def _recode(self, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(self.codes.get(key, key) for key in value)
        return self.codes.get(value, value) if isinstance(value, str) else value

    def _mask_edges(self, edges: EdgeColumns) -> EdgeColumns:
        """Put the edges of a kind into the new order; where they stood is left out."""
        role, roles = self._mask_words(edges.role, edges.roles)
        level, levels = self._mask_words(edges.level, edges.levels)
        source, target = (
            self.place[ends].astype(np.int32) for ends in (edges.source, edges.target)
        )
        order = np.lexsort((level, edges.amount, role, target, source))
        return EdgeColumns(
            source[order],
            target[order],
            role=role[order],
            roles=roles,
            level=level[order],
            levels=levels,
            amount=edges.amount[order],
            sheet=np.full(len(order), -1, dtype=np.int16),
            row=np.zeros(len(order), dtype=np.int32),
        )

    def _mask_words(
        self, numbers: NDArray[np.int16], words: tuple[str, ...]
    ) -> tuple[NDArray[np.int16], tuple[str, ...]]:
        cleaned = [self.sweep.clean(word) for word in words]
        kept = tuple(sorted(set(cleaned)))
        number = np.array([*(kept.index(word) for word in cleaned), -1], dtype=np.int16)
        return number[numbers], kept


class _MaskedTables(Mapping[str, pd.DataFrame]):
    """Tables that are masked when they are asked for, and kept."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], change: Any) -> None:  # noqa: ANN401 - a function
        """Take the tables, mask none yet."""
        self._tables, self._change = tables, change
        self._masked: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Mask a table."""
        if name not in self._masked:
            self._masked[name] = self._change(name, self._tables[name])
        return self._masked[name]

    def __iter__(self) -> Iterator[str]:
        """Name the tables."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self._tables)


def _find_column(spec: Table | None, name: str) -> Column | None:
    """Find what the schema says of a column as it was read; None for one that it does not know."""
    if spec is None:
        return None
    base = re.sub(r"_(start|end)$", "", name)
    found = spec.columns.get(name) or spec.columns.get(name.rstrip("_"))
    dated = spec.columns.get(base)
    return found or (dated if dated is not None and dated.type == "date" else None)


def _keep_years(frame: pd.DataFrame, name: str, rows: Flags) -> pd.Series:
    """Keep of a period in some rows the years in which it begins and ends."""
    values = frame[name]
    days = pd.to_datetime(frame[name if name != "founded" else "founded_start"])
    if name == "founded":
        years = days.dt.year.astype("Int64").astype("str").where(days.notna(), None)
        return values.where(~rows, years.astype(values.dtype))
    month, day = (1, 1) if name.endswith("_start") else (12, 31)
    whole = pd.to_datetime(
        pd.DataFrame({"year": days.dt.year, "month": month, "day": day}), errors="coerce"
    )
    return values.where(~rows, whole.astype(values.dtype))


def _mask_problem(problem: Problem) -> Problem:
    """Keep what is wrong; leave out where, and what stands there: a misspelt name is one too."""
    known = any(read_schema().find_column(t, problem.column) for t in read_schema().tables)
    details = {
        name: value if name in _SAFE_DETAILS or not isinstance(value, str) else _GONE
        for name, value in problem.details.items()
    }
    return replace(
        problem,
        file="",
        sheet="",
        row=None,
        column=problem.column if known else "",
        value=_GONE if problem.value else "",
        details=details,
    )


def _mask_accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Name tables where the files were named."""
    if "table" not in accounts:
        return accounts
    return accounts.assign(file=accounts["table"].replace("", _GONE), sheet="")


# Small counts


@dataclass(frozen=True)
class Cells:
    """Which columns of a result count firms or agreements, and what would tell a withheld count.

    Parameters
    ----------
    counts
        Columns of counts.
    told
        Columns from which a count of the same row could be worked out: shares, bounds, amounts.
    lines
        Columns that are the same in all cells of a line, whose sum is known elsewhere.
    sums
        Columns of one row of which the first is the sum of the others.
    where
        A column and the values that it has in the rows that count.
    amounts
        The columns that find the rows of amounts beside a count, and the value of ``where`` there.
    """

    counts: tuple[str, ...]
    told: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    where: tuple[str, tuple[str, ...]] | None = None
    amounts: tuple[tuple[str, ...], str] | None = None


_BOUNDS = ("ci_low", "ci_high")
_TESTS = ("p", "q", "p_over", "q_over")
_WAITS = tuple(f"within_{years}{end}" for years in (1, 2, 3, 5) for end in ("", "_low", "_high"))

SMALL_COUNTS: Mapping[str, Cells] = {
    "summary": Cells(("value",), lines=(("what",),), where=("what", ("agreements",))),
    "gaps": Cells(
        ("observed", "firms", "firms_linked", "firms_recorded"),
        told=("expected", "ratio", *_BOUNDS, *_TESTS, "exposure", "critical", "power", "needed",
              "shrunk", "recorded"),
        lines=((),),
    ),
    "pairs": Cells(
        ("observed", "firms_linked", "contracts"),
        told=("ratio", *_BOUNDS, *_TESTS, "p_links", "p_links_over", "p_contracts",
              "p_contracts_over", "needed", "power"),
        lines=(("industry",), ("discipline",)),
    ),
    "opportunities": Cells(
        ("firms_linked",),
        told=("unlinked_firms", "pair_ratio", "needed", "opportunity", "opportunity_rank"),
        lines=(("industry",), ("discipline",)),
    ),
    "brokers": Cells(
        ("firms_reached", "firms_tied", "firms_near", "firms_meant"),
        told=("paths_near", "firm_evidence"),
    ),
    "partners": Cells(("demanded", "demanded_by", "in_use", "used_by", "links")),
    "structure": Cells(
        ("firms", "firms_in_network"),
        told=("ties_within", "ties_science", "ties_elsewhere", "ei", "ei_expected", "p_closed",
              "p_open", "conductance", "bridges", "deep_bridges", "articulation_points",
              "constraint"),
        lines=((),),
    ),
    "dimensions": Cells(("n",), told=("value", *_BOUNDS, "coverage")),
    "dimensions_by": Cells(
        ("n",), told=("value", *_BOUNDS, "coverage"), lines=(("by", "indicator"),)
    ),
    "pyramid": Cells(
        ("firms",),
        told=("share",),
        lines=(("level", "industry", "region"), ("level", "industry", "tier"),
               ("level", "region", "tier")),
    ),
    "tier_moves": Cells(
        ("firms", "firms_from"),
        told=("share", *_BOUNDS),
        lines=(("scope", "year_from", "year_to", "tier_from"),
               ("scope", "year_from", "year_to", "tier_to")),
    ),
    "path_steps": Cells(("firms", "firms_from"), told=("share", *_BOUNDS)),
    "promotion_summary": Cells(
        ("firms", "promoted", "waiting", "entry_unknown", "promotion_unknown", "higher_before"),
        told=("median", "median_low", "median_high", *_WAITS),
        sums=(("firms", "promoted", "waiting"),),
    ),
    "tier_links": Cells(
        ("firms", "firms_linked", "others", "others_linked"),
        told=("share", *_BOUNDS, "others_share", "odds_ratio", "odds_low", "odds_high", "odds_p",
              "common_odds", "common_low", "common_high", "common_p", "common_q", "alike_p"),
        lines=((),),
    ),
    "funnel": Cells(
        ("part",),
        told=("value", *_BOUNDS, "whole"),
        where=("stage", ("signed", "agreements", "paid")),
        amounts=(("basis", "scope", "channel"), "amount"),
    ),
    "incubation": Cells(("count",), told=("share", *_BOUNDS), lines=(("incubator",),)),
    "finance": Cells(
        ("cases", "firms", "named_firms"), told=("amount", "amount_per_firm", "coverage")
    ),
}  # fmt: skip
"""Which columns of which results count firms or agreements by what is known of them."""

_FIGURES = {"sizes": ("staff", "revenue", "assets")}  # of a single firm, to the last yuan
_UNTOLD = "c"  # confidential: not small itself, but it would tell what is


def suppress(results: Mapping[str, pd.DataFrame], *, least: int = 3) -> dict[str, pd.DataFrame]:
    """Withhold small counts of firms and agreements, and what would tell them.

    A count from 1 to ``least`` - 1 becomes missing, with the shares, bounds and amounts that
    belong to it. Where it is the only one withheld in a line whose sum is known, the next
    smallest is withheld too. Of a firm that shares industry and county with too few others the
    county is withheld, and of every firm the exact staff, revenue and assets. None stays 0:
    that nobody is there says nothing of anybody.

    Parameters
    ----------
    results
        Result tables by name; they are not changed.
    least
        The least count that is shown, at least 2.

    Returns
    -------
    dict of str to pandas.DataFrame
        The same tables. What is withheld is missing, so that pages can be made of them;
        `mark_withheld` writes marks there. ``attrs["meta"]["withheld"]`` counts the cells:
        ``least``, ``small``, ``further`` (they would tell a small one), ``mark``.

    Raises
    ------
    SettingsError
        If ``least`` is below 2.
    """
    if type(least) is not int or least < 2:  # noqa: PLR2004 - one is nobody's secret kept
        raise SettingsError(f"least is {least!r}; give a whole number from 2.")
    lone = _find_lone(results.get("tiers"), least)
    return {name: _suppress_table(name, results[name], least, lone) for name in results}


def mark_withheld(table: pd.DataFrame) -> pd.DataFrame:
    """Write marks where `suppress` withheld something, for a file of text.

    ``<3`` stands for a small count (of a threshold of 3), ``c`` for what would tell one.
    """
    marks = table.attrs.get("withheld", _Marks({}))
    marked = table.copy()
    for column, places in marks.by_column.items():
        values = marked[column].to_numpy(dtype=object, copy=True)
        for place, text in places:
            values[place] = text
        marked[column] = pd.Series(values, index=marked.index, dtype=object)
    return marked


@dataclass(frozen=True, eq=False)
class _Marks:
    """What stands in withheld cells, by column: place and text."""

    by_column: Mapping[str, Sequence[tuple[int, str]]]

    def __deepcopy__(self, memo: object) -> _Marks:
        """Stay the same: pandas copies what a table says of itself whenever it takes a column."""
        return self


def blur_places(ecosystem: Ecosystem, *, least: int = 3) -> Ecosystem:
    """Leave out the county of firms that share it, and an industry, with too few others.

    For what is written of single nodes and edges: results are computed before. A firm without
    industry shares its county with those that have none either.
    """
    if "lies_in" not in ecosystem.edge_columns:
        return ecosystem
    places = ecosystem.link("lies_in")[["source", "target"]]
    industries = ecosystem.link("works_in")[["source", "target"]]
    both = places.merge(industries, on="source", how="left", suffixes=("", "_industry"))
    cells = both.groupby(["target", "target_industry"], dropna=False)["source"]
    few = set(both.loc[cells.transform("nunique") < least, "source"])
    kept = ~places["source"].isin(few).to_numpy()
    edges = ecosystem.edge_columns["lies_in"]
    names = ("source", "target", "role", "level", "amount", "sheet", "row")
    shorter = replace(edges, **{name: getattr(edges, name)[kept] for name in names})
    others = {kind: found for kind, found in ecosystem.edge_columns.items() if kind != "lies_in"}
    columns = others | ({"lies_in": shorter} if kept.any() else {})
    tables = _MaskedTables(ecosystem.tables, functools.partial(_leave_regions, few))
    return replace(ecosystem, edge_columns=dict(sorted(columns.items())), tables=tables)


def _leave_regions(firms: set[str], _: str, frame: pd.DataFrame) -> pd.DataFrame:
    if "region" not in frame or "_key" not in frame:
        return frame
    return frame.assign(region=frame["region"].mask(frame["_key"].isin(firms), ""))


def _find_lone(tiers: pd.DataFrame | None, least: int) -> frozenset[str]:
    """Find the firms that share industry and county with too few others."""
    if tiers is None or not {"industry", "region"} <= set(tiers.columns):
        return frozenset()
    cells = tiers.fillna({"industry": "", "region": ""}).groupby(["industry", "region"])
    return frozenset(tiers.index[(cells["name"].transform("size") < least).to_numpy()])


def _suppress_table(
    name: str, table: pd.DataFrame, least: int, lone: frozenset[str]
) -> pd.DataFrame:
    small = pd.DataFrame(data=False, index=range(len(table)), columns=table.columns)
    further = small.copy()
    if name in SMALL_COUNTS and len(table):
        cells = SMALL_COUNTS[name]
        small, further = _find_small(table, cells, least, small)
    if "region" in table:
        ids = table.get("enterprise", table.index)
        filled = table["region"].map(bool).to_numpy() & table["region"].notna().to_numpy()
        further["region"] |= pd.Series(ids).isin(lone).to_numpy() & filled & (name != "pyramid")
    for column in _FIGURES.get(name, ()):
        if column in table:
            further[column] = table[column].notna().to_numpy()
    return _withhold(table, small, further, least)


def _find_small(
    table: pd.DataFrame, cells: Cells, least: int, none: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the cells that are small, and those that would tell them."""
    counts = [column for column in cells.counts if column in table]
    values = table[counts].apply(pd.to_numeric, errors="coerce").reset_index(drop=True)
    rows = np.ones(len(table), dtype=bool)
    if cells.where:
        rows = table[cells.where[0]].isin(cells.where[1]).to_numpy()
    values = values.astype(np.float64).where(pd.Series(rows), np.nan)
    small, further = none.copy(), none.copy()
    small[counts] = (values > 0) & (values < least)
    hidden = _complete(values, small[counts], table, cells)
    further[counts] = hidden & ~small[counts]
    touched = hidden.any(axis=1).to_numpy()
    told = [column for column in cells.told if column in table]
    filled = table[told].notna().to_numpy(dtype=bool)
    beside = _find_amounts(table, cells, touched)
    further[told] = filled & (touched | beside)[:, None]
    further[counts] |= beside[:, None] & table[counts].notna().to_numpy(dtype=bool)
    return small, further


def _find_amounts(table: pd.DataFrame, cells: Cells, touched: Flags) -> Flags:
    """Find the rows of amounts that belong to counts which are withheld."""
    if not cells.amounts or not cells.where:
        return np.zeros(len(table), dtype=bool)
    keys, value = cells.amounts
    groups = table.groupby(list(keys), dropna=False).ngroup()
    same = groups.isin(groups[touched]).to_numpy()
    return np.asarray(same & (table[cells.where[0]] == value).to_numpy(), dtype=bool)


def _complete(
    values: pd.DataFrame, hidden: pd.DataFrame, table: pd.DataFrame, cells: Cells
) -> pd.DataFrame:
    """Withhold more, until nothing that is withheld follows from a sum."""
    columns = list(values.columns)
    counts, flags = values.to_numpy(), hidden.to_numpy(dtype=bool, copy=True)
    lines = [_number_lines(table, line) for line in cells.lines]
    sums = [[columns.index(c) for c in group if c in columns] for group in cells.sums]
    before = -1
    while before != flags.sum():
        before = flags.sum()
        for line in lines:
            for n in range(len(columns)):
                _complete_lines(counts[:, n], flags[:, n], line)
        for places in sums:
            _complete_rows(counts, flags, places)
    return pd.DataFrame(flags, index=hidden.index, columns=columns)


def _number_lines(table: pd.DataFrame, keys: Sequence[str]) -> Ints:
    present = [key for key in keys if key in table]
    if not present:
        return np.zeros(len(table), dtype=np.int64)
    numbers: Ints = table.groupby(present, dropna=False).ngroup().to_numpy(dtype=np.int64)
    return numbers


def _complete_lines(counts: NDArray[np.float64], flags: Flags, line: Ints) -> None:
    """Withhold, in place, the next smallest count of every line with a single one withheld."""
    numbers, times = np.unique(line[flags], return_counts=True)
    for number in numbers[times == 1]:
        places = np.flatnonzero((line == number) & ~flags & np.isfinite(counts))
        if len(places):
            flags[_choose_least(counts, places)] = True


def _complete_rows(counts: NDArray[np.float64], flags: Flags, places: Sequence[int]) -> None:
    """Withhold, in place, a second part of every sum of which a single one is withheld."""
    for row in np.flatnonzero(flags[:, list(places)].sum(axis=1) == 1):
        shown = [n for n in places if not flags[row, n]]
        parts = [n for n in shown if n != places[0] and counts[row, n] > 0]
        flags[row, min(parts, key=lambda n: counts[row, n], default=shown[0])] = True


def _choose_least(counts: NDArray[np.float64], places: Ints) -> int:
    """Choose the least count above none, or else none."""
    positive = places[counts[places] > 0]
    chosen = positive if len(positive) else places
    return int(chosen[np.argmin(counts[chosen])])


def _withhold(
    table: pd.DataFrame, small: pd.DataFrame, further: pd.DataFrame, least: int
) -> pd.DataFrame:
    """Blank cells, and note where they are."""
    kept = table.copy()
    marks: dict[str, list[tuple[int, str]]] = {}
    for column in table.columns[(small | further).any().to_numpy()]:
        few = small[column].to_numpy(dtype=bool)
        hidden = few | further[column].to_numpy(dtype=bool)
        values = table[column]
        whole = pd.api.types.is_integer_dtype(values) or pd.api.types.is_bool_dtype(values)
        kept[column] = (values.astype(np.float64) if whole else values).mask(hidden)
        places = np.flatnonzero(hidden).tolist()
        marks[str(column)] = [(n, f"<{least}" if few[n] else _UNTOLD) for n in places]
    counted = {
        "least": least,
        "small": int(small.to_numpy().sum()),
        "further": int((further & ~small).to_numpy().sum()),
        "mark": f"<{least}",
    }
    meta = {**table.attrs.get("meta", {}), "withheld": counted}
    kept.attrs = {**table.attrs, "meta": meta, "withheld": _Marks(marks)}
    return kept


# Searching for names that remain

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_INLINE = re.compile(
    r"</?(?:a|b|i|em|strong|span|small|mark|u|s|sub|sup|wbr|tspan)\b[^<>]*>", re.IGNORECASE
)
_RUN = 6  # bytes: shorter texts among numbers are chance
_DEEPEST = 6  # of a file in a file


def find_leaks(
    files: Mapping[str, bytes], names: Iterable[str], *, public: Iterable[str] = ()
) -> pd.DataFrame:
    r"""Search every byte of files for names that must not be there.

    Looked at are the names of the files, and what they hold: as it is written; with HTML
    entities, JSON and address escapes and quotes undone; without tags within a line; and, however
    deep, what is in blocks of base64, gzip, zip (so workbooks) and Parquet. Spellings that differ
    in width, case, blanks or unseen letters are equal. A name of letters is found as a whole
    word, a Chinese one anywhere.

    Parameters
    ----------
    files
        Contents by path.
    names
        Names of at least two letters, as `list_names` lists them.
    public
        Names that may be there and may hold one of them, as `list_public_names` lists them.

    Returns
    -------
    pandas.DataFrame
        One row a file, part and name, columns ``LEAK_COLUMNS``, sorted: ``part`` says where in
        the file, ``certain`` is False where a name stands only within a public one, or is an
        ordinary word that ecograph's own pages hold. Nothing should be given away that has a
        certain one.

    Examples
    --------
    >>> files = {"map.html": b"<b>Silver</b> Sage &amp; Co", "x.json": b'"\\u94f6\\u5723"'}
    >>> find_leaks(files, ["silver sage & co", "银圣"])[["file", "name", "count"]].values.tolist()
    [['map.html', 'silver sage & co', 1], ['x.json', '银圣', 1]]
    """
    wanted = {_fold(name).strip() for name in names}
    finder = _Finder(wanted, {_fold(text).strip() for text in public})
    common = {
        hit.entry for hit in _Finder(wanted, overlapping=True).find(_say_own_words(pages=True))
    }
    common |= wanted & {_fold(text).strip() for text in public}
    rows = []
    for path in sorted(files):
        found: dict[tuple[str, str], list[bool]] = {}
        for part, text in _read_file(path, files[path]):
            hits: dict[str, list[bool]] = {}
            for hit in finder.find(_fold(text)):
                hits.setdefault(hit.entry, []).append(not hit.inside and hit.entry not in common)
            for name, certain in hits.items():
                found[part, name] = max(certain, found.get((part, name), []), key=_weigh)
        rows += [(path, part, name, len(c), any(c)) for (part, name), c in sorted(found.items())]
    return pd.DataFrame(rows, columns=list(LEAK_COLUMNS)).astype({"count": int, "certain": bool})


def _weigh(certain: Sequence[bool]) -> tuple[int, int]:
    return sum(certain), len(certain)


def _read_file(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Read all texts of a file, its name first; each with the part that it stands in."""
    yield "name", path
    yield from _read_part("text", data, 0)


def _read_part(part: str, data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    inner = list(_unpack(part, data)) if depth < _DEEPEST else []
    for name, content in inner:
        if isinstance(content, str):
            yield name, content
        else:
            yield from _read_part(name, content, depth + 1)
    if inner:
        return
    rest = data
    for match in _BASE64.finditer(data):
        block = _decode(match.group())
        if block:
            yield from _read_part(f"{part} > base64", block, depth + 1)
            rest = rest.replace(match.group(), b" ")
    text = _decode_text(rest)
    yield part, text
    plain = _undo_escapes(text)
    if plain != text:
        yield part, plain


def _unpack(part: str, data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Open what is packed; nothing where it is not, or cannot be opened."""
    try:
        if data[:2] == b"\x1f\x8b":
            yield f"{part} > gzip", gzip.decompress(data)
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    yield f"{part} > {member.filename}", member.filename
                    yield f"{part} > {member.filename}", archive.read(member)
        elif data[:4] == b"PAR1":
            table = pd.read_parquet(io.BytesIO(data))
            yield f"{part} > parquet", table.to_csv(index=True)
            yield f"{part} > parquet", _decode_text(data)
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError):
        return


def _decode(block: bytes) -> bytes | None:
    """Decode a block of base64 that holds something packed; None where it is anything else."""
    try:
        data = base64.b64decode(block + b"=" * (-len(block) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PAR1")) else None


def _decode_text(data: bytes) -> str:
    """Decode text; of other data the runs of letters that are long enough to be text."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    runs = re.split("[\x00-\x08\x0e-\x1f\x7f\ufffd]+", text)
    return "\x0a".join(run for run in runs if len(run.encode()) >= _RUN)


def _undo_escapes(text: str) -> str:
    """Undo what HTML, JSON, addresses and quotes do to a name."""
    plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = plain.replace("\\/", "/").replace('\\"', '"').replace("\\\\", "\\").replace('""', '"')
    if "%" in plain:
        plain = unquote(plain, errors="replace")
    return html.unescape(html.unescape(_INLINE.sub("", plain)))
