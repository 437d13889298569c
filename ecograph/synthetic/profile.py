"""Profiles: what is known and what is assumed about a city, as packaged data files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePath
from typing import Any, TypeAlias, cast

import yaml

from ecograph.errors import SettingsError

__all__ = ["PROFILES", "Profile", "load_profile"]

Profile: TypeAlias = Mapping[str, Any]

_FOLDER = files("ecograph").joinpath("profiles")

PROFILES = tuple(
    sorted(PurePath(entry.name).stem for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))
)
"""Names of the packaged profiles."""


def load_profile(name: str) -> Profile:
    """Read a packaged profile.

    Parameters
    ----------
    name
        One of `PROFILES`.

    Returns
    -------
    Mapping
        The content of the profile's file.

    Raises
    ------
    SettingsError
        If there is no such profile.

    Examples
    --------
    >>> load_profile("jinzhong")["platforms"]["count"]
    116
    >>> load_profile("atlantis")
    Traceback (most recent call last):
    ecograph.errors.SettingsError: no profile is called 'atlantis'; there is: jinzhong
    """
    if name not in PROFILES:
        message = f"no profile is called {name!r}; there is: {', '.join(PROFILES)}"
        raise SettingsError(message)
    text = _FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return cast("Profile", yaml.safe_load(text))
