"""Five Norwegian projects, with the register's own dirt."""

from pathlib import Path

import pytest

from ecograph.errors import RegisterError
from ecograph.registers import convert
from ecograph.tables import TableSet

HEADER = (
    "Rammeprogram;Program kode (H2020);Programkortnavn (H2020);Program (H2020);Prosjektnr;"
    "Prosjektkortnavn;Prosjektnavn;Utlysnings-id;Topic kode;Søknadstype;Kontraktstatus;"
    "Kontrakt signeringsdato;Kontrakt startdato;Kontrakt sluttdato;Organisasjonsnummer;"
    "Organisasjonsnavn;Kortnavn;Organisasjon rolle;FoU sektor;FoU kategori;Adresse kommune;"
    "Adresse fylke;Innvilget beløp organisasjon EUR"
)
LEIT = "H2020;EU.2.1.;LEIT;Leadership in technologies (LEIT)"
FOOD = "H2020;EU.3.2.;FOOD;Food security"
NONE = "H2020;;;"
SHIP = (
    'SHIP;"Ships; ""green"" ones ";C1;T1;RIA;SIGNED;'
    "03.05.2019 00:00;01.06.2019 00:00;31.05.2022 00:00"
)
FISH = "FISH;Fish;C2;T2;IA;CLOSED;04.05.2016 00:00;01.01.2017 00:00;31.12.2018 00:00"
VOID = "VOID;Void;C3;T3;CSA;SIGNED;04.05.2018 00:00;;"
NTNU = "974767880;NTNU TRONDHEIM;NTNU;{};UoH-sektor;Universiteter;Trondheim;Trøndelag - Trööndelage"
SINTEF = "919303808;SINTEF AS;SINTEF;{};Instituttsektor;Tekniske;Trondheim;Trøndelag - Trööndelage"
MARITIME = "979750730;MARITIME AS;ukjent;{};Næringsliv;Næringsliv;Kongsberg;Viken"
TELLU = "{};TELLU AS;;{};Næringsliv;Næringsliv;Asker;Viken"
HOSPITAL = "993467049;SYKEHUSET HF;OUS;{};Helseforetak;Helse;Oslo;Oslo"
CLUB = ";KLUBBEN;;{};Øvrige;Øvrige;;"
UNKNOWN = ";ukjent;ukjent;{};ukjent;ukjent;;"
LEAD, PARTNER = "COORDINATOR", "PARTICIPANT"
ROWS = [
    f"{LEIT};1;{SHIP};{NTNU.format(LEAD)};1000.25",
    f"{LEIT};1;{SHIP};{MARITIME.format(PARTNER)};145795.65",
    f"{LEIT};1;{SHIP};{MARITIME.format(PARTNER)};145795.65",
    f"{FOOD};2;{FISH};{SINTEF.format(PARTNER)};49999.99999998",
    f"{FOOD};2;{FISH};{HOSPITAL.format(PARTNER)};0",
    f"{FOOD};2;{FISH};{UNKNOWN.format(PARTNER)};10",
    f"{NONE};3;{VOID};{TELLU.format('911111111', LEAD)};5.5",
    f"{NONE};3;{VOID};{TELLU.format('922222222', PARTNER)};4.5",
    f"{NONE};3;{VOID};{CLUB.format(PARTNER)};1",
    f"{LEIT};4;{FISH};{UNKNOWN.format(LEAD)};7",
]


