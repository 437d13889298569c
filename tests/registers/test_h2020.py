"""Three projects and five organisations of Horizon 2020, with the register's own dirt."""

from pathlib import Path

import pytest

from ecograph.errors import RegisterError
from ecograph.registers import convert
from ecograph.tables import TableSet

ORGANISATIONS = '''\
new_org_id|name|shortName|name_normal|country|numProj|nproj_with_contrib|totContribution
900000001|"NATIONAL CENTRE ""DEMO"""|DEMO|EL-demo|EL| 2| 2|1050,50
900000002|NULL|NAM|NA-null|NA| 1| 0|
900000003|ACME|ACME|UK-acme|UK| 2| 1|500,25
00ab12cd34ef56ab78cd90ef12ab34cd|ACME|ACME|DE-acme|DE| 1| 0|
900000005|MINISTRY|MIN|FR-ministry|FR| 1| 1|0,00
'''
PROJECTS = """\
rcn|reference|acronym|status|programme|topics|startDate|endDate|totalCost|ecMaxContribution|call\
|fundingScheme|coordinator|coordinatorCountry|numOrg|totalContrib
101|701|ALPHA|SIGNED|P.1.;P.2.|T1|2015-01-01|2017-12-31| 2000,00|1500,75|C1|RIA\
|"NATIONAL CENTRE ""DEMO""\"|EL| 3|1500,75
102|702|BETA|SUSPENDED|P.1.|T2||2018-01-01|||C2|FPA|ACME|UK| 2|
103|703|GAMMA|TERMINATED|P.3.|T3|2016-06-30|2016-12-31|100,00|50,00|C3|CSA|Somebody|FR| 2|50,00
"""
PARTICIPATIONS = """\
projectRcn|new_org_id
101|900000001
101|900000002
101|900000003
102|900000003
102|00ab12cd34ef56ab78cd90ef12ab34cd
103|900000001
103|900000005
"""
TYPES = """\
pic,activity_type
900000001,REC
900000002,HES
900000003,PRC
900000005,PUB
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file, text in (
        ("organisations.csv", ORGANISATIONS),
        ("projects.csv", PROJECTS),
        ("participations.csv", PARTICIPATIONS),
    ):
        write(tmp_path / file, text.replace("|", "\t"))
    write(tmp_path / "activity_types.csv", TYPES)
    return tmp_path


@pytest.fixture
def register(folder: Path) -> TableSet:
    return convert("h2020", folder)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    write(folder / file, text.replace(old, new, 1))


def test_activity_type_gives_the_kind(register: TableSet) -> None:
    ids = {kind: list(register.tables[kind]["id"]) for kind in list(register.tables)[:4]}
    assert ids == {
        "universities": ["900000002"],
        "platforms": ["900000001"],
        "enterprises": ["900000003"],
        "institutions": ["00ab12cd34ef56ab78cd90ef12ab34cd", "900000005"],
    }
    assert list(register.tables["institutions"]["type"]) == ["unknown", "public body"]


def test_names_and_countries_stay_as_they_are(register: TableSet) -> None:
    assert register.tables["platforms"].iloc[0].to_dict() == {
        "id": "900000001",
        "name": 'NATIONAL CENTRE "DEMO"',
        "type": "research institute",
        "country": "EL",
        "short_form": "DEMO",
        "activity_type": "REC",
        "contribution": "1050.50",
    }
    university = register.tables["universities"].iloc[0]
    assert (university["name"], university["country"]) == ("NULL", "NA")


def test_projects_are_agreements(register: TableSet) -> None:
    agreements = register.tables["agreements"]
    assert agreements.iloc[0].to_dict() == {
        "id": "101",
        "name": "ALPHA",
        "date": "2015-01-01",
        "ends": "2017-12-31",
        "amount": "1500.75",
        "status": "signed",
        "disciplines": "P.1.;P.2.",
        "register": "H2020 (CORDIS, as of 2016)",
        "reference": "701",
        "topics": "T1",
        "call": "C1",
        "funding_scheme": "RIA",
        "total_cost": "2000.00",
    }
    assert list(agreements["status"]) == ["signed", "signed", "ended"]
    assert list(agreements["date"]) == ["2015-01-01", "", "2016-06-30"]
    assert list(agreements["amount"]) == ["1500.75", "", "50.00"]
    assert list(register.tables["disciplines"]["id"]) == ["P.1.", "P.2.", "P.3."]


def test_only_a_certain_coordinator_leads(register: TableSet) -> None:
    """In 102 two parties bear the coordinator's name, in 103 none does."""
    parties = register.tables["parties"]
    leads = parties[parties["role"] == "lead"]
    assert leads[["agreement", "organisation"]].values.tolist() == [["101", "900000001"]]
    assert set(parties["role"]) == {"lead", ""}


