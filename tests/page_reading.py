"""Read what an explorer page holds, by a reader of its own: no code of the page or its maker."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
import struct
from itertools import accumulate
from typing import Any

CODES = {
    "int8": "b", "uint8": "B", "int16": "h", "uint16": "H",
    "int32": "i", "uint32": "I", "float32": "f", "float64": "d",
}  # fmt: skip


def refuse_constant(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def unpack(text: str) -> tuple[dict[str, Any], dict[str, list]]:
    """Unpack header and columns of the text that stands in a page."""
    content = gzip.decompress(base64.b64decode(text, validate=True))
    start = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:start].decode("utf-8"), parse_constant=refuse_constant)
    columns = {}
    for name, (kind, length, offset, differences) in header["columns"].items():
        width = struct.calcsize(f"<{CODES[kind]}")
        planes = content[start + offset : start + offset + width * length]
        whole = bytes(planes[place * length + i] for i in range(length) for place in range(width))
        values = list(struct.unpack(f"<{length}{CODES[kind]}", whole))
        columns[name] = list(accumulate(values)) if differences else values
    return header, columns


def read_page(page: str) -> tuple[dict[str, Any], dict[str, list]]:
    """Unpack what a page holds."""
    found = re.findall(r'<script type="application/octet-stream" id="data">(.*?)</script>', page)
    assert len(found) == 1
    return unpack(found[0])


def list_ids(page: str) -> list[str]:
    """List the ids of the nodes of a page, in their order."""
    header, _ = read_page(page)
    return [i or name for i, name in zip(header["ids"], header["names"], strict=True)]


def find_lines(page: str, kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Find the lines of a kind by the ids of their ends: weight, names of agreements."""
    header, columns = read_page(page)
    ids = list_ids(page)
    first, behind = columns["lines.first"], columns["lines.behind"]
    lines = {}
    for i, number in enumerate(columns["lines.kind"]):
        if header["lineKinds"][number]["key"] == kind:
            ends = ids[columns["lines.source"][i]], ids[columns["lines.target"][i]]
            names = [header["agreementNames"][a] for a in behind[first[i] : first[i + 1]]]
            lines[ends] = {"weight": columns["lines.weight"][i], "agreements": names}
    return lines


def find_agreements(page: str) -> dict[str, dict[str, Any]]:
    """Find the agreements of a page by name, with parties and topics by id or name."""
    header, columns = read_page(page)
    ids = list_ids(page)
    found = {}
    for i, name in enumerate(header["agreementNames"]):
        agreement = {
            key: columns[f"agreements.{key}"][i]
            for key in ("status", "mode", "year", "date", "amount", "source", "counts")
        }
        for key in ("parties", "topics"):
            first = columns[f"agreements.{key}First"]
            ends = columns[f"agreements.{key}"][first[i] : first[i + 1]]
            agreement[key] = [ids[e] if e >= 0 else header["outsiders"][-2 - e] for e in ends]
        agreement["date"] = header["dates"][agreement["date"]] if agreement["date"] >= 0 else ""
        for key, many in (("status", "statuses"), ("mode", "modes")):
            number = agreement[key]
            agreement[key] = header[many][number]["key"] if number >= 0 else None
        agreement["place"] = header["agreementPlaces"][agreement.pop("source")]
        found[name] = agreement
    return found


def read_measure(value: float, *, whole: bool) -> float | None:
    """Read a measure: whole numbers have -1 for none, others nan."""
    return None if math.isnan(value) or (whole and value < 0) else value


def find_nodes(page: str) -> dict[str, dict[str, Any]]:
    """Find the nodes of a page by id, with what is known of each."""
    header, columns = read_page(page)
    ids = list_ids(page)

    def name(key: str, number: int, what: str | None = "key") -> Any:
        entry = header[key][number] if number >= 0 else None
        return entry[what] if entry is not None and what else entry

    nodes = {}
    for i, key in enumerate(ids):
        value = {n: columns[f"nodes.{n}"][i] for n in NODE_COLUMNS}
        nodes[key] = {
            "name": header["names"][i],
            "kind": name("nodeKinds", value["kind"]),
            "at": (value["x"], value["y"]),
            "industry": ids[value["industry"]] if value["industry"] >= 0 else None,
            "region": name("regions", value["region"], None),
            "tier": name("tiers", value["tier"]),
            "reason": name("reasons", value["reason"], None),
            "verdict": name("verdicts", value["verdict"]),
            "community": name("communities", value["community"], "name"),
            "coordinates": (value["longitude"], value["latitude"]),
            "place": name("places", value["source"], None),
            "facts": {
                fact["key"]: fact["texts"][columns[f"facts.{n}"][i]]
                for n, fact in enumerate(header["facts"])
                if columns[f"facts.{n}"][i] >= 0
            },
            "measures": {
                m["key"]: read_measure(columns[f"measures.{m['key']}"][i], whole=m["whole"])
                for m in header["measures"]
            },
        }
    for number, *aliases in header["aliases"]:
        nodes[ids[number]]["aliases"] = aliases
    return nodes


NODE_COLUMNS = (
    "kind", "x", "y", "industry", "region", "tier", "reason", "verdict", "community", "latitude",
    "longitude", "source",
)  # fmt: skip
