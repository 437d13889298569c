"""A search for names that remain in any byte of what was written."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.masking.names import (
    Finder,
    Hit,
    fold_name,
    say_own_words,
    undo_escapes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["LEAK_COLUMNS", "find_leaks"]

LEAK_COLUMNS = ("file", "part", "name", "count", "certain")


_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


_RUN = 6  # bytes: shorter texts among numbers are chance


_FIGURES = 12  # bytes: of a map's numbers many look like letters


_LENGTH = 4  # bytes in front of a map's header


_DEEPEST = 6  # of a file in a file


_AROUND = 200  # letters around a name, in which a longer one is looked for


_DIGITS = 9  # a number of fewer may be any figure


_ADDRESS = re.compile(rb"""( (?:r|ref|sqref|spans|location|topLeftCell|activeCell)="[^"]*")""")
_CELL = re.compile(rb"""\$?[A-Z]{0,3}\$?\d+(?=[":\s])""")


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
        the file, ``certain`` is False where a name stands only within a public one, is an
        ordinary word that ecograph's own pages hold, a number of few digits, which may be any
        figure, or short and among bytes that are no text, which is chance. Nothing should be given
        away that has a certain one.

    Examples
    --------
    >>> files = {"map.html": b"<b>Silver</b> Sage &amp; Co", "x.json": b'"\\u94f6\\u5723"'}
    >>> find_leaks(files, ["silver sage & co", "银圣"])[["file", "name", "count"]].values.tolist()
    [['map.html', 'silver sage & co', 1], ['x.json', '银圣', 1]]
    """
    wanted = {fold_name(name).strip() for name in names}
    finder = Finder(wanted, {fold_name(text).strip() for text in public})
    common = {hit.entry for hit in Finder(wanted, overlapping=True).find(say_own_words(pages=True))}
    common |= wanted & {fold_name(text).strip() for text in public}
    common |= {name for name in wanted if name.isdigit() and len(name) < _DIGITS}
    rows = []
    for path in sorted(files):
        found: dict[tuple[str, str], list[bool]] = {}
        for part, text, least in _read_file(path, files[path]):
            for name, certain in _weigh_hits(finder, fold_name(text), common, least).items():
                found[part, name] = max(certain, found.get((part, name), []), key=_weigh)
        rows += [(path, part, name, len(c), any(c)) for (part, name), c in sorted(found.items())]
    return pd.DataFrame(rows, columns=list(LEAK_COLUMNS)).astype({"count": int, "certain": bool})


def _weigh_hits(finder: Finder, text: str, common: set[str], least: int) -> dict[str, list[bool]]:
    """Find the names in a folded text, and say of each place whether it is certain."""
    hits: dict[str, list[bool]] = {}
    for hit in finder.find(text):
        usual = hit.inside or hit.entry in common or len(hit.entry.encode()) < least
        known = hits.setdefault(hit.entry, [])
        known.append(not usual and (any(known) or not _is_public(finder, text, hit)))
    return hits


def _is_public(finder: Finder, text: str, hit: Hit) -> bool:
    """Say whether a name stands within a public one that escapes or a new line break up."""
    around = fold_name(undo_escapes(text[max(hit.start - _AROUND, 0) : hit.end + _AROUND]))
    found = [other.inside for other in finder.find(around) if other.entry == hit.entry]
    return bool(found) and all(found)


def _weigh(certain: Sequence[bool]) -> tuple[int, int]:
    return sum(certain), len(certain)


def _read_file(path: str, data: bytes) -> Iterator[tuple[str, str, int]]:
    """Read all texts of a file, its name first; each with the part that it stands in.

    The number says how many bytes a name must have there, so that it is not chance.
    """
    yield "name", path, 0
    yield from _read_part("text", data, 0)


def _read_part(part: str, data: bytes, depth: int) -> Iterator[tuple[str, str, int]]:
    inner = list(_unpack(part, data)) if depth < _DEEPEST else []
    for name, content in inner:
        if isinstance(content, str):
            yield name, content, 0
        else:
            yield from _read_part(name, content, depth + 1)
    if inner:
        return
    columns = _find_columns(data)
    if columns:
        yield f"{part} > columns", _decode_text(data[columns:])[0], _FIGURES
        data = data[_LENGTH:columns]
    rest = data
    for match in _BASE64.finditer(data):
        block = _decode(match.group())
        if block:
            yield from _read_part(f"{part} > base64", block, depth + 1)
            rest = rest.replace(match.group(), b" ")
    text, whole = _decode_text(rest)
    least = 0 if whole else _RUN
    yield part, text, least
    plain = undo_escapes(text)
    if plain != text:
        yield part, plain, least


def _find_columns(data: bytes) -> int:
    """Find where columns of numbers begin behind a header, as maps have them; 0 for no such."""
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    header = data[_LENGTH:end]
    return end if end <= len(data) and header[:1] == b"{" and header[-1:] == b"}" else 0


def _unpack(part: str, data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Open what is packed; nothing where it is not, or cannot be opened."""
    try:
        if data[:2] == b"\x1f\x8b":
            yield f"{part} > gzip", gzip.decompress(data)
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    yield f"{part} > {member.filename}", member.filename
                    content = archive.read(member)
                    sheet = member.filename.startswith("xl/worksheets/")
                    yield f"{part} > {member.filename}", _leave_cells(content) if sheet else content
        elif data[:4] == b"PAR1":
            table = pd.read_parquet(io.BytesIO(data))
            yield f"{part} > parquet", table.to_csv(index=True)
            yield f"{part} > parquet", _decode_text(data)[0]
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError):
        return


def _leave_cells(sheet: bytes) -> bytes:
    """Leave out where the cells of a sheet are: E101 there is a place, though a firm has this id.

    >>> _leave_cells(b'<c r="E101" s="2"><v>E101</v></c>')
    b'<c r="" s="2"><v>E101</v></c>'
    """
    return _ADDRESS.sub(lambda match: _CELL.sub(b"", match.group()), sheet)


def _decode(block: bytes) -> bytes | None:
    """Decode a block of base64 that holds something packed; None where it is anything else."""
    try:
        data = base64.b64decode(block + b"=" * (-len(block) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PAR1")) else None


def _decode_text(data: bytes) -> tuple[str, bool]:
    """Decode text, and say whether all is text; else take the runs that are long enough to be."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace"), True
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    runs = re.split("[\x00-\x08\x0e-\x1f\x7f\ufffd]+", text)
    return "\x0a".join(run for run in runs if len(run.encode()) >= _RUN), False
