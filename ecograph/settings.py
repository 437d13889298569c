"""What a person may choose, as one frozen value that is passed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, get_args

from ecograph.errors import SettingsError
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOST_SEED", "Exposure", "Interval", "Resolve", "Settings", "Weighting", "settings_from"]

MOST_SEED = 2**32 - 1
"""The greatest seed that every library takes."""

Exposure = Literal["enterprises", "rd_staff", "output"]
Weighting = Literal["count", "newman"]
Interval = Literal["exact", "mid"]
Resolve = Literal["decided", "merged", "none"]


@dataclass(frozen=True)
class Settings:
    """Everything that changes a result, with its default.

    Parameters
    ----------
    as_of
        The day on which the ecosystem is looked at; by default that of ecosystem.yaml, else the
        latest date in the agreements, so that a result never depends on the day it is run.
    lang
        Language of texts, ``en`` or ``zh``; by default the ecosystem's own.
    seed
        Seed of everything random (communities, layout).
    counted
        Statuses that count as agreements.
    default_status
        Status of an agreement whose register has none.
    weighting
        ``count``: the weight of a tie is the number of shared agreements; ``newman``: an
        agreement of k members of the part adds 1/(k-1) (Newman, PNAS 98, 2001, p. 404).
    exposure
        What an industry's links are compared with: ``enterprises``, ``rd_staff`` or ``output``.
    alpha
        False discovery rate of verdicts.
    margin
        A ratio to expectation above which a deficit does not matter: "as expected" is said only
        where the whole interval lies above it.
    ci_level
        Level of confidence intervals.
    interval
        How intervals of counts are made: ``exact`` covers at least its level, ``mid`` (mid-P)
        about its level, with shorter intervals.
    capture_floor
        The least share of an industry's firms that must have any record; below it no verdict is
        given, because missing registers look like missing links.
    map_nodes
        The most nodes a map shows.
    exact
        Whether every measure is exact however large the network is; otherwise, above the size
        that a result's meta states, approximations with a guarantee take over.
    pair_limit
        The most members of one agreement that are tied to each other pair by pair. An agreement
        of k members makes k(k-1)/2 pairs; larger ones tie nobody, and each result says how many.
    irrelevant
        Pairs of an industry and a discipline, each by id or by name, that cannot be: they are left
        out of the comparison of pairs (structural zeros). In YAML a list of lists of two.
    rules
        A folder of rule files of your own: a programme there takes the place of the built-in one
        with the same id, or is a further one (docs/rules.md); by default none.
    resolve
        Which organisations are taken for one: ``decided``, those that people merged in the table
        ``resolutions``; ``merged``, also those that the model is sure of (`ecograph.resolve`);
        ``none``, nobody.
    """

    as_of: dt.date | None = None
    lang: str | None = None
    seed: int = 1
    counted: tuple[str, ...] = read_schema().counting_statuses()
    default_status: str = "signed"
    weighting: Weighting = "count"
    exposure: Exposure = "enterprises"
    alpha: float = 0.05
    margin: float = 0.5
    ci_level: float = 0.95
    interval: Interval = "exact"
    capture_floor: float = 0.05
    map_nodes: int = 20_000
    exact: bool = False
    pair_limit: int = 500
    irrelevant: tuple[tuple[str, str], ...] = ()
    rules: str | None = None
    resolve: Resolve = "decided"

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        _require_choice("lang", self.lang, (None, "en", "zh"))
        _require_choice("weighting", self.weighting, get_args(Weighting))
        _require_choice("exposure", self.exposure, get_args(Exposure))
        statuses = tuple(term.key for term in read_schema().vocabularies["status"])
        _require_choice("default_status", self.default_status, statuses)
        for status in self.counted:
            _require_choice("counted", status, statuses)
        _require_day("as_of", self.as_of)
        _require_choice("interval", self.interval, get_args(Interval))
        _require_choice("resolve", self.resolve, get_args(Resolve))
        for name in ("alpha", "margin", "ci_level", "capture_floor"):
            _require_share(name, getattr(self, name))
        _require_flag("exact", self.exact)
        for name, least in (("seed", 0), ("map_nodes", 1), ("pair_limit", 2)):
            _require_whole(name, getattr(self, name), least)
        _require_pairs("irrelevant", self.irrelevant)
        if self.rules is not None and (not isinstance(self.rules, str) or not self.rules.strip()):
            raise SettingsError(f'rules is "{self.rules}"; give the path of a folder.')

    def to_dict(self) -> dict[str, object]:
        """Turn the settings into plain values for JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain["as_of"] = self.as_of.isoformat() if self.as_of else None
        plain["counted"] = list(self.counted)
        plain["irrelevant"] = [list(pair) for pair in self.irrelevant]
        return plain


def settings_from(values: Mapping[str, Any], base: Settings | None = None) -> Settings:
    """Make settings of plain values, over defaults.

    Parameters
    ----------
    values
        Setting names with plain values, as a YAML file or the command line gives them.
    base
        The settings that the values change; by default the defaults.

    Raises
    ------
    SettingsError
        If a name is unknown or a value makes no sense; the sentence names it.

    Examples
    --------
    >>> settings_from({"seed": 7}).seed
    7
    """
    known = {f.name for f in fields(Settings)}
    unknown = sorted(str(name) for name in values if name not in known)
    if unknown:
        raise SettingsError(
            f"Unknown setting: {', '.join(unknown)}. Known settings: {', '.join(sorted(known))}."
        )
    changes = dict(values)
    if isinstance(changes.get("as_of"), str):
        changes["as_of"] = _parse_day(changes["as_of"])
    if isinstance(changes.get("rules"), PurePath):
        changes["rules"] = str(changes["rules"])
    if "counted" in changes:
        counted = changes["counted"]
        changes["counted"] = tuple(counted) if isinstance(counted, list | tuple) else (counted,)
    if isinstance(changes.get("irrelevant"), list | tuple):
        changes["irrelevant"] = tuple(
            tuple(pair) if isinstance(pair, list) else pair for pair in changes["irrelevant"]
        )
    return replace(base or Settings(), **changes)


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f'as_of is "{text}", which is not a day; write it as YYYY-MM-DD.'
        ) from None


def _require_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        listed = ", ".join(str(choice) for choice in choices if choice is not None)
        raise SettingsError(f'{name} is "{value}"; choose one of: {listed}.')


def _require_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise SettingsError(f'{name} is "{value}"; write true or false.')


def _require_day(name: str, value: object) -> None:
    if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
        raise SettingsError(f'{name} is "{value}", which is not a day; write it as YYYY-MM-DD.')


def _require_share(name: str, value: object) -> None:
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise SettingsError(f'{name} is "{value}"; give a number between 0 and 1.')


def _require_whole(name: str, value: object, least: int) -> None:
    if type(value) is not int or not least <= value <= MOST_SEED:
        raise SettingsError(
            f'{name} is "{value}"; give a whole number from {least} to {MOST_SEED}.'
        )


def _require_pairs(name: str, value: object) -> None:
    wanted = "give a list of pairs of an industry and a discipline, each an id or a name in quotes"
    if not isinstance(value, tuple):
        raise SettingsError(f'{name} is "{value}"; {wanted}.')
    for pair in value:
        if not _is_pair(pair):
            raise SettingsError(f'{name} holds "{pair}"; {wanted}.')


def _is_pair(value: object) -> bool:
    pair = value if isinstance(value, tuple) else ()
    return len(pair) == len(("industry", "discipline")) and all(
        isinstance(part, str) and part.strip() for part in pair
    )
