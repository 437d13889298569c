"""Read tables as offices write them, beside what a user would read them with otherwise.

    python benchmarks/reading.py --part csv --rows 10000000   # time, memory, what was noticed
    python benchmarks/reading.py --part encodings             # which encoding a file is in
    python benchmarks/reading.py --part ids                   # identifiers that come out changed
    python benchmarks/reading.py --part xlsx                  # a large workbook
    python benchmarks/reading.py --rows 20000 --samples 100   # all of it, in short

Every reading runs in a process of its own; seconds are those of the reading alone, memory is the
peak of the process. Tools that are not installed are left out, and that is said. Prints Markdown.
"""

# ruff: noqa: PLC0415 - a process imports only what it measures

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

sys.path.insert(0, str(Path(__file__).parent.parent))

SEED = 20
MEGABYTE = 1 << 20
POOL = 50_000
HEADER = "编号,企业名称,统一社会信用代码,地区,行业,合作高校,合作方式,金额（万元）,签订日期,备注"
PLACES = "太原市 晋中市 榆次区 潍坊市 大同市 昔阳县 襄垣县 长治市 忻州市 平遥县 呼和浩特市".split()  # noqa: SIM905
TRADES = "新材料 煤机装备 环保科技 液压 信息技术 生物医药 玻璃制品 碳纤维 农业机械 检测服务".split()  # noqa: SIM905
UNIVERSITIES = "太原理工大学 山西大学 中北大学 山西农业大学 燕山大学 晋中学院 西安交通大学".split()  # noqa: SIM905
MODES = "技术开发 技术转让 共建平台 人才培养 咨询服务 产业学院".split()  # noqa: SIM905
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能"
    "下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加"
)
RARE = "喆堃镕淼翀燊玥瑄昇珺晗琋䶮𠮷㵟鑫煜瑾琳"
NOTES = (
    "“揭榜挂帅”项目；《技术合同》已登记",
    "首付30%——其余验收后付清…",
    "合同价€26万（含税）",
    "A·B两期，≥2年",
    "",
    "无",
)
BIG5_NAMES = [
    "國立臺灣大學",
    "臺灣積體電路製造股份有限公司",
    "財團法人工業技術研究院",
    "國立成功大學",
    "聯發科技股份有限公司",
    "鴻海精密工業",
    "臺北市立大學",
    "中華電信研究院",
    "國立交通大學",
    "資訊工業策進會",
]
JAPANESE_NAMES = [
    "東京大学",
    "トヨタ自動車株式会社",
    "産業技術総合研究所",
    "京都大学",
    "ソニーグループ",
    "株式会社日立製作所",
    "パナソニック",
    "大阪大学",
    "みずほ情報総研",
    "理化学研究所",
]
FRENCH_NAMES = [
    "Université de Lyon",
    "École Polytechnique",
    "Société Générale d'Électricité",
    "Pôle de compétitivité",
    "Centre hospitalier de Besançon",
    "Forêts et pâturages",
    "Cœur d'innovation",
    "Lycée Évariste Galois",
]
NORWEGIAN_NAMES = [
    "Universitetet i Tromsø",
    "Høgskolen i Østfold",
    "Sjømatrådet",
    "Ålesund kunnskapspark",
    "Bærum kommune",
    "Norges miljø- og biovitenskapelige universitet",
    "Måløy verft",
    "Værøy fiskeindustri",
]
RIGHT = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")
SIZES = (1, 3, 10, 100)
IDS = (
    "{:05d}", "0{:d}", "9114{:014d}", "{:d}e5", "{:d}E10", "NA{:d}", "{:d}.0", "+{:d}", "1_{:d}",
    "{:d}-01", "0x{:x}", "{:030d}", "{:d}/1", "91110000{:06d}MA",
)  # fmt: skip
WORDS = ("NA", "NULL", "null", "None", "nan", "inf", "TRUE", "N/A", "-", "1e5", "00", "#N/A")


