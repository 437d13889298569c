"""Results kept for the next time, each under the hash of all that decides it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecograph.settings import Settings

__all__ = ["LIBRARIES", "Entry", "Identity", "find_entry", "hash_file", "identify", "pack", "prune"]

LIBRARIES = (
    "jinja2",
    "networkit",
    "networkx",
    "numpy",
    "pandas",
    "pyarrow",
    "python-calamine",
    "pyvis",
    "pyyaml",
    "scipy",
)
"""The libraries whose version decides a result."""

_ENTRY = re.compile(r"[0-9a-f]{64}\.entry")
_MAGIC = b"ecograph-entry-1 "
_MOST_ENTRIES = 4
_MOST_BYTES = 2**30  # of all files of an entry; more is not worth keeping
_MOST_HEADER = 2**22


@dataclass(frozen=True)
class Identity:
    """What decides a result.

    Parameters
    ----------
    key
        SHA-256 over input, settings, version of ecograph, of Python and of the libraries.
    inputs
        SHA-256 of every file that may be input, by name.
    """

    key: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """A result that is kept: what it says, and its files.

    Parameters
    ----------
    path
        Where it is.
    facts
        What was kept beside the files.
    hashes
        SHA-256 of every file by name.
    """

    path: Path
    facts: Mapping[str, Any]
    hashes: Mapping[str, str]
    _sizes: tuple[tuple[int, int], ...]  # of each file: packed and whole
    _start: int

    def read_files(self) -> dict[str, bytes] | None:
        """Unpack all files, or None if one of them is damaged."""
        try:
            files = dict(self._unpack())
        except (OSError, ValueError, MemoryError, NotImplementedError):
            return None
        return files if {n: _hash(data) for n, data in files.items()} == self.hashes else None

    def _unpack(self) -> Iterator[tuple[str, bytes]]:
        import pyarrow as pa  # noqa: PLC0415 - not needed where nothing has changed

        codec = pa.Codec("zstd")
        with self.path.open("rb") as stream:
            stream.seek(self._start)
            for name, (packed, whole) in zip(self.hashes, self._sizes, strict=True):
                data = stream.read(packed)
                yield name, codec.decompress(data, whole, asbytes=True) if whole else b""


def identify(data: Path, settings: Settings | Mapping[str, Any] | None) -> Identity | None:
    """Hash everything that decides the results of an input; None if it cannot be read.

    Parameters
    ----------
    data
        Folder or workbook.
    settings
        As the caller gives them.
    """
    try:
        inputs = {file.name: hash_file(file) for file in _list_inputs(data)}
        deciding = [
            __version__,
            sys.version_info[:2],
            [sys.platform, platform.machine()],
            _list_libraries(),
            _fingerprint_package(),
            data.resolve().name,
            data.is_dir(),
            inputs,
            _list_settings(settings),
            _hash_rules(_list_settings(settings).get("rules")),
        ]
        text = json.dumps(deciding, sort_keys=True, default=_spell)
    except (OSError, TypeError, ValueError):
        return None
    return Identity(_hash(text.encode()), inputs)


def find_entry(folder: Path, key: str) -> Entry | None:
    """Find what is kept under a key; None if there is nothing, or nothing that can be trusted."""
    path = folder / f"{key}.entry"
    try:
        with path.open("rb") as stream:
            seal, header = stream.readline(200), stream.readline(_MOST_HEADER)
            start = stream.tell()
        if seal != _seal(header):
            return None
        content = json.loads(header)
        files = [(str(n), str(h), int(packed), int(w)) for n, h, packed, w in content["files"]]
        facts = dict(content["facts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    sizes = tuple((packed, whole) for _, _, packed, whole in files)
    if content.get("key") != key or not _is_bearable(sizes):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the latest used is the last to go
    return Entry(path, facts, {name: digest for name, digest, _, _ in files}, sizes, start)


def pack(
    identity: Identity, files: Mapping[str, bytes], facts: Mapping[str, Any]
) -> tuple[str, bytes] | None:
    """Pack a result as an entry: its file name and bytes, or None if it cannot be kept.

    Parameters
    ----------
    identity
        What decided it.
    files
        Contents by name.
    facts
        Plain values to keep beside the files.
    """
    import pyarrow as pa  # noqa: PLC0415 - not needed where nothing has changed

    if sum(map(len, files.values())) > _MOST_BYTES or not pa.Codec.is_available("zstd"):
        return None
    codec = pa.Codec("zstd", compression_level=1)
    packed = {name: codec.compress(data, asbytes=True) for name, data in sorted(files.items())}
    listed = [
        [name, _hash(files[name]), len(data), len(files[name])] for name, data in packed.items()
    ]
    content = {"key": identity.key, "facts": dict(facts), "files": listed}
    header = json.dumps(content, ensure_ascii=False).encode() + b"\n"
    return f"{identity.key}.entry", b"".join([_seal(header), header, *packed.values()])


def prune(folder: Path) -> None:
    """Remove all but the entries used last; whatever else lies there stays."""
    with contextlib.suppress(OSError):
        entries = [file for file in folder.iterdir() if _ENTRY.fullmatch(file.name)]
        for file in sorted(entries, key=lambda f: -f.stat().st_mtime_ns)[_MOST_ENTRIES:]:
            file.unlink()


def hash_file(path: Path) -> str:
    """Hash a file's bytes with SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _list_settings(settings: Settings | Mapping[str, Any] | None) -> dict[str, Any]:
    if settings is None or isinstance(settings, Mapping):
        return dict(settings or {})
    return settings.to_dict()


def _hash_rules(folder: str | None) -> dict[str, str]:
    """Hash the rule files of one's own."""
    if folder is None:
        return {}
    return {file.name: hash_file(file) for file in sorted(Path(folder).glob("*.yaml"))}


def _list_inputs(data: Path) -> list[Path]:
    """List the files that may be read: more than are read does no harm."""
    if not data.is_dir():
        return [data]
    files = (f for f in data.iterdir() if f.is_file() and not f.name.startswith((".", "~$")))
    return sorted(files)


def _list_libraries() -> list[str]:
    """Name the libraries with their versions, as their installation names its folders.

    Asking importlib.metadata takes longer than everything else here, so only the rest is asked.
    """
    wanted = {name.replace("-", "_"): name for name in LIBRARIES}
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, sys.path):
        for entry in os.listdir(folder):  # noqa: PTH208 - a path for each name takes long
            name, _, rest = entry.partition("-")
            if rest.endswith(".dist-info") and name.lower() in wanted:
                found.setdefault(name.lower(), rest)
    for name in wanted.keys() - found.keys():
        from importlib import metadata  # noqa: PLC0415 - see above

        found[name] = metadata.version(wanted[name])
    return [f"{name}-{version}" for name, version in sorted(found.items())]


def _fingerprint_package() -> str:
    """Hash the program and its data, so that a change of either is noticed."""
    home = Path(__file__).parent
    digest = hashlib.sha256()
    for folder, inner, names in os.walk(home):
        inner[:] = sorted(name for name in inner if name != "__pycache__")
        for name in sorted(names):
            file = Path(folder, name)
            digest.update(f"{file.relative_to(home).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _is_bearable(sizes: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether the stated sizes are such as ecograph writes."""
    return all(min(pair) >= 0 for pair in sizes) and all(
        sum(column) <= _MOST_BYTES for column in zip(*sizes, strict=True)
    )


def _seal(header: bytes) -> bytes:
    return _MAGIC + _hash(header).encode() + b"\n"


def _spell(value: object) -> list[str]:
    return [type(value).__name__, str(value)]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
