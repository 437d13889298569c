"""Examine unified social credit codes (统一社会信用代码, GB 32100-2015).

A code has 18 signs: the department that registers (1), the class (2), the region (3 to 8), the
organisation code with a check sign of its own (9 to 17; GB 11714) and a check sign (18).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ecograph.reading.values.numerals import fold_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["CodeFault", "CodeReading", "examine_code", "find_valid_codes"]

CodeFault = Literal["invalid_code", "repaired_code", "rounded_code"]
"""What is wrong with a code: the code of the problem."""

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
_LENGTH = 18
_MODULUS = 31
_DEPARTMENTS = "123456789ANY"
_PROVINCES = (10, *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47))
_PROVINCES += (*range(50, 55), *range(61, 66), 71, 81, 82)  # 10: registered with the centre
_MOST_DOUBTS = 4  # of a code: signs that may be one of two

_WEIGHTS = np.array([pow(3, place, _MODULUS) for place in range(_LENGTH)])
_WEIGHTS[-1] = 1  # the check sign completes the sum to a multiple of 31
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])

_SLIPS = {"O": "0", "o": "0", "I": "1", "i": "1", "l": "1L"}
_JOINERS = re.compile(r"[\s\-—·.]+")
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?E\+?17|[1-9][0-9]{14}000", re.IGNORECASE)


@dataclass(frozen=True)
class CodeReading:
    """A code as it should stand, and what was wrong with its text.

    Parameters
    ----------
    code
        The code, corrected where that is certain; otherwise as written.
    fault
        None where the text is a valid code; else the code of the problem.
    """

    code: str
    fault: CodeFault | None = None


def examine_code(text: str) -> CodeReading:
    """Examine one unified social credit code; mend a slip of the pen where only one code fits.

    Parameters
    ----------
    text
        The cell as written.

    Returns
    -------
    CodeReading
        Full width, small letters, blanks and hyphens, O for 0 and I for 1 are mended where the
        check signs then fit and no other mending fits (``repaired_code``). A number that a
        spreadsheet has rounded cannot be mended (``rounded_code``).

    Notes
    -----
    GB 32100-2015 (check sign: weights 3^i mod 31) and GB 11714-1997 (organisation code, mod 11).

    Examples
    --------
    >>> examine_code("91100000100003962T").fault
    >>> examine_code("9110-0000-1OOOO3962t")
    CodeReading(code='91100000100003962T', fault='repaired_code')
    >>> examine_code("9.11E+17").fault, examine_code("91100000100003962X").fault
    ('rounded_code', 'invalid_code')
    """
    if find_valid_codes([text])[0]:
        return CodeReading(text)
    folded = fold_text(text)
    if _ROUNDED.fullmatch(folded):
        return CodeReading(text, "rounded_code")
    found = _list_repairs(_JOINERS.sub("", folded))
    if len(found) == 1:
        return CodeReading(found[0], "repaired_code")
    return CodeReading(text, "invalid_code")


def find_valid_codes(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Say of each text whether it is a valid unified social credit code as it stands.

    >>> find_valid_codes(["91100000100003962T", "000000000000000000"]).tolist()
    [True, False]
    """
    valid = np.zeros(len(texts), dtype=bool)
    long = [n for n, text in enumerate(texts) if len(text) == _LENGTH and text.isascii()]
    if long:
        signs = np.frombuffer("".join(texts[n] for n in long).encode("ascii"), dtype=np.uint8)
        valid[long] = _check(signs.reshape(-1, _LENGTH))
    return valid


def _make_values(signs: str) -> NDArray[np.int64]:
    """Make a table from ASCII to the value of a sign; -1 is none."""
    values = np.full(128, -1)
    values[[ord(sign) for sign in signs]] = np.arange(len(signs))
    return values


_VALUES = _make_values(_SIGNS)
_ORGANISATION_VALUES = _make_values("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _check(signs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Check rows of 18 ASCII signs."""
    values = _VALUES[signs]
    known = (values >= 0).all(axis=1)
    departments = np.isin(signs[:, 0], [ord(sign) for sign in _DEPARTMENTS])
    classes = (values[:, 1] > 0) & (values[:, 1] < 10)  # noqa: PLR2004 - digits
    regions = (values[:, 2:8] < 10).all(axis=1)  # noqa: PLR2004 - digits
    provinces = np.isin(10 * values[:, 2] + values[:, 3], _PROVINCES)
    total = (values * _WEIGHTS).sum(axis=1) % _MODULUS == 0
    found = known & departments & classes & regions & provinces & total
    return np.asarray(found & _check_organisations(signs[:, 8:17]), dtype=bool)


def _check_organisations(signs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Check rows of nine signs of an organisation code: the last makes the sum 0 mod 11."""
    values = _ORGANISATION_VALUES[signs]
    check = np.where(signs[:, 8] == ord("X"), 10, values[:, 8])
    return np.asarray(((values[:, :8] * _ORGANISATION_WEIGHTS).sum(axis=1) + check) % 11 == 0) & (
        check <= 10  # noqa: PLR2004 - X
    )


def _list_repairs(text: str) -> list[str]:
    """List the valid codes that a text with slips may mean."""
    choices = [_SLIPS.get(sign, sign.upper()) for sign in text]
    doubts = sum(len(choice) > 1 for choice in choices)
    if len(text) != _LENGTH or doubts > _MOST_DOUBTS:
        return []
    found = ["".join(signs) for signs in itertools.product(*choices)]
    return [code for code, valid in zip(found, find_valid_codes(found), strict=True) if valid]