def main() -> None:
    """Print the parts that were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--read", nargs=3, metavar=("TOOL", "ENCODING", "FILE"))
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read_here(*options.read)))
        return
    for name, part in PARTS.items():
        if options.part in (None, name):
            print(f"\n## {name}\n")
            part(options)


# Text of registers


def draw_rows(rows: int, *, rng: random.Random, rare: bool = False) -> Iterator[str]:
    """Draw rows of a register of agreements, without their first cell."""
    for _ in range(rows):
        brand = "".join(rng.choices(COMMON, k=2)) + (rng.choice(RARE) if rare else "")
        firm = f"{rng.choice(PLACES)}{brand}{rng.choice(TRADES)}有限公司"
        cells = (
            firm,
            f"91140{rng.randrange(10**12):012d}X",
            rng.choice(PLACES),
            rng.choice(TRADES),
            rng.choice(UNIVERSITIES),
            rng.choice(MODES),
            f"{rng.randrange(1, 500000) / 100}",
            f"20{rng.randrange(15, 27)}年{rng.randrange(1, 13)}月",
            rng.choice(NOTES).replace(",", "，"),
        )
        yield ",".join(cells)


def draw_names(names: Sequence[str], header: str, rows: int, *, rng: random.Random) -> str:
    """Draw a small table of names."""
    lines = [f"{n},{rng.choice(names)},{rng.randrange(10**6)}" for n in range(1, rows + 1)]
    return "\n".join([header, *lines]) + "\n"


def draw_register(rows: int, *, rng: random.Random, rare: bool) -> str:
    """Draw a whole register as text."""
    lines = (f"{n},{row}" for n, row in enumerate(draw_rows(rows, rng=rng, rare=rare), start=1))
    return "\n".join([HEADER, *lines]) + "\n"


def write_csv(path: Path, rows: int, *, encoding: str = "utf-8", broken: int = 0) -> None:
    """Write a large register; one row, if asked for, has a cell too many."""
    rng = random.Random(SEED)  # noqa: S311 - drawn text, no secret
    pool = [row.replace("€", "") for row in draw_rows(min(rows, POOL), rng=rng)]
    with path.open("w", encoding=encoding, newline="") as stream:
        stream.write(HEADER + "\n")
        for start in range(0, rows, POOL):
            block = range(start, min(rows, start + POOL))
            stream.writelines(
                f"{n:08d},{pool[n - start]}{',x' if n == broken > 0 else ''}\n" for n in block
            )


# Readers


def read_here(tool: str, encoding: str, path: str) -> dict[str, object]:
    """Read a file with a tool in this process; say what it took and what it said."""
    before = time.perf_counter()
    try:
        shape, said = READERS[tool](path, encoding)
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is its answer
        shape, said = None, f"refused ({type(error).__name__})"
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": peak, "shape": shape, "said": said}


def read_with_ecograph(path: str, _: str) -> tuple[tuple[int, int], str]:
    """Read as ecograph does, encoding unknown."""
    from ecograph.reading.sources import read_file

    (sheet,) = read_file(Path(path))
    found = [f"{problem.code} in row {problem.row}" for problem in sheet.problems]
    return sheet.cells.shape, "; ".join(found[:3]) or "nothing"


def read_with_pandas(path: str, encoding: str) -> tuple[tuple[int, int], str]:
    """Read with pandas, told the encoding, every cell as text."""
    import pandas as pd

    if path.endswith(".xlsx"):
        return pd.read_excel(path, dtype=str, keep_default_na=False).shape, "nothing"
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
    return table.shape, "nothing"


def read_with_polars(path: str, encoding: str) -> tuple[tuple[int, int], str]:
    """Read with polars, told the encoding, every cell as text."""
    import polars as pl

    told = "utf8" if encoding == "utf-8" else encoding
    return pl.read_csv(path, infer_schema=False, encoding=told).shape, "nothing"


def read_with_duckdb(path: str, encoding: str) -> tuple[tuple[int, int], str]:
    """Read with DuckDB into columns of Arrow, every cell as text."""
    import duckdb

    told = "" if encoding == "utf-8" else f", encoding='{encoding}'"
    query = f"from read_csv('{path}', all_varchar=true, header=true{told})"
    return duckdb.sql(query).to_arrow_table().shape, "nothing"


def read_with_openpyxl(path: str, _: str) -> tuple[tuple[int, int], str]:
    """Read a workbook with openpyxl, row by row."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).active
    rows = sum(1 for _ in sheet.iter_rows(values_only=True))
    return (rows - 1, sheet.max_column), "nothing"


