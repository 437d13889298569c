"""A folder of results: what is there, what may be replaced, and files that take their places."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ecograph.cache import hash_file
from ecograph.errors import SettingsError
from ecograph.files import sweep_leftovers, uninterrupted, write_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ecograph.files import Draft

__all__ = [
    "CRATE_FILE",
    "RECORD",
    "STORE",
    "are_names_ours",
    "is_intact",
    "lay_beside",
    "publish",
    "require_same_kind",
]

CRATE_FILE = "ro-crate-metadata.json"
"""The description of a folder as an RO-Crate, as in ecograph.render.crate."""

RECORD = "run.json"
"""The record of the run that filled a folder; it takes its place last."""

STORE = ".cache"
"""Where results are kept in a folder, unless another place is chosen."""

_UNDERWAY = ".ecograph-run"  # lists what is being written, until the record does
_NAME = re.compile(r"(tables/)?[a-z_]+\.(csv|html)|ro-crate-metadata\.json")


def are_names_ours(names: Collection[str]) -> bool:
    """Say whether names are such as ecograph gives to results; others are never touched."""
    return all(_NAME.fullmatch(name) for name in names)


def require_same_kind(folder: Path, *, masked: bool) -> None:
    """Refuse to mix results with names and masked ones in a folder.

    Parameters
    ----------
    folder
        The folder to fill.
    masked
        Whether what is to be written has codes for names.

    Raises
    ------
    SettingsError
        If the folder holds results of the other kind, or is to be masked and results with names
        are kept in it.
    """
    runs = [_read_json(folder / name) for name in (RECORD, _UNDERWAY)]
    other = any("outputs" in run and (run.get("masked") is True) != masked for run in runs)
    if masked and (other or (folder / STORE).exists()):
        raise SettingsError(
            f"{folder} holds results with names; choose another folder for the masked copy."
        )
    if other:
        raise SettingsError(
            f"{folder} holds a masked copy, which may be given away; "
            "choose another folder for results with names."
        )


def is_intact(folder: Path, hashes: Mapping[str, str]) -> bool:
    """Tell whether all files are there as they were written, and no run was broken off."""
    try:
        return not (folder / _UNDERWAY).exists() and all(
            hash_file(folder / name) == sha for name, sha in hashes.items()
        )
    except OSError:
        return False


def lay_beside(
    draft: Draft, folder: Path, contents: Mapping[str, bytes], *, also: Collection[str] = ()
) -> dict[str, str]:
    """Write files beside their targets; return what an earlier run wrote there.

    Parameters
    ----------
    draft
        What the files belong to until they are published.
    folder
        The folder to fill.
    contents
        Contents by path in it.
    also
        Names of files that are added later.

    Raises
    ------
    SettingsError
        If a file of someone else would be replaced.
    """
    sweep_leftovers(folder)
    earlier = _read_outputs(folder / RECORD)
    ours = {**_read_outputs(folder / _UNDERWAY), **earlier}
    _refuse_foreign(folder, {**dict.fromkeys(also), **contents}, ours)
    for name, data in sorted(contents.items()):
        draft.add(folder / name, data)
    return earlier


def publish(
    draft: Draft,
    folder: Path,
    names: Collection[str],
    *,
    earlier: Mapping[str, str],
    masked: bool = False,
) -> None:
    """Put files in their places, the record last; a list of them stands there meanwhile.

    Parameters
    ----------
    draft
        The files.
    folder
        The folder to fill.
    names
        What is in the folder then.
    earlier
        SHA-256 of what an earlier run wrote: what is unchanged since and not among the names is
        removed.
    masked
        Whether the files have codes for names.
    """
    listed = {"masked": masked, "outputs": dict.fromkeys(sorted(names), "")}
    with uninterrupted():
        write_bytes(folder / _UNDERWAY, json.dumps(listed).encode())
        draft.publish(but=folder / RECORD)
        _remove_outdated(folder, names, earlier)
        draft.publish()
        (folder / _UNDERWAY).unlink()


def _read_json(path: Path) -> Mapping[str, Any]:
    """Read a mapping; an empty one where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_outputs(path: Path) -> dict[str, str]:
    """Read which files a run wrote, or was about to write; only names that ecograph gives."""
    outputs = _read_json(path).get("outputs")
    if not isinstance(outputs, dict):
        return {}
    return {str(name): str(sha) for name, sha in outputs.items() if _NAME.fullmatch(name)} | {
        RECORD: ""
    }


def _refuse_foreign(
    folder: Path, wanted: Mapping[str, bytes | None], ours: Mapping[str, str]
) -> None:
    """Refuse to replace what no run wrote, unless it is the same to the byte."""
    found = (name for name in wanted if name not in ours and (folder / name).exists())
    foreign = sorted(name for name in found if not _holds(folder / name, wanted[name]))
    if foreign:
        raise SettingsError(
            f"{folder} holds files that ecograph did not write: {', '.join(foreign[:5])}. "
            "Choose another folder, or move them."
        )


def _holds(path: Path, data: bytes | None) -> bool:
    return data is not None and path.is_file() and path.read_bytes() == data


def _remove_outdated(folder: Path, kept: Collection[str], earlier: Mapping[str, str]) -> None:
    """Remove files that an earlier run wrote, unchanged since, and this one does not."""
    for name in sorted(set(earlier) - set(kept) - {RECORD}):
        file = folder / name
        if file.is_file() and hash_file(file) == earlier[name]:
            file.unlink()
