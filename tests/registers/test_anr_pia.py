"""Five projects of the Investissements d'avenir, with the register's own dirt."""

from pathlib import Path

import pytest

from ecograph.errors import RegisterError
from ecograph.registers import convert
from ecograph.tables import TableSet

PROJECTS = """\
Projet.Code_Decision_ANR,Projet.Date_debut,Action.Edition,Action.Titre.Francais,\
Projet.Acronyme,Projet.Titre.Francais,Projet.Aide_allouee
ANR-10-LABX-0001,2011-04-13,2010,LABX,ALPHA,"Atomes, lasers",1500000.25
ANR-10-SATT-0002,,2010,SATT,Nord,SATT Nord,0.0
ANR-11-CAMP-0003,2012-03-01,2011,CAMP,Campus,Campus,10.50
ANR-22-PETQ-0004,,2022,PETQ,QComm,Quantum,0.0
ANR-10-CARN-0005,2011-01-01,2010,CARN,Beta,Beta,100.0
"""
PARTNERS = """\
Projet.Code_Decision_ANR,Action.Edition,Projet.Acronyme,Projet.Partenaire.Code_Decision_ANR,\
Projet.Partenaire.Est_coordinateur,Projet.Partenaire.Nom_organisme,\
Projet.Partenaire.Categorie_organisme,Projet.Partenaire.Adresse.Ville,\
Projet.Partenaire.Adresse.Region,Projet.Partenaire.Adresse.Pays
ANR-10-LABX-0001,2010,ALPHA,1-01,False,Université A,"Universités, INSA et INP",Lille,Nord,France
ANR-10-LABX-0001,2010,ALPHA,1-02,True,Université A,"Universités, INSA et INP",Lille,Nord,France
ANR-10-LABX-0001,2010,ALPHA,1-03,False,CNRS,Organismes de type EPST,Paris,IDF,France
ANR-10-LABX-0001,2010,ALPHA,1-04,False,Firme &amp; Fils,Entreprises Privées,Lyon,ARA,France
ANR-10-SATT-0002,2010,Nord,2-01,True,SATT Nord,Entreprises Privées,Lille,Nord,France
ANR-10-SATT-0002,2010,Nord,2-02,False,Hôpital B,Organismes Médicaux (Hôpitaux),Lille,Nord,France
ANR-11-CAMP-0003,2011,Campus,3-01,True,Hôpital B,Etablissements de santé,Lille,Nord,France
ANR-11-CAMP-0003,2011,Campus,3-02,False,Lab X,Etranger,Berlin,Etranger,France
ANR-11-CAMP-0003,2011,Campus,3-03,False,Cercle,Non renseigné,Non renseigné,Non renseigné,France
ANR-22-PETQ-0004,2022,QComm,4-01,True,Non renseigné,Non renseigné,Non renseigné,Non renseigné,France
ANR-10-CARN-0005,2010,Beta,5-01,True,Firme &amp; Fils,Entreprises Privées,Lyon,ARA,France
ANR-10-CARN-0005,2010,Beta,5-02,False,Hôpital B,Etablissements de santé,Lille,Nord,France
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    (tmp_path / "partners.csv").write_text(PARTNERS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def register(folder: Path) -> TableSet:
    return convert("anr-pia", folder)


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_category_gives_the_kind(register: TableSet) -> None:
    tables = register.tables
    assert list(tables["universities"]["name"]) == ["Université A", "CNRS"]
    assert list(tables["enterprises"]["name"]) == ["Firme &amp; Fils", "SATT Nord"]
    assert tables["institutions"].values.tolist() == [
        ["Hôpital B", "Etablissements de santé", "Lille", "Nord", "France"],
        ["Lab X", "Etranger", "Berlin", "Etranger", ""],
        ["Cercle", "unknown", "", "", "France"],
    ]


def test_equally_frequent_categories_are_taken_in_alphabetical_order(folder: Path) -> None:
    spoil(
        folder, "partners.csv", "False,Hôpital B,Etablissements", "False,Hôpital C,Etablissements"
    )
    institutions = convert("anr-pia", folder).tables["institutions"].set_index("name")
    assert institutions.loc["Hôpital B", "type"] == "Etablissements de santé"


def test_platforms_come_from_the_action(register: TableSet) -> None:
    """The host of Beta is unknown: its name holds a separator of lists."""
    assert register.tables["platforms"].values.tolist() == [
        ["P-ANR-10-LABX-0001", "ALPHA (LABX)", "laboratory", "Université A", "ANR-10-LABX-0001"],
        ["P-ANR-10-SATT-0002", "Nord (SATT)", "transfer centre", "SATT Nord", "ANR-10-SATT-0002"],
        ["P-ANR-10-CARN-0005", "Beta (CARN)", "research institute", "", "ANR-10-CARN-0005"],
    ]


def test_projects_are_agreements(register: TableSet) -> None:
    agreements = register.tables["agreements"]
    assert agreements.iloc[0].to_dict() == {
        "id": "ANR-10-LABX-0001",
        "name": "ALPHA",
        "date": "2011-04-13",
        "amount": "1500000.25",
        "status": "signed",
        "register": "PIA (ANR)",
        "full_title": "Atomes, lasers",
        "action": "LABX",
        "edition": "2010",
    }
    assert list(agreements["date"]) == ["2011-04-13", "", "2012-03-01", "", "2011-01-01"]


def test_a_repeated_partner_is_one_party_and_an_unnamed_one_is_none(register: TableSet) -> None:
    assert register.tables["parties"].values.tolist() == [
        ["ANR-10-LABX-0001", "Université A", "lead"],
        ["ANR-10-LABX-0001", "CNRS", "partner"],
        ["ANR-10-LABX-0001", "Firme &amp; Fils", "partner"],
        ["ANR-10-SATT-0002", "SATT Nord", "lead"],
        ["ANR-10-SATT-0002", "Hôpital B", "partner"],
        ["ANR-11-CAMP-0003", "Hôpital B", "lead"],
        ["ANR-11-CAMP-0003", "Lab X", "partner"],
        ["ANR-11-CAMP-0003", "Cercle", "partner"],
        ["ANR-10-CARN-0005", "Firme &amp; Fils", "lead"],
        ["ANR-10-CARN-0005", "Hôpital B", "partner"],
    ]


def test_facts_and_totals(register: TableSet) -> None:
    assert register.facts["as_of"] == "2012-03-01"
    assert register.totals == {
        "projects": 5,
        "partners": 12,
        "partners_unnamed": 1,
        "partners_repeated": 1,
        "parties": 10,
        "organisations": 7,
        "organisations_of_several_categories": 1,
        "platforms": 3,
        "amount": 1500110.75,
        "projects_without_party": 1,
        "projects_without_start": 2,
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("partners.csv", "3-02,False", "3-02,True", "partners.csv, row 9, .*coordinator in an"),
        ("partners.csv", "3-01,True", "3-01,False", "projects.csv, row 4, .*has no coordinator"),
        ("partners.csv", "3-01,True", "3-01,oui", "partners.csv, row 8, .*'oui'"),
        ("partners.csv", "ANR-11-CAMP-0003", "ANR-11-CAMP-9999", "partners.csv, row 8, .*9999"),
        ("projects.csv", "10.50", "n.c.", "projects.csv, row 4, column Projet.Aide_allouee"),
        ("projects.csv", "ANR-10-CARN-0005", "ANR-10-LABX-0001", "projects.csv, row 6, .*earlier"),
        ("partners.csv", "Nom_organisme", "Nom", "partners.csv has no column .*Nom_organisme"),
    ],
)
def test_broken_register_is_refused(
    folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(RegisterError, match=sentence):
        convert("anr-pia", folder)


def test_a_project_without_partners_is_refused(folder: Path) -> None:
    rows = [row for row in PARTNERS.splitlines(keepends=True) if "PETQ" not in row]
    (folder / "partners.csv").write_text("".join(rows), encoding="utf-8")
    with pytest.raises(RegisterError, match=r"projects\.csv, row 5, .*PETQ-0004"):
        convert("anr-pia", folder)


@pytest.mark.real_data
def test_published_totals(real_data: Path) -> None:
    register = convert("anr-pia", real_data / "anr-pia")
    assert register.facts["as_of"] == "2022-07-01"
    assert register.totals == {
        "projects": 1_379,
        "partners": 7_581,
        "partners_unnamed": 19,
        "partners_repeated": 187,
        "parties": 7_375,
        "organisations": 1_331,
        "organisations_of_several_categories": 0,
        "platforms": 485,
        "amount": 13_437_508_769.58,
        "projects_without_party": 19,
        "projects_without_start": 456,
    }
    rows = {name: len(table) for name, table in register.tables.items()}
    assert rows == {
        "universities": 484,
        "enterprises": 487,
        "institutions": 360,
        "platforms": 485,
        "agreements": 1_379,
        "parties": 7_375,
    }


@pytest.mark.real_data
def test_real_platforms_have_names_of_their_own(real_data: Path) -> None:
    tables = convert("anr-pia", real_data / "anr-pia").tables
    named = [tables[kind]["name"] for kind in ("universities", "enterprises", "institutions")]
    organisations = {name.casefold() for names in named for name in names}
    platforms = [name.casefold() for name in tables["platforms"]["name"]]
    assert len(set(platforms)) == 485
    assert organisations.isdisjoint(platforms)
    assert tables["platforms"]["hosts"].ne("").all()