READERS: dict[str, Callable[[str, str], tuple[tuple[int, int], str]]] = {
    "ecograph": read_with_ecograph,
    "pandas": read_with_pandas,
    "polars": read_with_polars,
    "duckdb": read_with_duckdb,
    "openpyxl": read_with_openpyxl,
}


def measure(tool: str, encoding: str, path: Path) -> dict[str, Any]:
    """Read a file with a tool in a process of its own."""
    command = [sys.executable, __file__, "--read", tool, encoding, str(path)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"}
    )
    if done.returncode:
        return {"seconds": 0.0, "peak": 0, "shape": None, "said": f"died ({done.returncode})"}
    return dict(json.loads(done.stdout))


def list_installed(tools: Iterable[str]) -> list[str]:
    """List the tools that are installed; say which are not."""
    wanted = list(tools)
    missing = [tool for tool in wanted if find_spec(tool) is None]
    for tool in missing:
        print(f"{tool} is not installed: left out.\n")
    return [tool for tool in wanted if tool not in missing]


def print_readings(kind: str, encoding: str, path: Path, tools: Sequence[str]) -> None:
    """Print a row for every tool that reads a file; ratios are to ecograph."""
    ours = 0.0
    for tool in tools:
        found = measure(tool, encoding, path)
        ours = ours or found["seconds"]
        rows = found["shape"][0] if found["shape"] else "-"
        ratio = f"{found['seconds'] / ours:.2f}" if found["shape"] and ours else "-"
        print(
            f"| {kind} | {tool} | {rows} | {found['seconds']:.2f} | {ratio} | "
            f"{found['peak'] / MEGABYTE:.0f} | {found['said']} |"
        )


# Parts


