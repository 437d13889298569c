"""Look at a workbook before it is opened: of what kind it is, and whether it can do harm."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from typing import TYPE_CHECKING

from ecograph.reading.workbooks.markup import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["PAGE_PACE", "Package", "Timer", "find_kind"]

LARGEST_PART = 2 << 30
"""Bytes of one part of a package, unzipped."""

MOST_PARTS = 10_000
SECONDS = 7.0
"""Time for a file of no size; a large one is given more."""

PAGE_PACE = 1_000_000
"""Bytes a second of what is not packed."""

_BYTES_A_SECOND = 500_000
_LARGEST_DIRECTORY = 1 << 22
_CHUNK = 1 << 18
_HEAD = 4096
_TAIL = 65_557  # the end record of a ZIP file with the longest comment
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")  # older than the OLE container
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_OTHERS = (b"{", b"[", b"%pdf", b"mime-version:")  # JSON, RTF, PDF, and a page in one file
_CONTROLS = bytes(n for n in range(32) if n not in b"\t\n\x0b\x0c\r\x1a\x1b")
_PAGES = (b"<html", b"<table", b"<!doctype html", b"<meta", b"<style", b"<head")
_CODES = {0: "stored", 8: "deflated"}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def find_kind(path: Path) -> str:
    """Say of what kind a file is by its bytes, whatever its name says.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        ``xlsx``, ``xlsb``, ``ods``, ``xls``, ``encrypted``, ``html``, ``xml`` (XML Spreadsheet
        2003), ``parquet``, ``text``, or ``""`` for bytes that are none of these.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK"):
        with Package(path) as package:
            return package.kind
    if head.startswith(_OLE):
        return "encrypted" if _holds(path, _ENCRYPTED) else "xls"
    if head.startswith(_BIFF):
        return "xls"
    return "parquet" if head.startswith(b"PAR1") else _find_text_kind(head)


def _holds(path: Path, wanted: bytes) -> bool:
    """Say whether a file holds some bytes."""
    rest = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if wanted in rest + chunk:
                return True
            rest = chunk[-len(wanted) :]
    return False


def _find_text_kind(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    text = head.lower().lstrip(_BLANKS)
    if not text or text.startswith(_OTHERS) or text.translate(None, _CONTROLS) != text:
        return ""
    if not text.startswith(b"<"):
        return "text"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text:
        return "xml"
    return "html" if any(tag in text for tag in _PAGES) else ""


class Timer:
    """The time that the reading of a file may take: longer, the larger it is on the disk.

    It is the time that the processor works for us, so that a busy machine changes nothing.
    """

    def __init__(self, path: Path, *, pace: int = _BYTES_A_SECOND) -> None:
        self.seconds = SECONDS + path.stat().st_size / pace
        self._end = time.thread_time() + self.seconds

    def check(self) -> None:
        """Refuse to go on when the time is over."""
        if time.thread_time() > self._end:
            raise WorkbookError(f"> {self.seconds:.0f} s", "workbook_too_slow")


class Package:
    """The parts of a zipped workbook (XLSX, XLSM, XLSB, ODS), read within limits.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    WorkbookError
        If it is broken, protected by a password, or too large in any respect. Sizes that the
        package declares are not believed: bytes are counted as they are unzipped.
    """

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self.check_time = Timer(path).check
        _check_directory(path)
        self._file = path.open("rb")
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._parts = self._list_parts()
        except _BROKEN as error:
            self._file.close()
            raise WorkbookError(f"broken package: {error}") from None
        except WorkbookError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Open the package."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the package."""
        self._zip.close()
        self._file.close()  # a part that was not read to its end would hold it open

    def __contains__(self, name: str) -> bool:
        """Say whether there is a part of a name; capitals do not matter."""
        return name.lower() in self._parts

    @property
    def kind(self) -> str:
        """The kind of workbook: xlsx, xlsb, ods, encrypted, or none."""
        if "meta-inf/manifest.xml" in self and "content.xml" in self:
            return "ods"
        if any(name.endswith("workbook.bin") for name in self._parts):
            return "xlsb"
        listed = "[content_types].xml" in self or "xl/workbook.xml" in self
        return "xlsx" if listed else ""

    def stream(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """Unzip a part, piece by piece.

        Parameters
        ----------
        name
            The part; a part that is not there has no bytes.
        limit
            Bytes that it may have.
        """
        part = self._parts.get(name.lower())
        most, size = LARGEST_PART if limit is None else limit, 0
        try:
            with self._zip.open(part) if part else io.BytesIO() as stream:
                while chunk := stream.read(_CHUNK):
                    self.check_time()
                    size += len(chunk)
                    if size > most:
                        raise WorkbookError(f"{name}: > {most} bytes", "workbook_too_large")
                    yield chunk
        except _BROKEN as error:
            raise WorkbookError(f"broken package: {error}") from None

    def _list_parts(self) -> dict[str, zipfile.ZipInfo]:
        parts: dict[str, zipfile.ZipInfo] = {}
        for part in self._zip.infolist():
            name = part.filename.replace("\\", "/").lstrip("/").lower()
            if name in parts:
                raise WorkbookError(f"broken package: {name[:100]} stands twice")
            if part.flag_bits & 1:
                raise WorkbookError("protected by a password")
            if part.compress_type not in _CODES:
                raise WorkbookError(f"broken package: compression {part.compress_type}")
            parts[name] = part
        if len(parts) > MOST_PARTS:
            raise WorkbookError(f"parts: {len(parts)} > {MOST_PARTS}", "workbook_too_large")
        return parts


def _check_directory(path: Path) -> None:
    """Refuse a directory of parts that would fill the memory; zipfile reads it as a whole."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        tail = stream.read()
    size = 0
    place = tail.rfind(b"PK\5\6")
    if place >= 0 and place + 16 <= len(tail):
        (size,) = struct.unpack_from("<L", tail, place + 12)
    wide = tail.rfind(b"PK\6\6")
    if size == 2**32 - 1 and wide >= 0 and wide + 48 <= len(tail):
        (size,) = struct.unpack_from("<Q", tail, wide + 40)
    if size > _LARGEST_DIRECTORY:
        raise WorkbookError(f"directory: {size} > {_LARGEST_DIRECTORY} bytes", "workbook_too_large")
