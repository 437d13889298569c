"""Read an organisation's name: every part of it in one value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecograph.names.acronyms import is_acronym
from ecograph.names.folding import LONGEST, fold_name, has_han
from ecograph.names.han import split_han
from ecograph.names.latin import split_latin
from ecograph.names.marks import take_former
from ecograph.names.model import Name
from ecograph.names.places import is_place
from ecograph.names.platforms import part_partners
from ecograph.names.words import load_latin_words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["parse_name", "parse_names"]


# Two words at least: TCL科技集团 is one name.
_LATIN = r"[a-z][a-z.,&'-]*(?: [a-z.,&'-]+)+"
_DOTS = frozenset("·•‧∙⋅・᛫")
_TAG = re.compile(r"\(([A-Z]{2,5})\)\s*$")
_LEAST_CODES, _LONGEST_CODE = 4, 3  # words of capitals or figures behind a name, and their signs
_LETTER = re.compile("[a-z]")
_LATIN_RUN = re.compile(rf"({_LATIN}[ ,;(/-]*)?([^ -~].*[^ -~])([ ,;(/-]*{_LATIN}\)?)?")


def parse_name(text: str) -> Name:
    """Read an organisation's name.

    Parameters
    ----------
    text
        A name in Chinese, English, French, Norwegian, German, or any other text.

    Returns
    -------
    Name
        Its parts; a text without letters has a core of its own signs.

    Examples
    --------
    >>> name = parse_name("太原理工大学材料科学与工程学院")
    >>> name.parent, name.unit, name.kind
    ('太原理工大学', '材料科学与工程学院', 'university')
    """
    folded = fold_name(text)
    if not folded:
        return Name(text)
    plain = _drop_codes(text, folded) if folded[-1:].isalnum() else _drop_tag(text, folded)
    current, former = take_former(_keep_dots(text, plain))
    han = has_han(current)
    current, other = _part_languages(current) if han else (current, ())
    parts = split_han(current) if han else split_latin(current)
    return Name(
        original=text,
        folded=folded,
        script=_find_script(folded, han=han),
        places=tuple(parts.places),
        core=parts.core or current,
        tokens=tuple(parts.words),
        industry=tuple(parts.industry),
        form=parts.form,
        kind=parts.kind,
        marks=tuple(parts.marks),
        unit=parts.unit,
        parent=parts.parent,
        short=tuple(dict.fromkeys((*parts.short, *other))),
        former=former,
    )


def parse_names(texts: Iterable[str]) -> list[Name]:
    """Read many names, each distinct text once.

    Parameters
    ----------
    texts
        Names, with repetitions.

    Returns
    -------
    list of Name
        One for each text, in their order.

    Examples
    --------
    >>> [name.core for name in parse_names(["普丽环境公司", "普丽环境"])]
    ['普丽', '普丽']
    """
    known: dict[str, Name] = {}
    result = []
    for text in texts:
        if text not in known:
            known[text] = parse_name(text)
        result.append(known[text])
    return result


def _drop_codes(text: str, folded: str) -> str:
    """Drop the fields of a file that stand in capitals behind a name: CNT GBX COD 07."""
    words = text[:LONGEST].split()
    tail = len(words)
    while tail > 0 and _is_code(words[tail - 1]):
        tail -= 1
    codes = words[tail:]
    if len(codes) < _LEAST_CODES or not any(map(str.isdigit, codes)):
        return folded
    before = " ".join(words[:tail])
    return folded if before.isupper() or before.islower() or not before else fold_name(before)


def _is_code(word: str) -> bool:
    return len(word) <= _LONGEST_CODE and word.isalnum() and (word.isupper() or word.isdigit())


def _drop_tag(text: str, folded: str) -> str:
    """Drop a tag in capitals that a register wrote behind a name, unless its letters yield it."""
    found = _TAG.search(text[:LONGEST]) if ")" in folded[-1:] and folded.isascii() else None
    if found is None or text[: found.start()].isupper():
        return folded
    tag, name = found.group(1).casefold(), folded.rpartition("(")[0].strip()
    words, known = name.split(), load_latin_words()
    if not name or (tag,) in known.forms or tag in known.places or is_acronym(tag, words):
        return folded
    return folded if tag in known.groups or tag in known.acronyms else name


def _keep_dots(text: str, folded: str) -> str:
    """Keep the dot between two partners or before a city as a hyphen: folding leaves dots out."""
    text = text[:LONGEST]
    if _DOTS.isdisjoint(text):
        return folded
    dashed = fold_name("".join("-" if sign in _DOTS else sign for sign in text))
    head, _, last = dashed.strip("() ").rpartition("-")
    parted = (is_place(last) and not is_place(head)) or part_partners(
        dashed.strip("() ")
    ) is not None
    return dashed if parted and has_han(dashed) else folded


def _part_languages(text: str) -> tuple[str, tuple[str, ...]]:
    """Part a Chinese name from the same name in Latin letters that stands before or after it."""
    found = _LATIN_RUN.fullmatch(text) if text[:1].isascii() or text[-1:].isascii() else None
    if found is None:
        return text, ()
    before, han, after = found.groups()
    return han, tuple(run.strip(" (),;") for run in (before, after) if run)


def _find_script(folded: str, *, han: bool) -> str:
    if han:
        return "mixed" if _LETTER.search(folded) else "han"
    return "latin" if any(sign.isalpha() for sign in folded) else ""
