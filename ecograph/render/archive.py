"""Archives of office files: the same content in the same bytes, whenever it is packed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["pack_again"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FIRST = "[Content_Types].xml"  # where readers look for what kind of file it is


def pack_again(archive: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Pack an archive again without times, in order of names, some of its files replaced.

    Parameters
    ----------
    archive
        A ZIP archive, such as .docx or .xlsx.
    replaced
        Content by name of a file in the archive.

    Returns
    -------
    bytes
        The archive; the same content gives the same bytes.

    Examples
    --------
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as file:
    ...     file.writestr("b", "1")
    ...     file.writestr("a", "2")
    >>> with zipfile.ZipFile(io.BytesIO(pack_again(buffer.getvalue(), {"b": b"3"}))) as file:
    ...     [(info.filename, info.date_time[0], file.read(info)) for info in file.infolist()]
    [('a', 1980, b'2'), ('b', 1980, b'3')]
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != _FIRST, name)):
            content = replaced[name] if name in replaced else old.read(name)
            new.writestr(_describe(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _describe(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 0  # else it tells on which system it was packed
    info.external_attr = 0
    return info
