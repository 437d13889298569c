"""All rules together: those of the package, and over them those of a person's own folder."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from ecograph.errors import SettingsError
from ecograph.rules.nodes import parse_node
from ecograph.rules.programmes import list_certificates, read_programme
from ecograph.rules.sizes import read_size_file
from ecograph.rules.tiers import place_programmes, read_tier_file
from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from ecograph.rules.nodes import Node
    from ecograph.rules.programmes import Programme
    from ecograph.rules.sizes import SizeRule
    from ecograph.rules.tiers import Tiers

    Files = tuple[tuple[str, str], ...]  # name and text of each

__all__ = [
    "RuleBook",
    "read_editions",
    "read_programmes",
    "read_rules",
    "read_sizes",
    "read_tiers",
]

_TIERS, _SIZES = "tiers.yaml", "size.yaml"
_SUFFIX = ".yaml"
_DAY, _YEAR = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"[1-9]\d{3}")


@dataclass(frozen=True)
class RuleBook:
    """All rules together.

    Parameters
    ----------
    editions
        Every edition of every programme, by file name and in the order of the file; programmes
        that only a person's own folder has come last.
    tiers
        Which certificate gives which tier.
    sizes
        Every edition of the size classes.
    """

    editions: tuple[Programme, ...]
    tiers: Tiers
    sizes: tuple[SizeRule, ...]

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Folded spellings of certificates that the vocabulary does not have, with their keys."""
        known = list_certificates()
        return {
            fold_label(name): e.id
            for e in self.editions
            for name in (*e.names, *((e.id, e.en, e.zh) if e.id not in known else ()))
        }

    @functools.cached_property
    def certificates(self) -> tuple[str, ...]:
        """The keys of all certificates: those of the vocabulary, then those of local rules."""
        return tuple(dict.fromkeys((*list_certificates(), *(e.id for e in self.editions))))

    def label(self, certificate: str, lang: str) -> str:
        """Name a certificate; one that no rule knows stands for itself."""
        said = read_schema().label_term("certificate", certificate, lang)
        if said != certificate:
            return said
        named = {e.id: e.label(lang) for e in self.editions}
        return named.get(certificate, certificate)

    def pick(self, as_of: dt.date | None) -> dict[str, Programme]:
        """Pick the programmes in force on a day, by key; without a day the latest editions."""
        return {e.id: e for e in self.editions if as_of is None or e.in_force(as_of)}

    def choose(self, which: str | dt.date) -> dict[str, Programme]:
        """Choose an edition of each programme by a day, a year or the name of an edition.

        Parameters
        ----------
        which
            A day, or its text YYYY-MM-DD: the editions in force on it. A year: of each programme
            the edition of that name, else the last one in force in that year. Any other text: the
            editions of that name only.

        Raises
        ------
        SettingsError
            If no programme has such an edition with any clause.

        Examples
        --------
        >>> chosen = read_rules().choose("2026")
        >>> chosen["little_giant"].edition, chosen["high_tech"].edition
        ('2026', '2016')
        """
        day = _parse_day(which)
        found = self.pick(day) if day else {}
        if day is None and (year := _parse_year(str(which))):
            found = {e.id: e for e in self.editions if _in_year(e, year)}
        found |= {e.id: e for e in self.editions if e.edition == str(which)}
        if not any(edition.clauses for edition in found.values()):
            names = ", ".join(sorted({e.edition for e in self.editions}))
            raise SettingsError(
                f'No programme has an edition "{which}"; give a day, a year, or one of: {names}.'
            )
        return found

    def pick_size(self, as_of: dt.date | None) -> SizeRule | None:
        """Pick the size classes in force on a day; without a day the latest."""
        found = [rule for rule in self.sizes if as_of is None or rule.in_force(as_of)]
        return found[-1] if found else None


def read_rules(folder: str | Traversable | None = None) -> RuleBook:
    """Read all rules.

    Parameters
    ----------
    folder
        A folder of a person's own rule files, or its path. A programme there takes the place of
        the package's one with the same id, or is a further one; so do ``tiers.yaml`` and
        ``size.yaml``.

    Returns
    -------
    RuleBook
        Programmes, tiers and size classes.

    Raises
    ------
    SettingsError
        If there is no such folder, or a file holds an unknown key or an impossible value; the
        sentence names both.
    """
    return _read_package() if folder is None else _combine(_list_own(folder))


def read_programmes(
    as_of: dt.date | None = None, *, folder: str | Traversable | None = None
) -> dict[str, Programme]:
    """Read the programmes in force on a day.

    Parameters
    ----------
    as_of
        The day; without one, the latest edition of each programme is taken.
    folder
        A person's own rule files, see `read_rules`.

    Returns
    -------
    dict of Programme
        By certificate key; a programme with no edition in force is left out.

    Raises
    ------
    SettingsError
        If a file holds an unknown key or an impossible value; the sentence names both.

    Examples
    --------
    >>> read_programmes(dt.date(2026, 3, 31))["little_giant"].edition
    '2022'
    >>> read_programmes(dt.date(2026, 4, 1))["little_giant"].edition
    '2026'
    """
    return read_rules(folder).pick(as_of)


