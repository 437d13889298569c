"""Compare what names two organisations, and weigh what they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from ecograph.names import abbreviates
from ecograph.resolution.conflicts import ACADEMIC, compare_trades
from ecograph.resolution.legal import list_told
from ecograph.resolution.slips import (
    is_cut,
    is_slip,
    is_swap,
    is_text_slip,
    is_written_out,
    name_slip,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.names import Name
    from ecograph.resolution.chances import Chances
    from ecograph.resolution.subjects import Subject

__all__ = ["compare_cores"]

_CORRECTED = 1.5  # worth of all words alike once the slips of known words are corrected
_PUBLIC = {"institute", "university", "college", "hospital", "school", "government"}
_BRAND = 3  # signs of a brand in which a swap may make another firm
_SYSTEM = 4  # signs of the name of a system of institutes
_SAME_NUMBER = 4.0
_FORM_SIGNS = "有限责任公司股份集团总厂线认分,.;:"  # with what is written for them by mistake
_BRACKETS = re.compile(r"\([^()]{0,20}\)")
_SAME_TRADE = 2.0
_LONG_CORES = 8  # signs of the cores of two public bodies, together, in which a slip is rather one
_STRICT = {"university", "college", "institute", "hospital", "school", "association", "laboratory"}
_SUBSIDIARY = 3.0  # most that the words of a longer name of a firm speak against it
_WHOLE = 12.0  # worth of two long names that agree nearly to the letter
_LONG_TEXT, _LETTERS_PER_SLIP = 30, 15
_HOPELESS = -3.0  # worth of shared words that nothing else makes up for
_LONG_BRAND = 5  # Han signs of a brand in which one more or less may be a slip
_LONG_WORD = 8  # letters of a word that is no abbreviation


def compare_cores(a: Subject, b: Subject, chances: Chances) -> tuple[str, float]:  # noqa: PLR0911 - one for each kind
    """Compare what names two organisations: a level of `Comparison`, and what it is worth."""
    if a.stem == b.stem:
        level = "reordered" if _reordered(a.name, b.name) else "same"
        return level, max(chances.weigh_stem(a.stem), _weigh_whole(a.name.folded, b.name.folded))
    if a.core == b.core and not a.latin and not b.latin:
        return _compare_equal(a.name, b.name), chances.weigh_core(a.core) + _count_marks(a, b)
    if not (a.latin and b.latin) and is_text_slip(a.name.folded, b.name.folded, (a.brand, b.brand)):
        public = {a.name.kind, b.name.kind} <= _PUBLIC and len(a.core) + len(b.core) >= _LONG_CORES
        swapped = sorted(a.core) == sorted(b.core) and (a.core == b.core or len(a.brand) > _BRAND)
        alike = not public and len(a.core) == len(b.core) and not swapped
        worth = max(chances.weigh_core(a.core), chances.weigh_core(b.core))
        return ("sound" if alike else "typo"), worth
    least, most = (a, b) if len(a.core) < len(b.core) else (b, a)
    if not a.latin and "firm" in {a.name.kind, b.name.kind} and _slip_tail(least, most):
        return "typo", chances.weigh_core(least.core) + _SAME_TRADE
    short, long = (a, b) if len(a.name.folded) < len(b.name.folded) else (b, a)
    if _may_abbreviate(short, long):
        grade = abbreviates(short.name, long.name)
        if grade == "exact" or (grade and short.core not in short.name.places):
            loose = grade == "likely" and not short.latin and not _share_system(short, long)
            level = "loose" if loose else grade
            return f"{level}_short", chances.weigh_short(short.name.folded, short.core)
    if a.latin and b.latin:
        return _compare_latin(a, b, chances)
    return _compare_han(a, b, chances)


def _share_system(a: Subject, b: Subject) -> bool:
    """Say whether both names begin with one system (中国科学院), and are of one place and kind."""
    if not a.name.tokens or not b.name.tokens or a.name.kind != b.name.kind:
        return False
    head = a.name.tokens[0]
    return head == b.name.tokens[0] and len(head) >= _SYSTEM and a.name.places == b.name.places


def _weigh_whole(a: str, b: str) -> float:
    """Weigh that two long names agree nearly to the letter: chance does not repeat so much."""
    if min(len(a), len(b)) < _LONG_TEXT or not a.isascii() or not b.isascii():
        return 0.0
    most = len(max(a, b, key=len)) // _LETTERS_PER_SLIP
    return _WHOLE if OSA.distance(a, b, score_cutoff=most) <= most else 0.0


def _compare_equal(a: Name, b: Name) -> str:
    """Han names with one core: of institutes and laboratories what they are must be the same."""
    if not {a.kind, b.kind} <= {"institute", "laboratory"} or not a.tokens or not b.tokens:
        return "equal"
    short, long = sorted((a.tokens[-1], b.tokens[-1]), key=len)
    return "equal" if long.endswith(short) else "begins"


def _count_marks(a: Subject, b: Subject) -> float:
    """Weigh the same number in both names."""
    same = a.name.marks == b.name.marks and any(mark.startswith("#") for mark in a.name.marks)
    return _SAME_NUMBER if same else 0.0


def _reordered(a: Name, b: Name) -> bool:
    """Say whether the words of two Latin names are turned: A & B, B & A."""
    if a.script != "latin" or a.tokens == b.tokens:
        return False
    cores = ["".join(dict.fromkeys(name.core.split())) for name in (a, b)]
    if cores[0] != cores[1]:
        return True
    texts = [f" {name.folded} " for name in (a, b)]
    return sum("university of " in text for text in texts) == 1 and all(
        " university " in text for text in texts
    )


def _may_abbreviate(short: Subject, long: Subject) -> bool:
    if short.name.folded in long.name.short:
        return True
    if short.latin:
        return len(short.core) <= _LONG_WORD and len(short.name.tokens) == 1 < len(long.name.tokens)
    return bool(short.core) and short.core[0] in long.name.folded


def _compare_han(a: Subject, b: Subject, chances: Chances) -> tuple[str, float]:
    worth = max(chances.weigh_core(a.core), chances.weigh_core(b.core))
    shortest, longest = sorted((len(a.brand), len(b.brand)))
    loose = shortest >= _LONG_BRAND and not {a.name.kind, b.name.kind} & ACADEMIC
    if slip := name_slip(a.core, b.core, loose=loose):
        return slip, worth
    if shortest < 2 or (shortest < longest < _LONG_BRAND - 1 and _are_firms(a, b)):  # noqa: PLR2004
        return "different", 0.0  # each sign of a short brand tells: another is another firm
    short, long = (a, b) if len(a.core) < len(b.core) else (b, a)
    return _compare_contained(short, long, chances)


def _are_firms(a: Subject, b: Subject) -> bool:
    return a.name.kind == b.name.kind == "firm"


def _slip_tail(short: Subject, long: Subject) -> bool:
    """Say whether two Han firms have one core and trade, and a slip in trade or legal form.

    A slip in the legal form keeps it from being known, and what it stands behind from being
    taken apart: the core of the other name says where it ends.
    """
    core = short.core
    if min(len(core), len(short.brand)) < 2 or core in short.name.places:  # noqa: PLR2004
        return False
    tails = []
    for name in (short.name, long.name):
        before, found, after = name.folded.partition(core)
        place = before.rstrip("省市县区(")
        if not found or (place and not place.endswith(name.places or ("",))):
            return False
        tails.append(_BRACKETS.sub("", after).rstrip(_FORM_SIGNS))
    if not all(tails) or tails[0][0] != tails[1][0]:
        return False
    return tails[0] == tails[1] or is_swap(*tails)


def _compare_contained(short: Subject, long: Subject, chances: Chances) -> tuple[str, float]:
    """One Han core in another: after it may stand what it does, before it whose it is."""
    core, whole, name = short.core, long.core, short.name
    if len(core) < 2 or core not in whole or core in name.places:  # noqa: PLR2004
        return "different", 0.0
    public = bool({name.kind, long.name.kind} & (_STRICT | {"government"}))
    begins = public or whole.startswith(core) or len(whole) == len(core) + 1
    trade = (
        (whole[len(core) :], *long.name.industry) if whole.startswith(core) else long.name.industry
    )
    if name.industry and compare_trades(name.industry, trade) == "apart":
        return "different", 0.0
    return ("begins" if begins else "contained"), chances.weigh_core(core)


def _compare_latin(a: Subject, b: Subject, chances: Chances) -> tuple[str, float]:  # noqa: PLR0911 - one for each kind
    both = [word for word in a.worth if word in b.worth]
    rest = [w for w in a.worth if w not in b.worth], [w for w in b.worth if w not in a.worth]
    slips, alone = _pair_slips(*rest, chances)
    places = [list(b.worth).index(word) for word in both]
    if both and not alone[0] and not alone[1] and places != sorted(places):
        return "reordered", min(chances.weigh_stem(a.stem), chances.weigh_stem(b.stem))
    if slips and not alone[0] and not alone[1] and all(known for _, _, known in slips):
        return "typo", min(chances.weigh_stem(a.stem), chances.weigh_stem(b.stem)) + _CORRECTED
    if not both and not slips:
        same = a.joined == b.joined
        return ("typo", chances.weigh_stem(a.stem)) if same else ("different", 0.0)
    found = [a.worth[word] for word in both] + [worth for _, worth, _ in slips]
    if not alone[0] and not alone[1]:
        return "typo", _sum_worths(found)
    if _slip_joined(a, b):
        return "typo", min(chances.weigh_stem(a.stem), chances.weigh_stem(b.stem))
    if a.core == b.core:
        return "equal", chances.weigh_core(a.core)
    lost = sum(
        _weigh_loss(word, side) for side, words in ((a, alone[0]), (b, alone[1])) for word in words
    )
    return _weigh_alone(a, b, alone, chances, found=found, lost=lost, slips=bool(slips))


def _weigh_alone(
    a: Subject,
    b: Subject,
    alone: tuple[list[str], list[str]],
    chances: Chances,
    *,
    found: Sequence[float],
    lost: float,
    slips: bool,
) -> tuple[str, float]:
    """Weigh two Latin names of which one or both say more."""
    strict = bool({a.name.kind, b.name.kind} & _STRICT)
    if not strict and not list_told(a.name, b.name):
        lost = 0.0
        if (
            a.name.places == b.name.places
            and min(len(a.name.folded), len(b.name.folded)) >= _LONG_TEXT
        ):
            return "typo", max(_sum_worths(found), _WHOLE)
    if slips or (alone[0] and alone[1]):
        level, worth = "overlap", _sum_worths(found) - lost
    elif strict:
        level, worth = "contained", _sum_worths(found) - lost
    else:
        shared = chances.weigh_core((b if alone[0] else a).core)
        level, worth = "contained", max(shared, _sum_worths(found)) - min(lost, _SUBSIDIARY)
    return (level, worth) if worth > _HOPELESS else ("different", 0.0)


def _slip_joined(a: Subject, b: Subject) -> bool:
    """Say whether two names are the same but for a space, or a space and one letter."""
    if a.joined == b.joined:
        return True
    if len(a.name.tokens) == len(b.name.tokens) or min(len(a.joined), len(b.joined)) <= _LONG_WORD:
        return False
    return bool(OSA.distance(a.joined, b.joined, score_cutoff=1) <= 1)


def _pair_slips(
    left: list[str], right: list[str], chances: Chances
) -> tuple[list[tuple[str, float, bool]], tuple[list[str], list[str]]]:
    """Pair words that are slips of each other: what each is worth, and whether one is known."""
    paired: list[tuple[str, float, bool]] = []
    open_ = list(right)
    alone: list[str] = []
    for word in left:
        found = next((other for other in open_ if _are_alike(word, other, chances)), None)
        if found is None:
            alone.append(word)
        else:
            open_.remove(found)
            known = chances.is_known(word, found) or is_written_out(word, found)
            paired.append((word, chances.weigh_slip(word, found), known))
    return paired, (alone, open_)


def _are_alike(word: str, other: str, chances: Chances) -> bool:
    if word[0] != other[0] and word[-1] != other[-1]:
        return False
    if is_cut(word, other) or is_written_out(word, other):
        return True
    return is_slip(word, other) and not chances.are_known(word, other)


def _sum_worths(worths: Sequence[float]) -> float:
    """Add what words in common are worth: of more than two only half, as words come together."""
    ranked = sorted(worths, reverse=True)
    return sum(ranked[:2]) + 0.5 * sum(ranked[2:])


def _weigh_loss(word: str, subject: Subject) -> float:
    """Weigh a word that the other name lacks: of a public body each one tells it from others."""
    name = subject.name
    if word in name.short or word in name.places:
        return 0.0
    worth = min(subject.worth[word], 8.0)
    if name.kind in _STRICT:
        return max(1.5 * worth, 5.0)
    return (0.3 if word in name.industry else 0.7) * worth
