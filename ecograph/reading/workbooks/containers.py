"""Read a stream out of an OLE compound file, the container of XLS workbooks ([MS-CFB])."""

from __future__ import annotations

import struct

from ecograph.reading.workbooks.markup import WorkbookError

__all__ = ["read_stream"]

_LAST_SECTOR = 0xFFFFFFFA  # from here on a number is no sector but a mark
_ENTRY = 128
_IN_HEADER = 109  # sectors of the allocation table that the header lists


def read_stream(data: bytes, *names: str) -> bytes:
    """Read the first of some streams that a compound file has.

    Parameters
    ----------
    data
        The whole file.
    names
        Names of streams, in the order of preference.

    Returns
    -------
    bytes
        Its bytes; none if the file has none of the streams.

    Raises
    ------
    WorkbookError
        If the file is broken.
    """
    try:
        return _Container(data).read(names)
    except (struct.error, IndexError, ValueError) as error:
        raise WorkbookError(f"broken container: {error}") from None


class _Container:
    """The sectors of a compound file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, self._mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or self._mini_shift != 6:  # noqa: PLR2004 - the two versions there are
            raise ValueError("sector size")
        self._size = 1 << shift
        self._directory, self._cutoff, self._mini_table = (
            struct.unpack_from("<L", data, place)[0] for place in (48, 56, 60)
        )
        self._table = self._read_table()

    def read(self, names: tuple[str, ...]) -> bytes:
        """Read the first stream of some names."""
        entries = self._list_entries()
        for name in names:
            if name.lower() in entries:
                start, size = entries[name.lower()]
                return self._read_entry(start, size, entries[""])
        return b""

    def _read_table(self) -> list[int]:
        """Read the allocation table: the sector that follows each sector."""
        listed = list(struct.unpack_from(f"<{_IN_HEADER}L", self._data, 76))
        following, count = struct.unpack_from("<LL", self._data, 68)
        for _ in range(min(count, len(self._data) // self._size)):
            if following >= _LAST_SECTOR:
                break
            *more, following = _unpack(self._sector(following))
            listed += more
        table: list[int] = []
        for sector in listed:
            if sector < _LAST_SECTOR and len(table) * self._size <= len(self._data):
                table += _unpack(self._sector(sector))
        return table

    def _list_entries(self) -> dict[str, tuple[int, int]]:
        """List the streams: name to first sector and size; the root has no name here."""
        directory = self._chain(self._directory)
        entries: dict[str, tuple[int, int]] = {}
        for place in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, place + 64)
            start, size = struct.unpack_from("<LL", directory, place + 116)
            raw = directory[place : place + max(0, min(length, 64) - 2)]
            name = "" if kind == 5 else raw.decode("utf-16-le", "replace").lower()  # noqa: PLR2004
            if kind in (2, 5):
                entries.setdefault(name, (start, size))
        entries.setdefault("", (_LAST_SECTOR, 0))
        return entries

    def _read_entry(self, start: int, size: int, root: tuple[int, int]) -> bytes:
        if size >= self._cutoff:
            return self._chain(start)[:size]
        small = self._chain(root[0])
        table = _unpack(self._chain(self._mini_table))
        width = 1 << self._mini_shift
        places = _follow(start, table, len(small) // width)
        return b"".join(small[at * width : (at + 1) * width] for at in places)[:size]

    def _chain(self, start: int) -> bytes:
        most = len(self._data) // self._size
        return b"".join(self._sector(at) for at in _follow(start, self._table, most))

    def _sector(self, number: int) -> bytes:
        place = (number + 1) * self._size
        return self._data[place : place + self._size]


def _unpack(data: bytes) -> list[int]:
    count = len(data) // 4
    return list(struct.unpack_from(f"<{count}L", data))


def _follow(start: int, table: list[int], most: int) -> list[int]:
    """Follow a chain of sectors to its end; one that comes back to itself is broken."""
    places: list[int] = []
    while start < _LAST_SECTOR:
        if len(places) > most:
            raise ValueError("a chain of sectors without end")
        places.append(start)
        start = table[start]
    return places