def read_editions(*, folder: str | Traversable | None = None) -> tuple[Programme, ...]:
    """Read every edition of every programme, by file name and in the order of the file.

    Raises
    ------
    SettingsError
        If a file holds an unknown key or an impossible value; the sentence names both.
    """
    return read_rules(folder).editions


def read_tiers(*, folder: str | Traversable | None = None) -> Tiers:
    """Read which certificate gives which tier.

    Raises
    ------
    SettingsError
        If ``tiers.yaml`` holds an unknown key or an impossible value.

    Examples
    --------
    >>> [tier.id for tier in read_tiers().tiers]
    ['tree', 'shrub', 'seedling', 'none']
    """
    return read_rules(folder).tiers


def read_sizes(*, folder: str | Traversable | None = None) -> tuple[SizeRule, ...]:
    """Read every edition of the size classes.

    Raises
    ------
    SettingsError
        If ``size.yaml`` holds an unknown key or an impossible value.

    Examples
    --------
    >>> {sector.id: sector.limits for sector in read_sizes()[-1].sectors}["industry"]["staff"]
    (1000.0, 300.0, 20.0)
    """
    return read_rules(folder).sizes


# Files


@functools.cache
def _list_package() -> Files:
    return _list_files(resources.files("ecograph").joinpath("rules"))


@functools.cache
def _read_package() -> RuleBook:
    return _combine(())


def _list_own(folder: str | Traversable) -> Files:
    place = Path(folder) if isinstance(folder, str) else folder
    if not place.is_dir():
        raise SettingsError(f'rules is "{folder}", which is not a folder.')
    files = _list_files(place)
    if not files:
        raise SettingsError(f'rules is "{folder}", which holds no rule file (*{_SUFFIX}).')
    return files


def _list_files(folder: Traversable) -> Files:
    files = sorted((f for f in folder.iterdir() if f.name.endswith(_SUFFIX)), key=lambda f: f.name)
    return tuple((file.name, _read_text(file)) for file in files)


def _read_text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{file.name} is not written in UTF-8.") from None


@functools.lru_cache(maxsize=8)
def _combine(own: Files) -> RuleBook:
    """Lay a person's own files over those of the package, and read all."""
    files = _lay_over(_parse(_list_package()), _parse(own))
    tiers, sizes = files.pop(_TIERS), files.pop(_SIZES)
    programmes = {key: read_programme(file) for key, file in files.items()}
    _check_names(programmes, files)
    return RuleBook(
        editions=tuple(itertools.chain(*programmes.values())),
        tiers=place_programmes(read_tier_file(tiers), [e[0] for e in programmes.values()]),
        sizes=read_size_file(sizes),
    )


def _parse(files: Files) -> list[Node]:
    return [parse_node(text, name) for name, text in files]


def _lay_over(package: Sequence[Node], own: Sequence[Node]) -> dict[str, Node]:
    """Let own files take the place of those with the same id; tell all which ids there are."""
    mine: dict[str, Node] = {}
    for file in own:
        key = _find_key(file)
        if key in mine:
            raise file.refuse(f"id: {key!r} is already the id of {mine[key].place}.")
        mine[key] = file
    laid = {_find_key(file): file for file in package} | mine
    keys = dict.fromkeys((*list_certificates(), *laid))
    certificates = tuple(key for key in keys if not key.endswith(_SUFFIX))
    return {key: replace(file, certificates=certificates) for key, file in laid.items()}


def _find_key(file: Node) -> str:
    """Find the id of a file; the name of one that has none."""
    if file.place in {_TIERS, _SIZES} or not isinstance(file.value, dict):
        return file.place
    return str(file.value.get("id", file.place))


def _check_names(programmes: Mapping[str, Sequence[Programme]], files: Mapping[str, Node]) -> None:
    """Refuse spellings that mean another certificate already."""
    taken: dict[str, str] = {}
    for key, (programme, *_) in programmes.items():
        own = () if key in list_certificates() else (programme.en, programme.zh)
        for name in (*own, *programme.names):
            meant = read_schema().find_term("certificate", name) or taken.get(fold_label(name), key)
            if meant != key:
                raise files[key].refuse(f"names: {name!r} means {meant} already.")
            taken[fold_label(name)] = key


# Editions


def _parse_day(which: str | dt.date) -> dt.date | None:
    if isinstance(which, dt.date) or not _DAY.fullmatch(which):
        return which if isinstance(which, dt.date) else None
    try:
        return dt.date.fromisoformat(which)
    except ValueError:
        raise SettingsError(f'"{which}" is not a day.') from None


def _parse_year(which: str) -> int | None:
    return int(which) if _YEAR.fullmatch(which) else None


def _in_year(edition: Programme, year: int) -> bool:
    """Say whether an edition is in force on any day of a year."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    begun = edition.in_force_from is None or edition.in_force_from <= last
    return begun and (edition.in_force_to is None or edition.in_force_to >= first)
