"""The French "Investissements d'avenir" of the ANR: projects and their partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecograph.errors import RegisterError
from ecograph.registers import _source
from ecograph.tables import TableSet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_register"]

_PROJECTS = "projects.csv"
_PARTNERS = "partners.csv"

_CODE = "Projet.Code_Decision_ANR"
_START = "Projet.Date_debut"
_ACTION = "Action.Titre.Francais"
_AID = "Projet.Aide_allouee"
_COORDINATES = "Projet.Partenaire.Est_coordinateur"
_NAME = "Projet.Partenaire.Nom_organisme"
_CATEGORY = "Projet.Partenaire.Categorie_organisme"
_CITY = "Projet.Partenaire.Adresse.Ville"
_REGION = "Projet.Partenaire.Adresse.Region"
_COUNTRY = "Projet.Partenaire.Adresse.Pays"

_PROJECT_COLUMNS = {
    _CODE: "id",
    "Projet.Acronyme": "name",
    _START: "date",
    _AID: "amount",
    "Projet.Titre.Francais": "full_title",
    _ACTION: "action",
    "Action.Edition": "edition",
}
_PARTNER_COLUMNS = (_CODE, _COORDINATES, _NAME, _CATEGORY, _CITY, _REGION, _COUNTRY)

_ROLES = {"True": "lead", "False": "partner"}
_NOT_STATED = "Non renseigné"
_ABROAD = "Etranger"
_KNOWLEDGE_PARTNERS = frozenset(
    {
        "Universités, INSA et INP",
        "Grandes écoles publiques",
        "ENS et grands établissements",
        "COMUE Pôle de recherche et d'Enseignement supérieur",
        "Autres écoles (privées)",
        "IEP",
        "INHA",
        "Organismes de type EPST",
        "Organismes de Type EPIC",
        "Fondations",
        "Observatoires",
    }
)
_FIRMS = "Entreprises Privées"
_PLATFORM_TYPES = {
    "LABX": "laboratory",
    "EQPX": "infrastructure",
    "ESRE": "infrastructure",
    "INBS": "infrastructure",
    "CARN": "research institute",
    "CRNT": "research institute",
    "AIRT": "research institute",
    "IEED": "research institute",
    "IAHU": "research institute",
    "IBHU": "research institute",
    "P3IA": "research institute",
    "CONV": "research institute",
    "PHUC": "centre",
    "SATT": "transfer centre",
    "SATE": "transfer centre",
    "ACVT": "transfer centre",
    "DPBS": "pilot base",
}
_LIST_SEPARATORS = "[;；、]"
_TABLE_COLUMNS = {
    "universities": ("name", "type", "city", "province", "country"),
    "enterprises": ("name", "city", "province", "country"),
    "institutions": ("name", "type", "city", "province", "country"),
}


def read_register(source: Path) -> TableSet:
    """Read the register of the "Investissements d'avenir".

    Parameters
    ----------
    source
        The folder with projects.csv and partners.csv (commas).

    Returns
    -------
    TableSet
        A project is an agreement, a named partner a party; a project whose action creates a
        laboratory, institute, infrastructure or transfer office is a platform as well.

    Raises
    ------
    RegisterError
        If the layout differs, a reference is open, a project has not exactly one coordinator,
        or the sums do not come out.
    """
    projects = _source.read_table(source, _PROJECTS, list(_PROJECT_COLUMNS))
    partners = _source.read_table(source, _PARTNERS, _PARTNER_COLUMNS)
    _check_files(projects, partners)
    named = partners[_is_named(partners)]
    tables = {
        **_source.split_by_kind(_describe_organisations(named), _TABLE_COLUMNS),
        "platforms": _list_platforms(projects, named),
        "agreements": _list_agreements(projects),
        "parties": _list_parties(named),
    }
    _check_sums(projects, partners, tables)
    facts = _source.make_facts(
        "Investissements d'avenir (ANR)",
        tables["agreements"]["date"],
        "Agence nationale de la recherche, data.gouv.fr (Licence Ouverte); "
        "stored copy of tdelcey/ANR (MIT)",
    )
    return TableSet(tables, facts, _add_up(projects, partners, tables))


def _check_files(projects: pd.DataFrame, partners: pd.DataFrame) -> None:
    _source.check_unique(projects, [_CODE], _PROJECTS)
    _source.check_known(partners[_CODE], projects[_CODE], file=_PARTNERS, other=_PROJECTS)
    _source.check_known(projects[_CODE], partners[_CODE], file=_PROJECTS, other=_PARTNERS)
    roles = _source.translate(partners[_COORDINATES], _ROLES, _PARTNERS)
    leads = partners[roles == "lead"]
    for row in leads.index[leads.duplicated(_CODE)][:1]:
        raise RegisterError(
            f"{_PARTNERS}, row {row}, column {_COORDINATES}: {leads.loc[row, _CODE]} has a "
            "coordinator in an earlier row; exactly one is allowed."
        )
    for row in projects.index[~projects[_CODE].isin(leads[_CODE])][:1]:
        raise RegisterError(
            f"{_PROJECTS}, row {row}, column {_CODE}: {projects.loc[row, _CODE]} has no "
            f"coordinator in {_PARTNERS}; exactly one is needed."
        )


def _describe_organisations(named: pd.DataFrame) -> pd.DataFrame:
    described = pd.DataFrame({"name": named[_NAME].drop_duplicates().reset_index(drop=True)})
    for column, name in (
        (_CATEGORY, "type"),
        (_CITY, "city"),
        (_REGION, "province"),
        (_COUNTRY, "country"),
    ):
        stated = named[column].replace(_NOT_STATED, "")
        described[name] = described["name"].map(_pick_most_frequent(named[_NAME], stated))
    is_abroad = described["type"].eq(_ABROAD) | described["province"].eq(_ABROAD)
    described["country"] = described["country"].mask(is_abroad, "")
    described["kind"] = described["type"].map(_find_kind)
    described["type"] = described["type"].replace("", "unknown")
    return described


def _pick_most_frequent(keys: pd.Series[str], values: pd.Series[str]) -> pd.Series[str]:
    counts = pd.DataFrame({"key": keys, "value": values}).value_counts(sort=False)
    ordered = counts.reset_index(name="n").sort_values(["n", "value"], ascending=[False, True])
    return ordered.drop_duplicates("key").set_index("key")["value"]


def _find_kind(category: str) -> str:
    if category == _FIRMS:
        return "enterprises"
    return "universities" if category in _KNOWLEDGE_PARTNERS else "institutions"


def _list_platforms(projects: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    rows = projects[projects[_ACTION].isin(list(_PLATFORM_TYPES))]
    leads = named[named[_COORDINATES] == "True"].set_index(_CODE)[_NAME]
    hosts = rows[_CODE].map(leads).fillna("")
    platforms = pd.DataFrame(
        {
            "id": "P-" + rows[_CODE],
            "name": rows["Projet.Acronyme"] + " (" + rows[_ACTION] + ")",
            "type": rows[_ACTION].map(_PLATFORM_TYPES),
            "hosts": hosts.mask(hosts.str.contains(_LIST_SEPARATORS), ""),
            "project": rows[_CODE],
        }
    )
    return platforms.reset_index(drop=True)


def _list_agreements(projects: pd.DataFrame) -> pd.DataFrame:
    agreements = projects.rename(columns=_PROJECT_COLUMNS).assign(
        date=_source.clean_dates(projects[_START], _PROJECTS),
        amount=_source.clean_amounts(projects[_AID], _PROJECTS),
        status="signed",
        register="PIA (ANR)",
    )
    columns = [
        "id",
        "name",
        "date",
        "amount",
        "status",
        "register",
        "full_title",
        "action",
        "edition",
    ]
    return agreements[columns].reset_index(drop=True)


def _list_parties(named: pd.DataFrame) -> pd.DataFrame:
    is_lead = named[_COORDINATES].eq("True")
    leads = is_lead.groupby([named[_CODE], named[_NAME]]).transform("any")
    parties = pd.DataFrame(
        {
            "agreement": named[_CODE],
            "organisation": named[_NAME],
            "role": leads.map({True: "lead", False: "partner"}),
        }
    )
    return parties.drop_duplicates().reset_index(drop=True)


def _check_sums(
    projects: pd.DataFrame, partners: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    read = _source.add_amounts(_source.clean_amounts(projects[_AID], _PROJECTS))
    amount = _source.add_amounts(tables["agreements"]["amount"])
    _source.check_total("EUR", read=read, written=amount, file=_PROJECTS)
    pairs = partners.loc[_is_named(partners), [_CODE, _NAME]].drop_duplicates()
    _source.check_total("parties", read=len(pairs), written=len(tables["parties"]), file=_PARTNERS)


def _add_up(
    projects: pd.DataFrame, partners: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> dict[str, float]:
    named = partners[_is_named(partners)]
    categories = named.groupby(_NAME)[_CATEGORY].nunique()
    return {
        "projects": len(projects),
        "partners": len(partners),
        "partners_unnamed": len(partners) - len(named),
        "partners_repeated": int(named.duplicated([_CODE, _NAME]).sum()),
        "parties": len(tables["parties"]),
        "organisations": named[_NAME].nunique(),
        "organisations_of_several_categories": int(categories.gt(1).sum()),
        "platforms": len(tables["platforms"]),
        "amount": float(_source.add_amounts(tables["agreements"]["amount"])),
        "projects_without_party": int((~projects[_CODE].isin(named[_CODE])).sum()),
        "projects_without_start": int(tables["agreements"]["date"].eq("").sum()),
    }


def _is_named(partners: pd.DataFrame) -> pd.Series[bool]:
    return ~partners[_NAME].isin(["", _NOT_STATED])
