"""Fold how a name is written: width, case, accents, variants of signs, traditional characters."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LONGEST", "fold_name", "has_han"]

LONGEST = 500
"""Signs of a name that are read; nobody's name is longer."""

_RAW = 4 * LONGEST  # signs that are not seen may stand between those that are

_HAN = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_HAN_SIGN = re.compile(f"[{_HAN}]")
_PLAIN_HAN = re.compile("[一-鿿]+")  # nothing but whether it is traditional is to fold
_INNER_SPACE = re.compile(f" (?=[{_HAN}])|(?<=[{_HAN}]) ")
_ROUND_SIGNS = re.compile(r" ?([(),;]) ?")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_DASHES = re.compile("--+")
_ENTITY = re.compile(
    "&(?:amp|quot|apos|lt|gt|nbsp|#[0-9]{2,6}|"
    "[a-z]{1,2}(?:acute|grave|circ|uml|cedil|tilde|ring|slash|lig));",
    re.IGNORECASE,
)
_AROUND = " .,;:'-/!?"  # signs that end a sentence around a Chinese name, not the name
_ACCENTS = re.compile("[\u0300-\u036f]")

# NFKC leaves these apart though they mean the same in a name.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("○◯⚪", "〇"),
        **dict.fromkeys("[{<【〔〖〈《⟨⦅❨", "("),
        **dict.fromkeys("]}>】〕〗〉》⟩⦆❩", ")"),
        **dict.fromkeys("‐‑‒–—―−─⸺﹘ーˉ", "-"),
        **dict.fromkeys("’‘‛`´ʼʹ′", "'"),
        **dict.fromkeys('"“”„‟«»「」『』‹›″*®™©℠•·・‧∙⋅•᛫_|~', " "),
        **dict.fromkeys("、،", ","),
        **dict.fromkeys("。", "."),
        "⁄": "/",
        "\\": "/",
        "—": "-",
        "＋": "+",
    }
)
_ODD = frozenset(map(chr, _SIGNS))
_ROUND = frozenset("(),;")
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
    }
)


def fold_name(text: str) -> str:
    """Fold a name, so that two ways to write the same signs become equal.

    Compatibility forms (NFKC), case, accents of Latin letters, brackets, quotes, dashes and dots,
    signs that are not seen, spaces, and traditional characters, which become simplified.

    Parameters
    ----------
    text
        A name; of a longer text than `LONGEST` signs the beginning is read.

    Returns
    -------
    str
        The folded name; folding it again changes nothing.

    Examples
    --------
    >>> fold_name("　山西格盟普麗環境（太原）有限公司 "), fold_name("Université de  Strasbourg")
    ('山西格盟普丽环境(太原)有限公司', 'universite de strasbourg')
    """
    folded = _fold_once(_unescape(_mend_encoding(text[:_RAW])))
    while "&" in folded and folded != (plain := _unescape(folded)):
        folded = _fold_once(plain)
    return folded


def has_han(text: str) -> bool:
    """Say whether a text has Chinese characters.

    >>> has_han("3M中国"), has_han("3M")
    (True, False)
    """
    return _HAN_SIGN.search(text) is not None


def _unescape(text: str) -> str:
    """Write out entities of web pages; only whole ones, so that AT&T stays."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text)


def _mend_encoding(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252, once or twice: SociÃ©tÃ© is Société."""
    for _ in range(3):
        if "Ã" not in text and "â€" not in text:
            break
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            break
    return text


def _fold_once(text: str) -> str:
    if text.isascii():
        return _tidy(text.lower())
    if _PLAIN_HAN.fullmatch(text):
        return _simplify(text[:LONGEST])
    folded = _fold_signs(text)
    if _HAN_SIGN.search(folded):
        return _simplify(_INNER_SPACE.sub("", folded).strip(_AROUND))
    return folded


def _fold_signs(text: str) -> str:
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    text = unicodedata.normalize("NFD", text).translate(_LETTERS)
    text = unicodedata.normalize("NFKC", _ACCENTS.sub("", text))
    return _tidy(text)


def _tidy(text: str) -> str:
    if not text.isprintable():
        text = _UNSEEN.sub("", text)
    if not _ODD.isdisjoint(text):
        text = text.translate(_SIGNS)
    if "--" in text:
        text = _DASHES.sub("-", text)
    text = " ".join(text.split())
    if not _ROUND.isdisjoint(text):
        text = _ROUND_SIGNS.sub(r"\1", text)
    return text[:LONGEST].strip()


def _simplify(text: str) -> str:
    signs = _find_traditional()
    if signs.isdisjoint(text):
        return text
    return _load_converter()(text)


@functools.cache
def _load_converter() -> Callable[[str], str]:
    # Dictionaries are read at the first Chinese name, not at import.
    from opencc import OpenCC  # noqa: PLC0415

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@functools.cache
def _find_traditional() -> frozenset[str]:
    signs = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))]
    simple = _load_converter()("\n".join(signs)).split("\n")
    return frozenset(sign for sign, other in zip(signs, simple, strict=True) if sign != other)
