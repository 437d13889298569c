"""The EU's Horizon 2020 projects as of 2016: organisations, projects, participations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecograph.registers import _source
from ecograph.tables import TableSet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_register"]

_ORGANISATIONS = "organisations.csv"
_PROJECTS = "projects.csv"
_PARTICIPATIONS = "participations.csv"
_TYPES = "activity_types.csv"

_ORGANISATION_COLUMNS = {
    "new_org_id": "id",
    "name": "name",
    "country": "country",
    "shortName": "short_form",
    "totContribution": "contribution",
    "numProj": "projects",
}
_PROJECT_COLUMNS = {
    "rcn": "id",
    "acronym": "name",
    "startDate": "date",
    "endDate": "ends",
    "ecMaxContribution": "amount",
    "status": "status",
    "programme": "disciplines",
    "reference": "reference",
    "topics": "topics",
    "call": "call",
    "fundingScheme": "funding_scheme",
    "totalCost": "total_cost",
    "coordinator": "coordinator",
    "numOrg": "organisations",
}
_KINDS = {
    "HES": "universities",
    "REC": "platforms",
    "PRC": "enterprises",
    "PUB": "institutions",
    "OTH": "institutions",
    "": "institutions",
}
_TYPE_WORDS = {
    "HES": "",
    "REC": "research institute",
    "PRC": "",
    "PUB": "public body",
    "OTH": "other",
    "": "unknown",
}
_STATUSES = {"SIGNED": "signed", "SUSPENDED": "signed", "TERMINATED": "ended"}

_EXTRAS = ("short_form", "activity_type", "contribution")
_TABLE_COLUMNS = {
    "universities": ("id", "name", "country", *_EXTRAS),
    "platforms": ("id", "name", "type", "country", *_EXTRAS),
    "enterprises": ("id", "name", "country", *_EXTRAS),
    "institutions": ("id", "name", "type", "country", *_EXTRAS),
}


class _Files(NamedTuple):
    organisations: pd.DataFrame
    projects: pd.DataFrame
    participations: pd.DataFrame
    types: pd.DataFrame


def read_register(source: Path) -> TableSet:
    """Read the Horizon 2020 register of 2016.

    Parameters
    ----------
    source
        The folder with organisations.csv, projects.csv, participations.csv (tabs) and
        activity_types.csv (commas).

    Returns
    -------
    TableSet
        A project is an agreement, a participation a party, a programme a discipline.

    Raises
    ------
    RegisterError
        If the layout differs, a reference is open, or numProj or numOrg is not the recount.
    """
    files = _read_files(source)
    _check_files(files)
    agreements = _list_agreements(files.projects)
    tables = {
        **_source.split_by_kind(_describe_organisations(files), _TABLE_COLUMNS),
        "disciplines": _list_disciplines(agreements),
        "agreements": agreements,
        "parties": _list_parties(files),
    }
    _check_sums(files, tables)
    facts = _source.make_facts(
        "Horizon 2020 projects and participants, as of 2016",
        agreements["date"],
        "European Commission, CORDIS (reuse with acknowledgement); stored copy of "
        "spaghetti-open-data/eu-research-funding-network (MIT), "
        "activity types of zambujo/eunets (MIT)",
    )
    return TableSet(tables, facts, _add_up(files, tables))


def _read_files(source: Path) -> _Files:
    organisations = _source.read_table(
        source, _ORGANISATIONS, list(_ORGANISATION_COLUMNS), separator="\t"
    )
    projects = _source.read_table(source, _PROJECTS, list(_PROJECT_COLUMNS), separator="\t")
    participations = _source.read_table(
        source, _PARTICIPATIONS, ["projectRcn", "new_org_id"], separator="\t"
    )
    types = _source.read_table(source, _TYPES, ["pic", "activity_type"])
    return _Files(organisations, projects, participations, types)


def _check_files(files: _Files) -> None:
    organisations, projects, participations, types = files
    _source.check_unique(organisations, ["new_org_id"], _ORGANISATIONS)
    _source.check_unique(projects, ["rcn"], _PROJECTS)
    _source.check_unique(participations, ["projectRcn", "new_org_id"], _PARTICIPATIONS)
    _source.check_unique(types, ["pic"], _TYPES)
    for column, known, other in (
        ("projectRcn", projects["rcn"], _PROJECTS),
        ("new_org_id", organisations["new_org_id"], _ORGANISATIONS),
    ):
        _source.check_known(participations[column], known, file=_PARTICIPATIONS, other=other)
    _check_recounts(files)


def _check_recounts(files: _Files) -> None:
    organisations, projects, participations, _ = files
    _source.check_counts(
        organisations["numProj"],
        _recount(organisations["new_org_id"], participations["new_org_id"]),
        file=_ORGANISATIONS,
        other=_PARTICIPATIONS,
    )
    _source.check_counts(
        projects["numOrg"],
        _recount(projects["rcn"], participations["projectRcn"]),
        file=_PROJECTS,
        other=_PARTICIPATIONS,
    )


def _recount(keys: pd.Series[str], mentions: pd.Series[str]) -> pd.Series[int]:
    return keys.map(mentions.value_counts()).fillna(0).astype(int)


def _describe_organisations(files: _Files) -> pd.DataFrame:
    _source.translate(files.types["activity_type"], _KINDS, _TYPES)
    types = files.types.set_index("pic")["activity_type"]
    codes = files.organisations["new_org_id"].map(types).fillna("")
    contributions = _source.clean_amounts(files.organisations["totContribution"], _ORGANISATIONS)
    return files.organisations.rename(columns=_ORGANISATION_COLUMNS).assign(
        contribution=contributions,
        activity_type=codes,
        kind=codes.map(_KINDS),
        type=codes.map(_TYPE_WORDS),
    )


def _list_agreements(projects: pd.DataFrame) -> pd.DataFrame:
    cleaned = projects.assign(
        startDate=_source.clean_dates(projects["startDate"], _PROJECTS),
        endDate=_source.clean_dates(projects["endDate"], _PROJECTS),
        ecMaxContribution=_source.clean_amounts(projects["ecMaxContribution"], _PROJECTS),
        totalCost=_source.clean_amounts(projects["totalCost"], _PROJECTS),
        status=_source.translate(projects["status"], _STATUSES, _PROJECTS),
    )
    agreements = cleaned.drop(columns=["coordinator", "numOrg"]).rename(columns=_PROJECT_COLUMNS)
    agreements.insert(7, "register", "H2020 (CORDIS, as of 2016)")
    return agreements.reset_index(drop=True)


def _list_disciplines(agreements: pd.DataFrame) -> pd.DataFrame:
    codes = agreements["disciplines"].str.split(";").explode()
    known = sorted({code.strip() for code in codes} - {""})
    return pd.DataFrame({"id": known, "name": known}, dtype=str)


def _list_parties(files: _Files) -> pd.DataFrame:
    projects = files.participations["projectRcn"]
    organisations = files.participations["new_org_id"]
    names = organisations.map(files.organisations.set_index("new_org_id")["name"])
    is_lead = names.ne("") & names.eq(projects.map(files.projects.set_index("rcn")["coordinator"]))
    is_only = is_lead.groupby(projects).transform("sum").eq(1)
    roles = (is_lead & is_only).map({True: "lead", False: ""})
    parties = pd.DataFrame({"agreement": projects, "organisation": organisations, "role": roles})
    return parties.reset_index(drop=True)


def _check_sums(files: _Files, tables: dict[str, pd.DataFrame]) -> None:
    given = _source.clean_amounts(files.projects["ecMaxContribution"], _PROJECTS)
    read, written = map(_source.add_amounts, (given, tables["agreements"]["amount"]))
    _source.check_total("EUR", read=read, written=written, file=_PROJECTS)
    read_rows, written_rows = len(files.participations), len(tables["parties"])
    _source.check_total("parties", read=read_rows, written=written_rows, file=_PARTICIPATIONS)


def _add_up(files: _Files, tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    agreements, parties = tables["agreements"], tables["parties"]
    return {
        "organisations": len(files.organisations),
        "organisations_of_unknown_type": int(tables["institutions"]["type"].eq("unknown").sum()),
        "projects": len(agreements),
        "participations": len(parties),
        "disciplines": len(tables["disciplines"]),
        "amount": float(_source.add_amounts(agreements["amount"])),
        "projects_without_amount": int(agreements["amount"].eq("").sum()),
        "projects_without_start": int(agreements["date"].eq("").sum()),
        "coordinators_found": int(parties["role"].eq("lead").sum()),
    }