def test_facts_and_totals(register: TableSet) -> None:
    assert register.facts["as_of"] == "2016-06-30"
    assert register.totals == {
        "organisations": 5,
        "organisations_of_unknown_type": 1,
        "projects": 3,
        "participations": 7,
        "disciplines": 3,
        "amount": 1550.75,
        "projects_without_amount": 1,
        "projects_without_start": 1,
        "coordinators_found": 1,
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("organisations.csv", "UK\t 2", "UK\t 3", "organisations.csv, row 4, column numProj: .* 3"),
        ("projects.csv", "FR\t 2", "FR\t 1", "projects.csv, row 4, column numOrg: .* 1"),
        ("participations.csv", "103\t900000005", "109\t900000005", "row 8, column projectRcn"),
        ("participations.csv", "900000005", "900000009", "row 8, column new_org_id"),
        ("participations.csv", "103\t900000005", "103\t900000001", "row 8, .*earlier row"),
        ("organisations.csv", "900000005", "900000001", "organisations.csv, row 6, .*earlier row"),
        ("projects.csv", "TERMINATED", "LOST", "projects.csv, row 4, column status: 'LOST'"),
        (
            "projects.csv",
            "1500,75",
            "lots",
            "projects.csv, row 2, column ecMaxContribution: 'lots'",
        ),
        ("projects.csv", "2015-01-01", "soon", "projects.csv, row 2, column startDate: 'soon'"),
        ("projects.csv", "startDate", "start", "projects.csv has no column startDate"),
        ("activity_types.csv", "PUB", "GOV", "activity_types.csv, row 5, column activity_type"),
    ],
)
def test_broken_register_is_refused(
    folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(RegisterError, match=sentence):
        convert("h2020", folder)


@pytest.mark.real_data
def test_published_totals(real_data: Path) -> None:
    register = convert("h2020", real_data / "h2020-2016")
    assert register.facts["as_of"] == "2017-09-01"
    assert register.totals == {
        "organisations": 12_326,
        "organisations_of_unknown_type": 3_287,
        "projects": 7_574,
        "participations": 31_868,
        "disciplines": 114,
        "amount": 12_998_237_515.97,
        "projects_without_amount": 35,
        "projects_without_start": 767,
        "coordinators_found": 7_514,
    }
    rows = {name: len(table) for name, table in register.tables.items()}
    assert rows == {
        "universities": 1_042,
        "platforms": 1_206,
        "enterprises": 5_065,
        "institutions": 5_013,
        "disciplines": 114,
        "agreements": 7_574,
        "parties": 31_868,
    }


@pytest.mark.real_data
def test_real_dirt_survives(real_data: Path) -> None:
    tables = convert("h2020", real_data / "h2020-2016").tables
    organisations = [table for name, table in tables.items() if "country" in table]
    assert sum(int(table["country"].eq("NA").sum()) for table in organisations) == 3
    names = {name for table in organisations for name in table["name"]}
    assert 'NATIONAL CENTER FOR SCIENTIFIC RESEARCH "DEMOKRITOS"' in names
