"""Names of masked nodes: how they may be spelled, found in texts, and what codes they get."""

from __future__ import annotations

import functools
import hashlib
import hmac
import html
import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
import pandas as pd

from ecograph.errors import SettingsError
from ecograph.schema import ORGANISATION_KINDS, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "BESIDE_HAN",
    "INVISIBLE",
    "PLACES",
    "PUBLIC_KINDS",
    "SEVERAL",
    "SPACE",
    "Finder",
    "Hit",
    "choose_key",
    "code_nodes",
    "fold_name",
    "list_names",
    "list_public_names",
    "require_key",
    "require_kinds",
    "say_own_words",
    "spell_names",
    "undo_escapes",
]

_LETTERS = {
    "university": "U", "platform": "P", "enterprise": "E", "institution": "N", "agreement": "A",
    "team": "T", "achievement": "R", "demand": "Q", "event": "V",
}  # fmt: skip


_DIGITS = "23456789BCDFGHJKLMNPQRSTVWXYZ"  # no vowels: a code spells no word


_LENGTH, _LONGER = (
    8,
    14,
)  # 29^8 codes: of a million firms about one pair meets, and gets longer ones


PUBLIC_KINDS = (
    "university",
    "region",
    "industry",
    "discipline",
)  # kinds whose names stay as they are


_OWN = ("hosts", "needs", "yields")  # what a masked firm has of its own gets a code too


PLACES = ("city", "province", "country")


SEVERAL = "E-*"  # a name that more than one masked node has


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
    require_kinds(kinds)
    return sorted(spell_names(ecosystem, kinds))


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
    for kind in PUBLIC_KINDS:
        if kind in ecosystem.parts and kind not in kinds:
            names.update(map(str, ecosystem.parts[kind]["name"].dropna()))
    places = set().union(*(_list_places(part) for part in ecosystem.parts.values()))
    return sorted(names | {place for place in places if len(place) <= _limit(place)})


# Codes


def require_kinds(kinds: Sequence[str]) -> None:
    """Refuse kinds that are none of organisations."""
    unknown = [kind for kind in kinds if kind not in ORGANISATION_KINDS]
    if unknown or not kinds or isinstance(kinds, str):
        known = ", ".join(ORGANISATION_KINDS)
        raise SettingsError(f"Nodes of the kinds {kinds!r} cannot be masked; choose of: {known}.")


def require_key(key: str) -> None:
    """Refuse a key that is empty."""
    if not key.strip():
        raise SettingsError("The key of the mask is empty; write a long secret into its file.")


def choose_key(ecosystem: Ecosystem, key: str | None) -> bytes:
    """Take the key that codes are made with; without one it is made of all ids."""
    if key is None:
        ids = "\n".join(ecosystem.keys).encode("utf-8", "surrogatepass")
        return hashlib.sha256(ids).digest()
    require_key(key)
    return key.strip().encode("utf-8", "surrogatepass")


def code_nodes(
    ecosystem: Ecosystem, kinds: Sequence[str], names: Iterable[str], *, key: bytes
) -> dict[str, str]:
    """Give every node that needs one a code, by id."""
    wanted = ecosystem.mark(*kinds, "agreement")
    owners = ecosystem.mark(*kinds)
    for edge in _OWN:
        source, target = ecosystem.find_ends(edge)
        wanted[target[owners[source]]] = True
    finder = Finder(names)
    for kind in set(ecosystem.parts) - set(PUBLIC_KINDS):
        places = ecosystem.positions[kind]
        telling = [bool(finder.find(fold_name(text))) for text in ecosystem.keys[places]]
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


BESIDE_HAN = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")


_ANY_HAN = re.compile(f"[{_HAN}]")


SPACE = re.compile(r"[^\S\n]+")


