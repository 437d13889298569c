"""Take a name in Latin letters apart: words, legal form, kind, place, department."""

from __future__ import annotations

import re

from ecograph.names.acronyms import find_short, is_acronym, take_acronym, take_initials
from ecograph.names.departments import take_parent
from ecograph.names.marks import find_latin_ordinal
from ecograph.names.parts import Parts
from ecograph.names.spelling import mend_words
from ecograph.names.words import load_latin_words, standardize_word

__all__ = ["split_latin", "tokenize"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DOTTED = re.compile(r"\b[^\W\d_](?:[./][^\W\d_])+\b|\b\w{1,2}(?:&\w{1,2})+\b")
_BRACKET = re.compile(r"\(([^()]*)\)?")
_SEGMENT = re.compile(r"[,;]|\s-+\s|\s/\s")
_REPRESENTED = re.compile(r".*\b(?:represented by|on behalf of)\b ?(.{3,})$")
_ELISION = re.compile(r"^(?:l|d|qu|n|dell|nell|all|sull)'(?=..)")
_FIRST = frozenset(
    [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "1st",
        "2nd",
        "3rd",
        "4th",
        "5th",
        "6th",
    ]
)
_KINDS = {
    "hospital": "hospital",
    "university": "university",
    "polytechnic": "university",
    "college": "college",
    "institute": "institute",
    "academy": "institute",
    "laboratory": "laboratory",
    "school": "school",
    "ministry": "government",
    "agency": "government",
    "council": "government",
    "municipality": "government",
    "government": "government",
    "association": "association",
    "society": "association",
    "foundation": "association",
    "federation": "association",
    "center": "institute",
    "museum": "institute",
    "chamber": "association",
}
_RULING = frozenset(
    ("association", "foundation", "federation", "agency", "ministry", "council", "society")
)
_OFFICES = frozenset(("ev", "foundation", "epic", "gie", "hf", "iks", "kf", "sf"))
_PUBLIC = _OFFICES | {"as", "company"}
_BODIES = frozenset(("hospital", "university", "college", "institute", "school"))
_STRONG = frozenset(
    [
        "gmbh",
        "aktiengesellschaft",
        "incorporated",
        "inc",
        "ltd",
        "llc",
        "corporation",
        "corp",
        "plc",
        "gesellschaft_mbh",
    ]
)
_HOLDERS = frozenset(("university", "hospital", "university_hospital", "polytechnic"))
_PARTS = frozenset(("department", "faculty", "division", "school", "laboratory", "institute"))
_OF = frozenset(("of", "for", "de", "du", "des"))
_WORD_NUMBER = re.compile("[a-z]{3,}([0-9]{1,3})")
_NATIONAL = frozenset(("national", "francais", "francaise", "federal"))
_LEAST_SITED = 3
_LONGEST_REGION = 5
_DROPS_KIND = frozenset(("university", "college", "institute", "hospital", "school"))


def split_latin(text: str) -> Parts:
    """Take a folded name in Latin letters apart.

    Parameters
    ----------
    text
        A folded name without the names that it had before.

    Examples
    --------
    >>> parts = split_latin("xerox technologies gmbh & co. kg")
    >>> parts.core, parts.industry, parts.form
    ('xerox', ['technology'], 'gmbh_co_kg')
    """
    parts = Parts()
    text = mend_words(text)
    body = _read_brackets(_take_represented(text), parts)
    segments = [words for words in map(tokenize, _SEGMENT.split(body)) if words]
    segments = _take_forms(segments, parts)
    segments = take_initials(segments, parts)
    segments = take_parent(segments, parts)
    segments = _take_places(segments, parts)
    words = [word for segment in segments for word in segment] or tokenize(text)
    words = _take_branch(words, parts)
    words = _take_site(words, parts)
    words = take_acronym(words, parts)
    if words:
        _name_words(words, parts)
    parts.marks = sorted(set(parts.marks))
    return parts


def tokenize(text: str) -> list[str]:
    """Part a folded text into words; initials with dots become one word.

    >>> tokenize("l'air i.b.m. co. (uk) at&t")
    ['air', 'ibm', 'co', 'uk', 'att']
    """
    if "." in text or "&" in text or "/" in text:
        text = _DOTTED.sub(lambda found: re.sub("[./&]", "", found.group()), text)
    words = _WORD.findall(text)
    if "'" in text:
        words = [_ELISION.sub("", word).replace("'", "") for word in words]
    return words


def _take_represented(text: str) -> str:
    """Take whom a name acts for: the state of x acting on behalf of the university of x."""
    if "represented" not in text and "behalf" not in text:
        return text
    found = _REPRESENTED.search(text)
    return found.group(1) if found else text


def _read_brackets(text: str, parts: Parts) -> str:
    if "(" not in text:
        return text
    return _BRACKET.sub(lambda found: _understand(found, text, parts), text)


def _understand(found: re.Match[str], text: str, parts: Parts) -> str:
    known = load_latin_words()
    before = text[: found.start()]
    words = tokenize(found.group(1))
    joined = " ".join(words)
    if tuple(words) in known.forms or joined in known.groups or not words:
        return f" {joined} "
    if joined in known.tags:
        return " "
    if joined in known.places:
        parts.places.append(known.countries.get(joined, joined))
    elif _is_department(words, before):
        return f", {joined}, "
    elif joined in known.regions:
        parts.places.append(joined)
    elif len(words) > 1 or is_acronym(words[0], tokenize(before)):
        parts.short.append(joined)
    elif words[0].isdigit() or find_latin_ordinal(words[0]) is not None:
        return f" {joined} "
    elif not words[0].isalpha():
        parts.marks.append(f"#{words[0]}")
    else:
        parts.places.append(joined)
    return " "


def _is_department(words: list[str], before: str) -> bool:
    """Say whether a bracket names a part of the university or hospital before it."""
    standard = [standardize_word(word) for word in words]
    if len(words) < 2 or _HOLDERS.isdisjoint(map(standardize_word, tokenize(before))):  # noqa: PLR2004
        return False
    unit = not _PARTS.isdisjoint(standard[:1]) or not _PARTS.isdisjoint(standard[-1:])
    return unit and _HOLDERS.isdisjoint(standard)


def _take_forms(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Strip legal forms from the end of each segment, and from the beginning of the first."""
    kept: list[list[str]] = []
    for segment in segments:
        rest = _strip_forms(segment, parts, 0 if kept else 1)
        if rest:
            kept.append(rest)
    if kept and not parts.form:
        kept[0] = _strip_leading(kept[0], parts)
    if kept and not parts.form:
        kept = _strip_inner(kept, parts)
    return kept


def _strip_forms(segment: list[str], parts: Parts, floor: int) -> list[str]:
    known = load_latin_words()
    rest = segment
    for _ in range(3):
        if not rest or rest[-1] not in known.form_ends:
            break
        longest = min(6, len(rest) - floor)
        length = next((n for n in range(longest, 0, -1) if tuple(rest[-n:]) in known.forms), 0)
        if not length:
            break
        code = known.forms[tuple(rest[-length:])]
        parts.form = code if parts.form in ("", "company") else parts.form
        rest = rest[:-length]
    return rest


def _strip_leading(words: list[str], parts: Parts) -> list[str]:
    known = load_latin_words()
    for length in (2, 1):
        start = tuple(words[:length])
        if start in known.leading and len(words) > length:
            parts.form = known.forms.get(start, "foundation")
            return words[length:]
    return words


def _strip_inner(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Find a form that cannot be another word within a name: Leitz GmbH Wetzlar."""
    known = load_latin_words()
    words = segments[0]
    at = next((n for n, word in enumerate(words) if n and word in _STRONG), 0)
    pair = next(
        (n for n in range(1, len(words) - 1) if tuple(words[n : n + 2]) == ("societe", "anonyme")),
        0,
    )
    if not at and not pair:
        return _strip_second(segments, parts)
    start, end = (at, at + 1) if at else (pair, pair + 2)
    parts.form = known.forms[tuple(words[start:end])]
    rest = [word for word in words[end:] if word not in known.fillers]
    if " ".join(rest) in known.places:
        parts.places.append(known.countries.get(" ".join(rest), " ".join(rest)))
    return [words[:start], *segments[1:]]


def _strip_second(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Find a form written out behind a dash, with what the firm is for: X - Societe anonyme a Y."""
    if len(segments) > 1 and tuple(segments[1][:2]) == ("societe", "anonyme"):
        parts.form = load_latin_words().forms["societe", "anonyme"]
        return [segments[0], *segments[2:]]
    return segments


def _take_places(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Take the countries and states that end a name, and a country that ends a firm's."""
    known = load_latin_words()
    kept = list(segments)
    while len(kept) > 1:
        joined = " ".join(kept[-1])
        campus = joined in known.states and "university" in map(standardize_word, kept[-2])
        if joined not in known.places or campus:
            break
        parts.places.insert(0, known.countries.get(joined, joined))
        kept.pop()
    if kept and parts.form and parts.form not in _OFFICES:
        kept[-1] = _take_country(kept[-1], parts)
    return kept


def _take_country(words: list[str], parts: Parts) -> list[str]:
    known = load_latin_words()
    for length in (2, 1):
        joined = " ".join(words[-length:])
        rest = words[:-length]
        while rest and rest[-1] in known.fillers:
            rest = rest[:-1]
        if joined in known.countries and any(_names(word) for word in rest):
            parts.places.append(known.countries[joined])
            return rest if len(rest) == len(words) - length else words
    return words


def _names(word: str) -> bool:
    known = load_latin_words()
    standard = standardize_word(word)
    return not (standard in known.industry or word in known.weak or word in known.fillers)


def _take_branch(words: list[str], parts: Parts) -> list[str]:
    branches = load_latin_words().branches
    at = next((n for n, word in enumerate(words) if n and word in branches), 0)
    if not at:
        return words
    after = words[at + 1 :]
    if after and after[0] in _OF:  # a branch of the academy, a department for emergencies
        return words
    where = after or parts.places[-1:] or words[max(1, at - 1) : at] or ["branch"]
    parts.marks.append(f"branch:{' '.join(where)}")
    return words[:at] if after else words[: max(1, at - 1)]


def _take_site(words: list[str], parts: Parts) -> list[str]:
    """Take the region or the bracketed town of a national body's site: no firm, no university."""
    standard = {standardize_word(word) for word in words} if not parts.form else set()
    if len(words) < _LEAST_SITED or _NATIONAL.isdisjoint(standard) or _BODIES & standard:
        return words
    regions, known = load_latin_words().regions, load_latin_words().places
    for length in range(min(_LONGEST_REGION, len(words) - _LEAST_SITED + 1), 0, -1):
        if " ".join(words[-length:]) in regions:
            parts.marks.append(f"branch:{' '.join(words[-length:])}")
            return words[:-length]
    # An acronym begins as the name does; a town seldom.
    towns = [place for place in parts.places if place not in known and place[0] != words[0][0]]
    parts.marks += [f"branch:{town}" for town in towns[-1:]]
    return words


def _name_words(words: list[str], parts: Parts) -> None:
    known = load_latin_words()
    last = len(words) - 1
    content = [
        word
        for n, word in enumerate(words)
        if word not in known.fillers or (len(word) == 1 and n in (0, last))
    ]
    content = _drop_officers(content or words)
    tokens = [standardize_word(word) for word in content]
    if any("_" in word for word in tokens):
        tokens = [piece for word in tokens for piece in word.split("_")]
    parts.kind = _find_kind(tokens, parts)
    tokens = _note_marks(tokens, parts)
    parts.words = tokens
    parts.industry = [word for word in tokens if word in known.industry]
    parts.core = " ".join(_find_core(tokens, parts) or tokens)
    parts.short += find_short(words, content)


def _drop_officers(words: list[str]) -> list[str]:
    """Drop the regents or secretary that begin a body's legal name, and a board at its end."""
    officers = load_latin_words().officers
    start = next((n for n, word in enumerate(words) if word not in officers), 0)
    ends_with_board = len(words) - start > 2 and words[-2] == "board" and words[-1] in officers  # noqa: PLR2004 - what is left is a name
    return words[start:-2] if ends_with_board else words[start:]


def _find_kind(tokens: list[str], parts: Parts) -> str:
    if parts.form and parts.form not in _PUBLIC:
        return "firm"
    if tokens[0] == "department" and len(tokens) > 1:
        return "government"
    if tokens[0] in _RULING or (len(tokens) > 1 and tokens[-1] in _RULING):
        return _KINDS[tokens[0] if tokens[0] in _RULING else tokens[-1]]
    found = set(tokens)
    told = not found.isdisjoint(_KINDS)
    kind = next((kind for word, kind in _KINDS.items() if word in found), "") if told else ""
    if parts.form in ("foundation", "ev"):
        return kind or "association"
    if parts.form:
        return kind if kind in _BODIES else "firm"
    return kind


def _find_core(tokens: list[str], parts: Parts) -> list[str]:
    """Find what names: a firm's words up to its industry, a body's words without its kind."""
    known = load_latin_words()
    if parts.kind in _DROPS_KIND:
        return [word for word in tokens if word != parts.kind]
    if parts.kind not in ("firm", ""):
        return tokens
    names = [word for word in tokens if word not in known.groups] or tokens
    start = next((n for n, word in enumerate(names) if word not in known.industry), len(names))
    kept = names[:start] + [word for word in names[start:] if word not in known.industry]
    kept = kept if start <= 1 else names
    return names if all(word in known.weak or len(word) == 1 for word in kept) else kept


def _note_marks(tokens: list[str], parts: Parts) -> list[str]:
    """Note what distinguishes, and write every ordinal as a number: Paris VI is Paris 6."""
    known = load_latin_words()
    plain = list(tokens)
    for n, word in enumerate(tokens):
        number = _read_ordinal(tokens, n, parts)
        if number is not None:
            parts.marks.append(f"#{number}")
            plain[n] = word if _WORD_NUMBER.fullmatch(word) else str(number)
        elif word in ("affiliated", "affiliate"):
            parts.marks.append("affiliated")
        elif word in known.compass and parts.kind not in ("firm", ""):
            parts.marks.append(known.compass[word])
        elif word in known.groups and len(tokens) > 1:
            parts.marks.append("group")
    return [word for word in plain if word != "no"] or plain


def _read_ordinal(tokens: list[str], n: int, parts: Parts) -> int | None:
    word = tokens[n]
    joined = None if word.isalpha() else _WORD_NUMBER.fullmatch(word)
    if not n and not joined:
        return find_latin_ordinal(word) if word in _FIRST else None
    if joined:  # amphos21 is amphos 21
        return int(joined.group(1))
    last = n == len(tokens) - 1 and parts.kind not in ("firm", "")
    return find_latin_ordinal(word, "no" if last else tokens[n - 1])