def write(folder: Path, rows: list[str]) -> None:
    text = "\n".join([HEADER, *rows]) + "\n"
    (folder / "grants.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def register(tmp_path: Path) -> TableSet:
    write(tmp_path, ROWS)
    return convert("norway-h2020", tmp_path)


def test_sector_gives_the_kind(register: TableSet) -> None:
    tables = register.tables
    assert list(tables["universities"]["id"]) == ["974767880"]
    assert tables["platforms"].iloc[0].to_dict() == {
        "id": "919303808",
        "name": "SINTEF AS",
        "type": "research institute",
        "city": "Trondheim",
        "province": "Trøndelag - Trööndelage",
        "short_form": "SINTEF",
        "rd_sector": "Instituttsektor",
        "rd_category": "Tekniske",
    }
    assert tables["enterprises"].values.tolist() == [
        ["979750730", "MARITIME AS", "Viken", "Kongsberg", "", "Næringsliv", "Næringsliv"],
        ["911111111", "TELLU AS", "Viken", "Asker", "", "Næringsliv", "Næringsliv"],
        ["922222222", "TELLU AS", "Viken", "Asker", "", "Næringsliv", "Næringsliv"],
    ]
    assert tables["institutions"][["id", "name", "type"]].values.tolist() == [
        ["993467049", "SYKEHUSET HF", "Helseforetak"],
        ["KLUBBEN", "KLUBBEN", "Øvrige"],
    ]


def test_projects_are_agreements(register: TableSet) -> None:
    agreements = register.tables["agreements"]
    assert agreements.iloc[0].to_dict() == {
        "id": "1",
        "name": "SHIP",
        "date": "2019-06-01",
        "ends": "2022-05-31",
        "amount": "292591.55",
        "status": "signed",
        "disciplines": "LEIT",
        "register": "H2020 (Research Council of Norway)",
        "full_title": 'Ships; "green" ones ',
        "topics": "T1",
        "call": "C1",
        "funding_scheme": "RIA",
        "contract_signed": "2019-05-03",
    }
    assert list(agreements["amount"]) == ["292591.55", "50009.99999998", "11.0", "7"]
    assert list(agreements["status"]) == ["signed", "ended", "signed", "ended"]
    assert list(agreements["date"]) == ["2019-06-01", "2017-01-01", "", "2017-01-01"]


def test_grants_are_parties_and_a_repeated_one_is_added(register: TableSet) -> None:
    assert register.tables["parties"].values.tolist() == [
        ["1", "974767880", "lead", "1000.25"],
        ["1", "979750730", "partner", "291591.30"],
        ["2", "919303808", "partner", "49999.99999998"],
        ["2", "993467049", "partner", "0"],
        ["3", "911111111", "lead", "5.5"],
        ["3", "922222222", "partner", "4.5"],
        ["3", "KLUBBEN", "partner", "1"],
    ]


def test_programmes_are_disciplines(register: TableSet) -> None:
    assert register.tables["disciplines"].values.tolist() == [
        ["FOOD", "Food security", "EU.3.2."],
        ["LEIT", "Leadership in technologies (LEIT)", "EU.2.1."],
    ]
    assert list(register.tables["agreements"]["disciplines"]) == ["LEIT", "FOOD", "", "LEIT"]


def test_facts_and_totals(register: TableSet) -> None:
    assert register.facts["as_of"] == "2019-06-01"
    assert register.totals == {
        "grants": 10,
        "grants_unnamed": 2,
        "grants_repeated": 1,
        "parties": 7,
        "organisations": 7,
        "projects": 4,
        "disciplines": 2,
        "amount": pytest.approx(342619.54999998, abs=1e-9),
        "amount_unnamed": 17,
        "projects_without_party": 1,
        "projects_without_start": 1,
    }


@pytest.mark.parametrize(
    ("row", "old", "new", "sentence"),
    [
        (1, "SIGNED", "CLOSED", "row 3, column Kontraktstatus: 'CLOSED', but Prosjektnr 1"),
        (2, "MARITIME AS", "MARIN AS", "row 4, column Organisasjonsnavn: 'MARIN AS'"),
        (0, "Leadership", "Lead", r"row 3, column Program \(H2020\)"),
        (3, "49999.99999998", "mye", "row 5, column Innvilget beløp organisasjon EUR: 'mye'"),
        (9, "CLOSED", "LOST", "row 11, column Kontraktstatus: 'LOST'"),
        (3, "PARTICIPANT", "GUEST", "row 5, column Organisasjon rolle: 'GUEST'"),
        (9, "01.01.2017", "41.01.2017", "row 11, column Kontrakt startdato"),
    ],
)
def test_broken_register_is_refused(
    tmp_path: Path, row: int, old: str, new: str, sentence: str
) -> None:
    assert old in ROWS[row]
    write(tmp_path, [*ROWS[:row], ROWS[row].replace(old, new), *ROWS[row + 1 :]])
    with pytest.raises(RegisterError, match=rf"grants\.csv, {sentence}"):
        convert("norway-h2020", tmp_path)


@pytest.mark.real_data
def test_published_totals(real_data: Path) -> None:
    register = convert("norway-h2020", real_data / "norway-h2020")
    assert register.facts["as_of"] == "2022-09-01"
    assert register.totals == {
        "grants": 2_931,
        "grants_unnamed": 3,
        "grants_repeated": 1,
        "parties": 2_927,
        "organisations": 692,
        "projects": 1_957,
        "disciplines": 25,
        "amount": pytest.approx(1_672_234_782.36955121),
        "amount_unnamed": pytest.approx(265_711.2499998),
        "projects_without_party": 2,
        "projects_without_start": 1,
    }
    rows = {name: len(table) for name, table in register.tables.items()}
    assert rows == {
        "universities": 20,
        "platforms": 58,
        "enterprises": 510,
        "institutions": 104,
        "disciplines": 25,
        "agreements": 1_957,
        "parties": 2_927,
    }
