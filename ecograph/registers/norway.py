"""Horizon 2020 grants to Norwegian organisations, as the Research Council of Norway lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecograph.registers import _source
from ecograph.tables import TableSet

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

__all__ = ["read_register"]

_GRANTS = "grants.csv"

_PROJECT = "Prosjektnr"
_NUMBER = "Organisasjonsnummer"
_NAME = "Organisasjonsnavn"
_ROLE = "Organisasjon rolle"
_AMOUNT = "Innvilget beløp organisasjon EUR"
_FIELD = "Programkortnavn (H2020)"

_PROJECT_COLUMNS = {
    _PROJECT: "id",
    "Prosjektkortnavn": "name",
    "Kontrakt startdato": "date",
    "Kontrakt sluttdato": "ends",
    "Kontraktstatus": "status",
    _FIELD: "disciplines",
    "Prosjektnavn": "full_title",
    "Topic kode": "topics",
    "Utlysnings-id": "call",
    "Søknadstype": "funding_scheme",
    "Kontrakt signeringsdato": "contract_signed",
}
_FIELD_COLUMNS = {_FIELD: "id", "Program (H2020)": "name", "Program kode (H2020)": "code"}
_ORGANISATION_COLUMNS = {
    _NUMBER: "id",
    _NAME: "name",
    "Kortnavn": "short_form",
    "FoU sektor": "rd_sector",
    "FoU kategori": "rd_category",
    "Adresse kommune": "city",
    "Adresse fylke": "province",
}
_COLUMNS = tuple(
    dict.fromkeys(
        [*_PROJECT_COLUMNS, *_FIELD_COLUMNS, *_ORGANISATION_COLUMNS, _ROLE, _AMOUNT],
    )
)

_UNKNOWN = "ukjent"
_ROLES = {"COORDINATOR": "lead", "PARTICIPANT": "partner"}
_STATUSES = {"SIGNED": "signed", "CLOSED": "ended"}
_KINDS = {
    "UoH-sektor": "universities",
    "Instituttsektor": "platforms",
    "Næringsliv": "enterprises",
}
_EXTRAS = ("short_form", "rd_sector", "rd_category")
_TABLE_COLUMNS = {
    "universities": ("id", "name", "city", "province", *_EXTRAS),
    "platforms": ("id", "name", "type", "city", "province", *_EXTRAS),
    "enterprises": ("id", "name", "region", "city", *_EXTRAS),
    "institutions": ("id", "name", "type", "city", "province", *_EXTRAS),
}


def read_register(source: Path) -> TableSet:
    """Read the Norwegian register of Horizon 2020 grants.

    Parameters
    ----------
    source
        The folder with grants.csv (semicolons).

    Returns
    -------
    TableSet
        A project is an agreement over the sum of its Norwegian grants, an organisation's grant
        is its party, a programme a discipline.

    Raises
    ------
    RegisterError
        If the layout differs, rows of one project or organisation contradict each other, or
        the sums do not come out.
    """
    rows = _source.read_table(source, _GRANTS, _COLUMNS, separator=";")
    _check_rows(rows)
    grants = rows.assign(**{_AMOUNT: _source.clean_amounts(rows[_AMOUNT], _GRANTS)})
    named = _name_organisations(grants)
    tables = {
        **_source.split_by_kind(_describe_organisations(named), _TABLE_COLUMNS),
        "disciplines": _list_disciplines(grants),
        "agreements": _list_agreements(grants),
        "parties": _list_parties(named),
    }
    _check_sums(grants, named, tables)
    facts = _source.make_facts(
        "Horizon 2020 grants to Norwegian organisations",
        tables["agreements"]["date"],
        "Research Council of Norway, open data (NLOD)",
    )
    return TableSet(tables, facts, _add_up(grants, named, tables))


def _check_rows(rows: pd.DataFrame) -> None:
    _source.check_constant(rows, _PROJECT, list(_PROJECT_COLUMNS), file=_GRANTS)
    _source.check_constant(rows, _NUMBER, list(_ORGANISATION_COLUMNS), file=_GRANTS)
    _source.check_constant(rows, _FIELD, list(_FIELD_COLUMNS), file=_GRANTS)


def _name_organisations(grants: pd.DataFrame) -> pd.DataFrame:
    keys = grants[_NUMBER].where(grants[_NUMBER] != "", grants[_NAME])
    return grants.assign(**{_NUMBER: keys})[~keys.isin(["", _UNKNOWN])]


def _describe_organisations(named: pd.DataFrame) -> pd.DataFrame:
    organisations = named[list(_ORGANISATION_COLUMNS)].rename(columns=_ORGANISATION_COLUMNS)
    kinds = organisations["rd_sector"].map(_KINDS).fillna("institutions")
    is_institute = kinds == "platforms"
    described = organisations.assign(
        kind=kinds,
        type=organisations["rd_sector"].mask(is_institute, "research institute"),
        region=organisations["province"],
        short_form=organisations["short_form"].replace(_UNKNOWN, ""),
    )
    return described.drop_duplicates("id")


def _list_disciplines(grants: pd.DataFrame) -> pd.DataFrame:
    fields = grants[list(_FIELD_COLUMNS)].rename(columns=_FIELD_COLUMNS)
    known = fields[fields["id"] != ""].drop_duplicates("id").sort_values("id")
    return known.reset_index(drop=True)


def _list_agreements(grants: pd.DataFrame) -> pd.DataFrame:
    agreements = grants[list(_PROJECT_COLUMNS)].rename(columns=_PROJECT_COLUMNS)
    for column in ("Kontrakt startdato", "Kontrakt sluttdato", "Kontrakt signeringsdato"):
        agreements[_PROJECT_COLUMNS[column]] = _source.clean_dates(grants[column], _GRANTS)
    agreements["status"] = _source.translate(grants["Kontraktstatus"], _STATUSES, _GRANTS)
    amounts = _source.add_amounts_by(grants[_AMOUNT], [grants[_PROJECT]])
    agreements.insert(4, "amount", amounts)
    agreements.insert(7, "register", "H2020 (Research Council of Norway)")
    return agreements.drop_duplicates("id").reset_index(drop=True)


def _list_parties(named: pd.DataFrame) -> pd.DataFrame:
    pair = [named[_PROJECT], named[_NUMBER]]
    roles = _source.translate(named[_ROLE], _ROLES, _GRANTS)
    leads = roles.eq("lead").groupby(pair).transform("any")
    parties = pd.DataFrame(
        {
            "agreement": named[_PROJECT],
            "organisation": named[_NUMBER],
            "role": leads.map({True: "lead", False: "partner"}),
            "amount": _source.add_amounts_by(named[_AMOUNT], pair),
        }
    )
    return parties.drop_duplicates(["agreement", "organisation"]).reset_index(drop=True)


def _check_sums(grants: pd.DataFrame, named: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> None:
    read = _source.add_amounts(grants[_AMOUNT])
    shares = _source.add_amounts(tables["parties"]["amount"]) + _add_unnamed(grants, named)
    for written in (_source.add_amounts(tables["agreements"]["amount"]), shares):
        _source.check_total("EUR", read=read, written=written, file=_GRANTS)


def _add_unnamed(grants: pd.DataFrame, named: pd.DataFrame) -> Decimal:
    return _source.add_amounts(grants.loc[~grants.index.isin(named.index), _AMOUNT])


def _add_up(
    grants: pd.DataFrame, named: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> dict[str, float]:
    agreements, parties = tables["agreements"], tables["parties"]
    return {
        "grants": len(grants),
        "grants_unnamed": len(grants) - len(named),
        "grants_repeated": len(named) - len(parties),
        "parties": len(parties),
        "organisations": named[_NUMBER].nunique(),
        "projects": len(agreements),
        "disciplines": len(tables["disciplines"]),
        "amount": float(_source.add_amounts(agreements["amount"])),
        "amount_unnamed": float(_add_unnamed(grants, named)),
        "projects_without_party": int((~agreements["id"].isin(named[_PROJECT])).sum()),
        "projects_without_start": int(agreements["date"].eq("").sum()),
    }
