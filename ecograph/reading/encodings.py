"""Decode the bytes of a text file: which encoding they are in, and what is doubtful about it."""

from __future__ import annotations

from typing import NamedTuple

from ecograph.errors import DataError
from ecograph.problems import Problem

__all__ = ["Decoded", "decode_text"]


class Decoded(NamedTuple):
    """Text, the encoding that it was in, and what is doubtful about it."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


def decode_text(data: bytes, file: str) -> Decoded:
    """Decode bytes by byte order mark, then strict UTF-8, then strict GB18030.

    Parameters
    ----------
    data
        The whole file.
    file
        Its name, for the problems.

    Raises
    ------
    DataError
        If the bytes are neither UTF-8 nor GB18030 text.

    Examples
    --------
    >>> decode_text("高校".encode("gb18030"), "x.csv")
    Decoded(text='高校', encoding='gb18030', problems=())
    """
    for encoding in _list_encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Decoded(text, encoding, tuple(_check_text(text, file)))
    problem = Problem("unreadable_encoding", file=file)
    raise DataError(f"{file} is neither UTF-8 nor GB18030 text.", [problem])


def _list_encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    return ("utf-8-sig",) if data.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030")


def _check_text(text: str, file: str) -> list[Problem]:
    damaged = "\ufffd" in text
    return [Problem("damaged_text", file=file, severity="warning")] if damaged else []
