"""Codes that identify an organisation: which can be trusted, and which can only keep apart."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean_code", "is_sure", "is_uscc"]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_LONGEST = 40
_LEAST_DIGITS, _LEAST_LENGTH = 3, 5
_LEAST_SIGNS = 4  # different ones of a code that is no placeholder
_NOISE = re.compile(r"[\s.\-_/:：]+")


def is_uscc(code: str) -> bool:
    """Say whether a text is a unified social credit code with its check sign right.

    Parameters
    ----------
    code
        Eighteen signs in capitals.

    Notes
    -----
    GB 32100-2015: the weights are the powers of 3 modulo 31.

    Examples
    --------
    >>> is_uscc("91350100M000100Y43"), is_uscc("91350100M000100Y44")
    (True, False)
    """
    if len(code) != _LENGTH or any(sign not in _ALPHABET for sign in code):
        return False
    total = sum(_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:-1]))
    return _ALPHABET[-total % 31] == code[-1] and len(set(code)) > 1


def is_sure(code: str) -> bool:
    """Say whether a clean code makes those that have it one organisation.

    >>> is_sure("91350100M000100Y43"), is_sure("91350100M000100Y44"), is_sure("916096841")
    (True, False, True)
    """
    return len(code) != _LENGTH or is_uscc(code)


def clean_code(text: str) -> str:
    """Clean a code; what cannot identify becomes empty.

    Of codes of other registers only those that look like a number are taken, and no placeholder
    of the same few signs. A code of eighteen signs stays when its check sign is wrong: different
    ones still keep two names apart, but the same one makes nobody one (`is_sure`).

    Examples
    --------
    >>> clean_code("９１３５０１００m000100y43"), clean_code("911111111111111111")
    ('91350100M000100Y43', '')
    >>> clean_code("916 096 841"), clean_code("00000000"), clean_code("无")
    ('916096841', '', '')
    """
    code = _NOISE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).upper()
    if len(code) == _LENGTH and len(set(code)) < _LEAST_SIGNS:
        return ""
    digits = [sign for sign in code if sign.isdigit()]
    told = len(code) >= _LEAST_LENGTH and len(digits) >= _LEAST_DIGITS and len(set(digits)) > 1
    return code if told and code.isascii() and code.isalnum() else ""
