"""Codes that identify an organisation: which can be trusted, and which cannot."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean_code", "is_uscc"]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_LONGEST = 40
_LEAST_DIGITS, _LEAST_LENGTH = 3, 5
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


def clean_code(text: str) -> str:
    """Clean a code; what cannot identify becomes empty.

    A code of eighteen signs must have its check sign right; of other registers' codes only
    those that look like a number are taken, and none whose digits are all the same.

    Examples
    --------
    >>> clean_code("９１３５０１００m000100y43"), clean_code("91350100M000100Y44")
    ('91350100M000100Y43', '')
    >>> clean_code("916 096 841"), clean_code("00000000"), clean_code("无")
    ('916096841', '', '')
    """
    code = _NOISE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).upper()
    if len(code) == _LENGTH and code.isascii():
        return code if is_uscc(code) else ""
    digits = [sign for sign in code if sign.isdigit()]
    told = len(code) >= _LEAST_LENGTH and len(digits) >= _LEAST_DIGITS and len(set(digits)) > 1
    return code if told and code.isascii() and code.isalnum() else ""
