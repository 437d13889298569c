"""A town whose names and columns would break a careless writer."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from builders import make_ecosystem

from ecograph.loader import load
from ecograph.output import save_tables

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.tables import TableSet

EXAMPLE = Path(__file__).parent.parent / "data" / "example-city"
LONG = "长" * 300

HOSTILE = {
    "universities": (
        "id,name,type,resident,aliases,x\n"
        "1,<script>alert(1)</script> & Sons,本科,是,甲；乙,left\n"
        "U 2,\"=cmd|' /C calc'!A0\",,否,,\n"
    ),
    "enterprises": (
        "id,name,industry,region,founded,uscc\n"
        f'1,"say ""hi""",新材料,祁县,2012,0091\n'
        "E<2>,bell\x07 and\x00 null,新材料；能源,,2013-05,\n"
        f"E3,{LONG},,,,\n"
    ),
    "institutions": "id,name\nJ1,+SUM(A1)\nJ2,alone\n",
    "disciplines": "id,name\nD1,]]> CDATA\n",
    "offers": "university,discipline,level\nuniversity:1,D1,省级\n",
    "platforms": "id,name,type,hosts,disciplines,industry,serves,since\n"
    "P1,中心,技术创新中心,university:1；E3,D1,能源,E<2>,2020-03-01\n",
    "agreements": (
        "id,name,date,ends,amount,status,mode,disciplines,industry,event\n"
        "A1,一,2021-02-03,2022,120万元,signed,联合开发,D1,能源,V1\n"
        "A2,,2022,,0.1,ended,,,,\n"
        "A3,三,2023-05,,,planned,,,,\n"
        "A4,四,2024-01-01,,1e16,active,,,,\n"
    ),
    "parties": (
        "agreement,organisation,role,amount\n"
        "A1,university:1,lead,70万元\nA1,enterprise:1,partner,\nA1,E3,牵头,50万元\n"
        "A2,university:1,,\nA2,enterprise:1,,\n"
        "A3,U 2,,\nA3,E3,,\n"
        "A4,U 2,,\nA4,J1,,\n"
    ),
    "demands": "id,name,enterprise,disciplines\nQ1,求,E3,D1\n",
    "events": "id,name,date,participants\nV1,会,2021-01-01,J1；U 2\n",
    "indicators": "id,name,value,unit\nK1,数,3,项\n",
    "ecosystem.yaml": "name: 'Town & <b>'\nas_of: '2024-06-30'\nlanguage: zh\ncurrency: CNY\n",
}


def make_hostile() -> Ecosystem:
    """Load the town; what is wrong in it is wrong on purpose, and nothing is rejected."""
    return make_ecosystem(HOSTILE)


def reload(tables: TableSet) -> Ecosystem:
    """Save tables as a folder and load it, as a person would."""
    with TemporaryDirectory() as folder:
        save_tables(tables, Path(folder) / "town")
        return load(Path(folder) / "town")
