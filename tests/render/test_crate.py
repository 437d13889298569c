"""A crate must be whole: every entity once, every reference answered, every file as it is."""

import hashlib
import json
from urllib.parse import unquote

import pytest

from ecograph.render.crate import CRATE_FILE, describe_crate

FILES = {
    "tables/gaps.csv": "产业,n\n新材料,1\n".encode(),
    "index.html": b"<p>",
    "run.json": b"{}",
    "odd name #1?.bin": b"",
}
RECORD = {
    "ecograph": "0.9.1",
    "ecosystem": "示例市 <b>=1+1</b>",
    "synthetic": True,
    "as_of": "2024-12-31",
    "inputs": {"agreements.csv": "ab" * 32, "企业.xlsx": "cd" * 32},
    "settings": {"seed": 1, "alpha": 0.05, "counted": ["signed", "active"], "rules": None},
    "versions": {"python": "3.11.9", "pandas": "2.3.0"},
    "started": "2025-03-04T05:06:07+00:00",
}


def read(record=RECORD, files=FILES):
    crate = json.loads(describe_crate(record, files))
    return crate, {entity["@id"]: entity for entity in crate["@graph"]}


def find_references(value, *, top=False):
    """Find every reference below an entity: a mapping that holds an @id and nothing else."""
    if isinstance(value, dict):
        if set(value) == {"@id"} and not top:
            yield value["@id"]
        for inner in value.values():
            yield from find_references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from find_references(inner)


def test_the_descriptor_names_the_specification_and_the_root():
    crate, entities = read()
    assert crate["@context"] == "https://w3id.org/ro/crate/1.2/context"
    descriptor = entities["ro-crate-metadata.json"]
    assert CRATE_FILE == "ro-crate-metadata.json"
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert descriptor["about"] == {"@id": "./"}


def test_the_root_has_all_that_the_specification_demands():
    root = read()[1]["./"]
    assert root["@type"] == "Dataset"
    assert root["name"] == "示例市 <b>=1+1</b>"
    assert root["datePublished"] == "2025-03-04"
    assert "2024-12-31" in root["description"]
    assert "synthetic" in root["description"]
    assert set(root) >= {"name", "description", "datePublished", "license", "hasPart"}


@pytest.mark.parametrize(
    ("record", "files"), [(RECORD, FILES), ({}, {}), ({}, FILES), (RECORD, {})]
)
def test_ids_are_unique_and_every_reference_is_answered(record, files):
    crate, entities = read(record, files)
    assert len(entities) == len(crate["@graph"])
    outside = {"https://w3id.org/ro/crate/1.2"}
    referred = {found for entity in crate["@graph"] for found in find_references(entity, top=True)}
    assert referred - set(entities) <= outside
    assert all("@type" in entity for entity in crate["@graph"])


def test_nothing_is_nested():
    for entity in read()[0]["@graph"]:
        for value in entity.values():
            inner = value if isinstance(value, list) else [value]
            assert all(set(item) == {"@id"} for item in inner if isinstance(item, dict))


def test_every_file_is_a_part_with_its_hash_size_and_format():
    _, entities = read()
    parts = [part["@id"] for part in entities["./"]["hasPart"]]
    assert sorted(map(unquote, parts)) == sorted(FILES)
    for part in parts:
        data, entity = FILES[unquote(part)], entities[part]
        assert entity["@type"] == "File"
        assert entity["sha256"] == hashlib.sha256(data).hexdigest()
        assert entity["contentSize"] == str(len(data))
    formats = {entities[part]["name"]: entities[part]["encodingFormat"] for part in parts}
    assert formats["tables/gaps.csv"] == "text/csv"
    assert formats["index.html"] == "text/html"
    assert formats["run.json"] == "application/json"
    assert formats["odd name #1?.bin"] == "application/octet-stream"


def test_ids_are_relative_paths_that_no_query_or_fragment_cuts_off():
    parts = [part["@id"] for part in read()[1]["./"]["hasPart"]]
    assert all(not set(part) & set(" #?\\") and not part.startswith("/") for part in parts)


def test_the_run_was_made_by_ecograph_of_the_inputs_under_the_settings():
    _, entities = read()
    run = entities[entities["./"]["mentions"]["@id"]]
    assert run["@type"] == "CreateAction"
    assert run["startTime"] == RECORD["started"]
    tool = entities[run["instrument"]["@id"]]
    assert (tool["@type"], tool["name"], tool["softwareVersion"]) == (
        "SoftwareApplication",
        "ecograph",
        "0.9.1",
    )
    made_of = [entities[item["@id"]] for item in run["object"]]
    hashes = {item["name"]: item["sha256"] for item in made_of if "sha256" in item}
    assert hashes == RECORD["inputs"]
    values = {i["name"]: i["value"] for i in made_of if i["@type"] == "PropertyValue"}
    assert values == {"seed": 1, "alpha": 0.05, "counted": '["signed", "active"]'}
    assert run["result"] == entities["./"]["hasPart"]
    needed = {entities[item["@id"]]["name"] for item in tool["softwareRequirements"]}
    assert needed == {"python", "pandas"}


def test_the_same_record_and_files_give_the_same_bytes_in_any_order():
    backwards = dict(reversed(FILES.items()))
    turned = {key: RECORD[key] for key in reversed(RECORD)}
    assert describe_crate(turned, backwards) == describe_crate(RECORD, FILES)


def test_the_description_does_not_describe_itself_as_a_file():
    _, entities = read(RECORD, {**FILES, CRATE_FILE: b"old"})
    assert entities[CRATE_FILE]["@type"] == "CreativeWork"
    assert {"@id": CRATE_FILE} not in entities["./"]["hasPart"]