def compare_csv(options: argparse.Namespace) -> None:
    """Compare readers of delimited text: clean, in GBK, and with one broken row."""
    tools = ["ecograph", *list_installed(("pandas", "polars", "duckdb"))]
    print("| file | tool | rows | seconds | to ecograph's | peak, MB | what it said |")
    print("|---|---|---|---|---|---|---|")
    kinds = {"clean": ("utf-8", 0), "GBK": ("gb18030", 0), "one broken row": ("utf-8", 1)}
    with tempfile.TemporaryDirectory() as folder:
        for kind, (encoding, broken) in kinds.items():
            path = Path(folder) / "register.csv"
            write_csv(path, options.rows, encoding=encoding, broken=broken * options.rows * 2 // 3)
            print_readings(kind, encoding, path, tools)


def compare_workbooks(options: argparse.Namespace) -> None:
    """Compare readers of a large workbook."""
    tools = ["ecograph", *list_installed(("pandas", "openpyxl"))]
    print("| file | tool | rows | seconds | to ecograph's | peak, MB | what it said |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_workbook(path, list_cells(options.rows))
        print_readings("workbook", "", path, tools)


def list_cells(rows: int) -> Iterator[Sequence[str]]:
    """List the cells of a register of so many rows."""
    rng = random.Random(SEED)  # noqa: S311 - drawn text, no secret
    pool = [row.split(",") for row in draw_rows(min(rows, POOL), rng=rng)]
    yield HEADER.split(",")
    yield from ((f"{n:08d}", *pool[n % POOL]) for n in range(rows))


def write_workbook(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a workbook of one sheet, every cell as text in place."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in _PACKAGE.items():
            package.writestr(name, content)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            text.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>')
            for number, cells in enumerate(rows, start=1):
                written = "".join(
                    f'<c r="{_LETTERS[n]}{number}" t="inlineStr"><is><t>{_escape(c)}</t></is></c>'
                    for n, c in enumerate(cells)
                )
                text.write(f'<row r="{number}">{written}</row>')
            text.write("</sheetData></worksheet>")
            text.flush()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_PACKAGE = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    f'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml'
    f'"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="'
    f'{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name='
    '"台账" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id='
    f'"rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def compare_ids(options: argparse.Namespace) -> None:
    """Count identifiers that a reader changes: the defaults, and text wherever it can be asked."""
    ids = draw_ids(options.rows)
    print("| tool | asked for text | file | identifiers | changed in silence | refused by name |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ids.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(lay_out_ids(ids))
        for tool, asked, read in ID_READERS:
            if tool == "ecograph" or find_spec(tool):
                print_changes(tool, asked, "csv", ids, read(path))
            else:
                print(f"| {tool} | {asked} | csv | - | not installed |")
        book = Path(folder) / "ids.xlsx"
        write_workbook(book, lay_out_ids(ids))
        print_changes("ecograph", "always", "xlsx", ids, _read_ids(book))


def print_changes(
    tool: str, asked: str, kind: str, ids: Sequence[str], found: Sequence[object]
) -> None:
    """Print how many identifiers are no longer what they were, and of how many that is told."""
    pairs = list(zip(ids, found, strict=False))
    refused = sum(isinstance(new, _Refused) and new.value == old for old, new in pairs)
    changed = sum(str(new) != old for old, new in pairs) + abs(len(ids) - len(found))
    print(f"| {tool} | {asked} | {kind} | {len(ids)} | {changed - refused} | {refused} |")


@dataclass(frozen=True)
class _Refused:
    """A cell that a problem names by file, row and column, with its value."""

    value: str


def draw_ids(rows: int) -> list[str]:
    """Draw identifiers of all shapes that readers are known to change, one shape after another."""
    each = max(rows // (len(IDS) + 1), len(WORDS))
    made = [shape.format(n) for shape in IDS for n in range(1, each + 1)]
    return [*made, *(WORDS[n % len(WORDS)] for n in range(each))]


def lay_out_ids(ids: Sequence[str]) -> list[list[str]]:
    """Lay identifiers out with a column for every shape."""
    width = len(IDS) + 1
    each = len(ids) // width
    columns = [ids[n * each : (n + 1) * each] for n in range(width)]
    return [[f"id{n}" for n in range(width)], *map(list, zip(*columns, strict=True))]


def _read_ids(path: Path) -> list[object]:
    from ecograph.reading.sources import read_file

    sheet = read_file(path)[0]
    told = {(problem.row, problem.column): problem.value for problem in sheet.problems}
    return [
        _Refused(told[row, header]) if (row, header) in told else value
        for header, (_, column) in zip(sheet.header, sheet.cells.items(), strict=True)
        for row, value in column.items()
    ]


def _read_ids_pandas(path: Path, **options: Any) -> list[object]:  # noqa: ANN401 - as pandas takes
    import pandas as pd

    table = pd.read_csv(path, **options)
    return [value for _, column in table.items() for value in column.tolist()]


def _read_ids_polars(path: Path, **options: Any) -> list[object]:  # noqa: ANN401 - as polars takes
    import polars as pl

    return [value for column in pl.read_csv(path, **options) for value in column.to_list()]


def _read_ids_duckdb(path: Path, options: str = "") -> list[object]:
    import duckdb

    query = f"from read_csv('{path}', header=true{options})"
    columns = duckdb.sql(query).to_arrow_table().columns
    return [value for column in columns for value in column.to_pylist()]


ID_READERS: tuple[tuple[str, str, Callable[[Path], list[object]]], ...] = (
    ("ecograph", "always", _read_ids),
    ("pandas", "no", _read_ids_pandas),
    ("pandas", "yes", lambda path: _read_ids_pandas(path, dtype=str)),
    ("polars", "no", lambda path: _read_ids_polars(path, infer_schema_length=None)),
    ("polars", "yes", lambda path: _read_ids_polars(path, infer_schema=False)),
    ("duckdb", "no", _read_ids_duckdb),
    ("duckdb", "yes", lambda path: _read_ids_duckdb(path, ", all_varchar=true")),
)


def compare_encodings(options: argparse.Namespace) -> None:
    """Count samples that are decoded to the very text that was written."""
    others = {"charset_normalizer": judge_with_normalizer, "chardet": judge_with_chardet}
    installed = list_installed(others)
    judges = {"ecograph": judge_with_ecograph} | {name: others[name] for name in installed}
    print(f"| encoding | rows | samples | {' | '.join(f'{j}, right' for j in judges)} | flagged |")
    print(f"|---|---|---|{'---|' * len(judges)}---|")
    for encoding, rows, texts in draw_samples(options.samples):
        samples = [(text, text.encode(encoding)) for text in texts]
        shares = [
            f"{sum(judge(data) == text for text, data in samples) / len(samples):.2%}"
            for judge in judges.values()
        ]
        flagged = sum(is_flagged(data) for _, data in samples)
        print(f"| {encoding} | {rows} | {len(texts)} | {' | '.join(shares)} | {flagged} |")


def draw_samples(samples: int) -> Iterator[tuple[str, int, list[str]]]:
    """Draw texts by encoding and rows: five that must be right, three that must be flagged."""
    rng = random.Random(SEED)  # noqa: S311 - drawn text, no secret
    each = max(1, samples // (len(RIGHT) * len(SIZES)))
    for encoding in RIGHT:
        for rows in SIZES:
            rare = encoding != "gbk"
            texts = [draw_register(rows, rng=rng, rare=rare and n % 2 > 0) for n in range(each)]
            yield encoding, rows, [t.replace("€", "￥") if encoding == "gbk" else t for t in texts]
    others = {
        "big5": (BIG5_NAMES, "編號,單位名稱,金額"),
        "shift_jis": (JAPANESE_NAMES, "番号,機関名,金額"),
        "cp1252": (FRENCH_NAMES + NORWEGIAN_NAMES, "id,name,amount"),
    }
    for encoding, (names, header) in others.items():
        for rows in SIZES:
            yield encoding, rows, [draw_names(names, header, rows, rng=rng) for _ in range(each)]


def judge_with_ecograph(data: bytes) -> str | None:
    """Decode as ecograph does."""
    from ecograph.errors import DataError
    from ecograph.reading.text.encodings import decode_text

    try:
        return decode_text(data, "x").text
    except DataError:
        return None


def is_flagged(data: bytes) -> bool:
    """Say whether ecograph reports anything of the text."""
    from ecograph.errors import DataError
    from ecograph.reading.text.encodings import decode_text

    try:
        return bool(decode_text(data, "x").problems)
    except DataError:
        return True


def judge_with_normalizer(data: bytes) -> str | None:
    """Decode as charset-normalizer thinks best."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(data).best()
    return str(best) if best else None


def judge_with_chardet(data: bytes) -> str | None:
    """Decode as chardet thinks best."""
    import chardet

    found = chardet.detect(data)["encoding"]
    try:
        return data.decode("utf-8-sig" if found == "utf-8" else found) if found else None
    except (UnicodeDecodeError, LookupError):
        return None


PARTS = {
    "csv": compare_csv,
    "encodings": compare_encodings,
    "ids": compare_ids,
    "xlsx": compare_workbooks,
}

if __name__ == "__main__":
    main()
