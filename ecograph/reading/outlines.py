"""Outlines of counties or cities that a user gives, to draw behind the map of places."""

from __future__ import annotations

import json
import math
from collections import deque
from typing import TYPE_CHECKING, Any

from ecograph.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Outline", "read_outline", "read_outline_file"]

Outline = list[list[list[float]]]
"""Paths of longitude and latitude."""

_MOST_POINTS = 200_000
_MOST_BYTES = 32 << 20  # the most points, at twice the digits that any program writes
_DIGITS = 4  # behind the point of a degree: about ten metres
_DEPTH = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


def read_outline(text: str | bytes) -> Outline:
    """Read the paths of a GeoJSON text: the rings of its polygons and its lines.

    Parameters
    ----------
    text
        A FeatureCollection, a Feature or a geometry of GeoJSON (RFC 7946), in degrees of
        longitude and latitude.

    Returns
    -------
    list
        Paths, each a list of [longitude, latitude], rounded to 0.0001 degrees.

    Raises
    ------
    SettingsError
        If the text is no GeoJSON, has no path, a point that is not on earth, or too many points.

    Examples
    --------
    >>> read_outline('{"type": "LineString", "coordinates": [[112.75, 37.7], [112.8, 37.65]]}')
    [[[112.75, 37.7], [112.8, 37.65]]]
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"outline.geojson is no GeoJSON: {error}.") from error
    paths = [_read_path(path) for path in _list_paths(content)]
    points = sum(map(len, paths))
    if not points:
        raise SettingsError("outline.geojson has no polygon and no line; give GeoJSON with either.")
    if points > _MOST_POINTS:
        limit = f"{_MOST_POINTS:,}"
        raise SettingsError(
            f"outline.geojson has {points:,} points; simplify it to at most {limit}."
        )
    return paths


def read_outline_file(path: Path) -> Outline:
    """Read the paths of a GeoJSON file, as `read_outline` does, unless it is far too large.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SettingsError
        As `read_outline`, and if the file has more than 32 MB.
    """
    with path.open("rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SettingsError(
            f"outline.geojson has more than {_MOST_BYTES >> 20} MB; simplify it to at most "
            f"{_MOST_POINTS:,} points."
        )
    return read_outline(data)


def _list_paths(content: object) -> Iterator[object]:
    """List the paths of whatever of GeoJSON this is."""
    waiting = deque([content])
    while waiting:
        item = waiting.popleft()
        if not isinstance(item, dict):
            raise SettingsError("outline.geojson is no GeoJSON: an object with a type is expected.")
        kind = item.get("type")
        if kind == "FeatureCollection":
            waiting += _take_list(item, "features")
        elif kind == "GeometryCollection":
            waiting += _take_list(item, "geometries")
        elif kind == "Feature":
            waiting.extend([item["geometry"]] if item.get("geometry") is not None else [])
        elif kind in _DEPTH:
            yield from _unfold(item.get("coordinates"), _DEPTH[kind])


def _take_list(item: dict[str, Any], name: str) -> list[object]:
    found = item.get(name)
    if not isinstance(found, list):
        raise SettingsError(f"outline.geojson is no GeoJSON: {item['type']} has no list of {name}.")
    return found


def _unfold(coordinates: object, depth: int) -> Iterator[object]:
    """List the lists of points that lie so many lists deep."""
    if depth == 1:
        yield coordinates
        return
    if not isinstance(coordinates, list):
        raise SettingsError("outline.geojson is no GeoJSON: coordinates are not nested as asked.")
    for part in coordinates:
        yield from _unfold(part, depth - 1)


def _read_path(path: object) -> list[list[float]]:
    if not isinstance(path, list):
        raise SettingsError("outline.geojson is no GeoJSON: a path is not a list of points.")
    return [_read_point(point) for point in path]


def _read_point(point: object) -> list[float]:
    if not isinstance(point, list) or len(point) < 2:  # noqa: PLR2004 - longitude and latitude
        raise SettingsError(
            f"outline.geojson has a point that is no pair of numbers: {point!r:.60}."
        )
    longitude, latitude = point[:2]
    for value, most in ((longitude, 180), (latitude, 90)):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or abs(value) > most:
            raise SettingsError(
                f"outline.geojson has a point that is not on earth: {repr(point)[:60]}; give "
                "longitude and latitude in degrees (WGS 84)."
            )
    return [round(float(longitude), _DIGITS), round(float(latitude), _DIGITS)]
