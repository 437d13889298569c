"""Turn the EU's FP7 register (2007-13) into an ecosystem folder, for scale and dirt.

    python benchmarks/fp7.py SOURCE -o DATA

The register has neither kinds, dates nor amounts: every organisation is an institution and every
project a signed agreement. Of its organisations, lines that a merge of versions left in the file
and the second lines of an id are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

__all__ = ["convert"]


def main() -> None:
    """Convert a folder into another."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    chosen = parser.parse_args()
    convert(chosen.source, chosen.output)


def convert(source: Path, target: Path) -> None:
    """Write the tables institutions, agreements and parties."""
    target.mkdir(parents=True, exist_ok=True)
    participations = pd.read_csv(source / "participations.csv", sep="\t", dtype=str).dropna()
    parties = participations.set_axis(["agreement", "organisation"], axis=1).drop_duplicates()
    institutions = _read_organisations(source / "organisations.csv")
    parties = parties[parties["organisation"].isin(institutions["id"])]
    agreements = parties[["agreement"]].drop_duplicates().set_axis(["id"], axis=1)
    names = "FP7 project " + agreements["id"]
    agreements = agreements.assign(name=names, date="", amount="", status="signed")
    tables = {"institutions": institutions, "agreements": agreements, "parties": parties}
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False)
    facts = "name: FP7 projects and participants\nas_of: '2013-12-31'\nlanguage: en\n"
    (target / "ecosystem.yaml").write_text(facts, encoding="utf-8")


def _read_organisations(path: Path) -> pd.DataFrame:
    """Read id and name of each line that has them."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    fields = [line.split(";")[:2] for line in lines if ";" in line]
    table = pd.DataFrame(fields, columns=["id", "name"])
    table = table.apply(lambda column: column.str.strip(' "'))
    named = (table["id"] != "new_org_id") & (table["id"] != "") & (table["name"] != "")
    return table[named].drop_duplicates("id")


if __name__ == "__main__":
    main()
