"""Outlines are read from GeoJSON, and what is none is refused with its reason."""

from __future__ import annotations

import json

import pytest

from ecograph.errors import SettingsError
from ecograph.reading import outlines
from ecograph.reading.outlines import read_outline, read_outline_file

RING = [[0, 0], [2, 0], [2, 1], [0, 0]]
LINE = [[1, 1], [3, 3]]


def feature(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}}


def test_all_paths_of_a_collection_are_read() -> None:
    content = {
        "type": "FeatureCollection",
        "features": [
            feature("Polygon", [RING, LINE]),
            feature("MultiPolygon", [[RING], [RING]]),
            feature("MultiLineString", [LINE]),
            {"type": "Feature", "geometry": None},
            feature("Point", [0, 0]),
        ],
    }
    ring, line = [[float(x), float(y)] for x, y in RING], [[1.0, 1.0], [3.0, 3.0]]
    assert read_outline(json.dumps(content)) == [ring, line, ring, ring, line]


def test_heights_are_left_out_and_digits_are_cut() -> None:
    content = {"type": "LineString", "coordinates": [[112.123456, 37.5, 800], [112, 38, 1]]}
    assert read_outline(json.dumps(content)) == [[[112.1235, 37.5], [112.0, 38.0]]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no GeoJSON"),
        ("[]", "an object with a type"),
        ('{"type": "FeatureCollection"}', "no list of features"),
        ('{"type": "Point", "coordinates": [1, 2]}', "no polygon and no line"),
        ('{"type": "Polygon", "coordinates": 7}', "not nested"),
        ('{"type": "LineString", "coordinates": 7}', "not a list of points"),
        ('{"type": "LineString", "coordinates": [[1]]}', "no pair of numbers"),
        ('{"type": "LineString", "coordinates": [[1, 95]]}', "not on earth"),
        ('{"type": "LineString", "coordinates": [[1e999, 5]]}', "not on earth"),
        ('{"type": "LineString", "coordinates": [["1", 5]]}', "not on earth"),
        ("[" * 100_000, "no GeoJSON"),
    ],
)
def test_what_is_no_outline_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        read_outline(text)


def test_an_outline_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outlines._MOST_POINTS == 200_000  # noqa: SLF001 - too many points to write here
    monkeypatch.setattr(outlines, "_MOST_POINTS", 1_000)
    line = {"type": "LineString", "coordinates": [[0, 0]] * 1_000}
    assert len(read_outline(json.dumps(line))[0]) == 1_000
    line["coordinates"] = [[0, 0]] * 1_001
    with pytest.raises(SettingsError, match=r"has 1,001 points; .* at most 1,000"):
        read_outline(json.dumps(line))


def test_a_file_beyond_the_limit_is_refused_before_it_is_parsed(tmp_path, monkeypatch) -> None:
    text = json.dumps(feature("LineString", LINE))
    path = tmp_path / "outline.geojson"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(outlines, "_MOST_BYTES", len(text))
    assert read_outline_file(path) == [LINE]
    path.write_text(text + " ", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"more than 0 MB; simplify it to at most 200,000 points"
    ):
        read_outline_file(path)


def test_a_collection_of_geometries_gives_the_paths_of_all() -> None:
    lines = [{"type": "LineString", "coordinates": LINE}] * 2
    assert (
        read_outline(json.dumps({"type": "GeometryCollection", "geometries": lines})) == [LINE] * 2
    )