INVISIBLE = re.compile(
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


def fold_name(text: str) -> str:
    """Fold a text so that spellings of one name are equal: width, case, blanks, what is unseen."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = SPACE.sub(" ", INVISIBLE.sub("", plain))
    return plain if plain.isascii() else BESIDE_HAN.sub("", plain)


def _limit(text: str) -> int:
    """Say how long the name of a place may be; anything longer is more than a place."""
    return 6 if _ANY_HAN.search(text) else 20


def _list_places(part: pd.DataFrame) -> set[str]:
    columns = [part[name].dropna().unique() for name in PLACES if name in part]
    return {str(text) for texts in columns for text in texts}


def spell_names(ecosystem: Ecosystem, kinds: Sequence[str]) -> dict[str, str]:
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
            if _is_distinct(fold_name(key)):
                _note(stated, fold_name(key), key)
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
        yield key, {fold_name(text).strip() for text in (*texts, *parts)} - {""}


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
    folded = {fold_name(text).strip() for text in texts}
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
    finder = Finder(names, overlapping=True)
    public = (fold_name(text) for text in list_public_names(ecosystem, kinds))
    common = {
        hit.entry for text in ("\n".join(public), say_own_words()) for hit in finder.find(text)
    }
    return {text: key for text, key in names.items() if text not in common}


@functools.cache
def say_own_words(*, pages: bool = False) -> str:
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
    return fold_name("\n".join([*texts, *map(undo_escapes, texts)]))


@dataclass(frozen=True)
class Hit:
    """A name in a text: from where to where, and whether it is within a longer public name."""

    start: int
    end: int
    entry: str
    inside: bool


class Finder:
    """Finds names in folded texts: the longest at each place; of letters only whole words."""

    def __init__(
        self, names: Iterable[str], public: Iterable[str] = (), *, overlapping: bool = False
    ) -> None:
        """Sort names by their first letters."""
        self._names = {name for name in names if len(name) > 1}
        self._lengths = _sort_lengths(self._names)
        self._heads = {name[:2] for name in self._names}
        self._overlapping = overlapping
        longer = {text for text in public if len(text) > 1}
        self._public = Finder(longer, overlapping=True) if longer else None

    def find(self, text: str) -> list[Hit]:
        """Find names, from left to right."""
        found: list[tuple[int, int]] = []
        free, heads = 0, self._heads
        for place in self._list_starts(text):
            if place < free or text[place : place + 2] not in heads or _joins(text, place):
                continue
            end = self._match(text, place)
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
            hits.append(Hit(start, end, text[start:end], inside))
        return hits

    def _list_starts(self, text: str) -> Iterable[int]:
        """List the places where a name may begin; of a long text many are ruled out at once."""
        if len(text) < _LONG:
            return range(len(text) - 1)
        blocks = range(0, len(text) - 1, _BLOCK)
        return (n for start in blocks for n in self._try_block(text, start).tolist())

    def _try_block(self, text: str, start: int) -> Ints:
        """Find where in a block the first letters of a name stand, and no word goes on."""
        before = min(start, 1)
        numbers = _number_letters(text[start - before : start + _BLOCK + 3])
        letters = numbers[before:]
        goes_on = _mark_word_letters()[numbers]
        inside = np.append(np.zeros(1 - before, dtype=bool), goes_on[:-1] & goes_on[1:])
        places = np.flatnonzero(self._firsts[letters[:-1]] & ~inside[: len(letters) - 1])
        pairs = (letters[:-1] << 21) | letters[1:]
        places = places[(places < _BLOCK) & np.isin(pairs[places], self._pairs[0])]
        later = np.append(pairs, [0, 0])[places + 2]
        fits = np.isin(pairs[places], self._pairs[1]) | np.isin(later, self._pairs[2])
        return np.asarray(places[fits] + start)

    @functools.cached_property
    def _pairs(self) -> tuple[Ints, Ints, Ints]:
        """Number the first two letters of all names and of short ones, and the next two."""
        long = {name for name in self._names if len(name) >= _HEAD}
        heads = (self._heads, {name[:2] for name in self._names - long}, {n[2:4] for n in long})
        numbers = [_number_letters("".join(sorted(parts))) for parts in heads]
        first, short, later = (np.unique((n[::2] << 21) | n[1::2]) for n in numbers)
        return first, short, later

    @functools.cached_property
    def _firsts(self) -> Flags:
        flags = np.zeros(sys.maxunicode + 1, dtype=bool)
        flags[self._pairs[0] >> 21] = True
        return flags

    def _match(self, text: str, place: int) -> int:
        """Find where the longest name ends that begins at a place; 0 where none does."""
        for letters in range(_HEAD, 1, -1):
            for length in self._lengths.get(text[place : place + letters], ()):
                end = place + length
                whole = end <= len(text) and text[place:end] in self._names
                if whole and not _joins(text, end):
                    return end
        return 0


_HEAD, _LONG, _BLOCK = 4, 2_000, 2_000_000  # letters
_HAN_BEGINS = 0x2E80  # Chinese has no such words


@functools.cache
def _mark_word_letters() -> Flags:
    """Say of every number of a letter whether words of letters consist of it."""
    flags = np.zeros(sys.maxunicode + 1, dtype=bool)
    flags[:_HAN_BEGINS] = [chr(number).isalnum() for number in range(_HAN_BEGINS)]
    return flags


def _number_letters(text: str) -> Ints:
    data = text.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(data, dtype="<u4").astype(np.int64)


def _sort_lengths(names: Iterable[str]) -> dict[str, list[int]]:
    """List the lengths of the names that begin with the same letters, the longest first."""
    heads: dict[str, set[int]] = {}
    for name in names:
        heads.setdefault(name[:_HEAD], set()).add(len(name))
    return {head: sorted(lengths, reverse=True) for head, lengths in heads.items()}


def _is_inside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b and b - a > end - start for a, b in spans)


def _joins(text: str, place: int) -> bool:
    """Say whether a word of letters goes on over a place; Chinese has no such words."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return before.isalnum() and after.isalnum() and ord(max(before, after)) < _HAN_BEGINS


_INLINE = re.compile(
    r"</?(?:a|b|i|em|strong|span|small|mark|u|s|sub|sup|wbr|tspan)\b[^<>]*>", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def undo_escapes(text: str) -> str:
    """Undo what HTML, JSON, addresses and quotes do to a name."""
    plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = (
        plain.replace("\\n", " ")
        .replace("\\/", "/")
        .replace('\\"', '"')
        .replace("\\\\", "\\")
        .replace('""', '"')
    )
    if "%" in plain:
        plain = unquote(plain, errors="replace")
    return html.unescape(html.unescape(_INLINE.sub("", plain)))
