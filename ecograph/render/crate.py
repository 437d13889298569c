"""A results folder described as an RO-Crate: which files, made of which inputs, by what."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Entity = dict[str, Any]

__all__ = ["CRATE_FILE", "describe_crate"]

CRATE_FILE = "ro-crate-metadata.json"
"""What the description is called; it stands in the folder that it describes."""

_SPECIFICATION = "https://w3id.org/ro/crate/1.2"
_ROOT = "./"
_RUN, _TOOL, _TERMS = "#run", "#software/ecograph", "#terms"
_UNDATED = "1970-01-01"  # a crate has to have a day; only a record without one gets this
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
_UNKNOWN_FORMAT = "application/octet-stream"


def describe_crate(record: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Describe a results folder as an RO-Crate 1.2 (JSON-LD).

    Parameters
    ----------
    record
        What ``run.json`` holds: ``ecograph``, ``ecosystem``, ``inputs`` (SHA-256 by name),
        ``settings``, ``versions``, ``started``, ``as_of``, ``synthetic``; what is not in it is
        left out.
    files
        The files of the folder by their paths in it, with ``/``; the description itself is none.

    Returns
    -------
    bytes
        What is to be written as ``CRATE_FILE``; the same for the same record and files. The root
        holds every file with SHA-256, size in bytes and format, and mentions the run: a
        CreateAction with ecograph as its instrument, inputs and settings as its object, and the
        files as its result.

    Notes
    -----
    Soiland-Reyes et al., Data Science 5, 97-138, 2022; specification 1.2 at
    https://w3id.org/ro/crate/1.2. Inputs are not in the folder, so they are contextual entities,
    known by their SHA-256. No licence is claimed for what was made of data of others.

    Examples
    --------
    >>> made = json.loads(describe_crate({"ecosystem": "town"}, {"tables/gaps.csv": b"a"}))
    >>> made["@graph"][1]["hasPart"]
    [{'@id': 'tables/gaps.csv'}]
    """
    parts = {name: data for name, data in sorted(files.items()) if name != CRATE_FILE}
    outputs = [_describe_file(name, data) for name, data in parts.items()]
    inputs = [_describe_input(*item) for item in sorted(record.get("inputs", {}).items())]
    settings = [
        _describe_setting(name, value)
        for name, value in sorted(record.get("settings", {}).items())
        if value is not None
    ]
    others = {k: v for k, v in record.get("versions", {}).items() if k != "ecograph"}
    software = [_describe_software(*item) for item in sorted(others.items())]
    graph = [
        _describe_descriptor(),
        _describe_root(record, outputs),
        *outputs,
        _describe_run(record, [*inputs, *settings], outputs),
        _describe_tool(record, software),
        *software,
        *inputs,
        *settings,
        _describe_terms(),
    ]
    content = {"@context": f"{_SPECIFICATION}/context", "@graph": graph}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", errors="replace") + b"\n"


def _describe_descriptor() -> Entity:
    return {
        "@id": CRATE_FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _SPECIFICATION},
        "about": {"@id": _ROOT},
    }


def _describe_root(record: Mapping[str, Any], outputs: Iterable[Entity]) -> Entity:
    name = str(record.get("ecosystem") or "ecosystem")
    told = f"Tables, report and map of {name} by ecograph"
    if record.get("as_of"):
        told += f", as of {record['as_of']}"
    if record.get("synthetic"):
        told += "; the data are synthetic"
    return {
        "@id": _ROOT,
        "@type": "Dataset",
        "name": name,
        "description": f"{told}.",
        "datePublished": str(record.get("started") or _UNDATED)[:10],
        "license": {"@id": _TERMS},
        "hasPart": _refer(outputs),
        "mentions": {"@id": _RUN},
    }


def _describe_terms() -> Entity:
    return {
        "@id": _TERMS,
        "@type": "CreativeWork",
        "name": "Terms of use",
        "description": "No licence is stated here: what the owners of the inputs allow holds.",
    }


def _describe_file(name: str, data: bytes) -> Entity:
    return {
        "@id": _spell_id(name),
        "@type": "File",
        "name": name,
        "encodingFormat": _find_format(name),
        "contentSize": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _describe_input(name: str, sha: str) -> Entity:
    return {
        "@id": f"#inputs/{_spell_id(name)}",
        "@type": "CreativeWork",
        "name": name,
        "encodingFormat": _find_format(name),
        "sha256": sha,
    }


def _describe_setting(name: str, value: object) -> Entity:
    """Describe a setting; what is neither text nor number is written as JSON."""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return {
        "@id": f"#settings/{_spell_id(name)}",
        "@type": "PropertyValue",
        "name": name,
        "value": value if plain else json.dumps(value, ensure_ascii=False, sort_keys=True),
    }


def _describe_software(name: str, version: str) -> Entity:
    return {
        "@id": f"#software/{_spell_id(name)}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }


def _describe_tool(record: Mapping[str, Any], software: Iterable[Entity]) -> Entity:
    """Describe ecograph itself, and what it was run with."""
    tool = _describe_software("ecograph", str(record.get("ecograph", "")))
    return {**tool, "softwareRequirements": _refer(software)}


def _describe_run(
    record: Mapping[str, Any], made_of: Iterable[Entity], outputs: Iterable[Entity]
) -> Entity:
    started = record.get("started")
    return {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": "ecograph analyse",
        **({"startTime": str(started)} if started else {}),
        "instrument": {"@id": _TOOL},
        "object": _refer(made_of),
        "result": _refer(outputs),
    }


def _refer(entities: Iterable[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _spell_id(name: str) -> str:
    """Spell a path so that it can stand in an id, whatever it holds."""
    return quote(name, safe="/", errors="backslashreplace")


def _find_format(name: str) -> str:
    return _FORMATS.get(PurePosixPath(name).suffix.lower(), _UNKNOWN_FORMAT)
