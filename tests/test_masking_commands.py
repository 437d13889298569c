"""A copy to share, from the command line: no name in any byte, the same verdicts, or a refusal."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from builders import write_folder
from click.testing import CliRunner
from openpyxl import load_workbook

from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.links import list_links
from ecograph.analysis.tiers import assign_tiers
from ecograph.cli import cli
from ecograph.cli.options import LEAST
from ecograph.errors import EcographError, SettingsError
from ecograph.loader import load
from ecograph.masking import LEAST as DEFAULT
from ecograph.masking import Mask, find_leaks, list_names, list_public_names
from ecograph.publishing import require_same_kind
from ecograph.workflow import analyse, compute_results, copy_masked, render_masked

ROOT = Path(__file__).parents[1]
EXAMPLE, RULES = ROOT / "data" / "example-city", ROOT / "ecograph" / "rules"
KEY = "correct horse battery staple"
CRATE = "ro-crate-metadata.json"
TOWN = {
    "universities": "id,name\nU1,Glass College\n",
    "enterprises": "id,name,industry,aliases\nF1001,Zorn Ltd,I1,佐恩\nF1002,银圣科技,I1,\n",
    "industries": "id,name\nI1,Steel\n",
    "agreements": "id,name,date,parties\nA1,Zorn lab of steel,2024-05-01,U1;F1001\n",
}


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)


def fail(*arguments):
    """Run a command that must fail; return its error."""
    done = run(*arguments)
    assert done.exception is not None, done.output
    return done.exception


def read_files(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@dataclass
class Shared:
    """The example city, masked by one run of the command, and what it was made of."""

    folder: Path
    files: dict[str, bytes]
    city: object
    key_file: Path


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    base = tmp_path_factory.mktemp("office")
    key_file = base / "key.txt"
    key_file.write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    folder = base / "shared"
    options = ("--mask", "--mask-key-file", key_file, "--crate", "-q")
    done = run("analyse", EXAMPLE, "-o", folder, *options)
    assert done.exception is None, done.exception
    assert done.stderr == ""
    return Shared(folder, read_files(folder), load(EXAMPLE), key_file)


@pytest.fixture
def town(tmp_path):
    return write_folder(tmp_path / "town", TOWN)


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.txt"
    path.write_text(KEY, encoding="utf-8")
    return path


def read_table(shared, name):
    text = shared.files[f"tables/{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# what is in the folder


def test_the_search_finds_no_masked_name_in_any_file(shared):
    names, public = list_names(shared.city), list_public_names(shared.city)
    leaks = find_leaks(shared.files, names, public=public)
    assert leaks[leaks["certain"]].empty, leaks


def _unpack(data):
    """Unpack everything by hand: zip members, gzip and raw deflate, and base64 within texts."""
    texts = [data]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts += [part for name in archive.namelist() for part in _unpack(archive.read(name))]
    for block in re.findall(rb"[A-Za-z0-9+/=]{40,}", data):
        try:
            inner = base64.b64decode(block)
            texts.append(zlib.decompress(inner, wbits=47))  # zlib or gzip, whichever it is
        except (ValueError, zlib.error):
            continue
    return texts


def test_no_name_alias_code_or_agreement_is_in_any_byte_unpacked_by_hand(shared):
    with (EXAMPLE / "enterprises.csv").open(encoding="utf-8-sig", newline="") as stream:
        firms = list(csv.DictReader(stream))
    with (EXAMPLE / "agreements.csv").open(encoding="utf-8-sig", newline="") as stream:
        agreements = list(csv.DictReader(stream))
    told = {row[c] for row in firms for c in ("name", "uscc", "aliases") if row.get(c)}
    told |= {row["name"] for row in agreements if row.get("name")}
    assert len(told) > len(firms)
    whole = b"\n".join(part for data in shared.files.values() for part in _unpack(data))
    assert len(whole) > sum(map(len, shared.files.values())) + 100_000  # the map is unpacked too
    text = whole.decode("utf-8", "replace")
    assert [name for name in sorted(told) if name in text] == []


def test_the_hand_made_search_finds_the_codes_in_the_packed_map(shared):
    parts = _unpack(shared.files["map.html"])
    code = read_table(shared, "tiers")[0]["enterprise"].encode()
    assert any(code in part for part in parts[1:])


def test_neither_the_key_nor_the_place_of_the_data_is_written(shared):
    whole = b"".join(part for data in shared.files.values() for part in _unpack(data))
    for text in (KEY, str(EXAMPLE), str(shared.key_file), str(shared.folder)):
        assert text.encode() not in whole


def test_nothing_is_kept_in_the_folder(shared):
    assert not (shared.folder / ".cache").exists()
    assert {name.split("/")[0] for name in shared.files} == {
        "index.html", "map.html", "problems.csv", "run.json", "tables", CRATE,
    }  # fmt: skip


def test_the_record_says_what_is_masked_and_not_what_of(shared):
    record = json.loads(shared.files["run.json"])
    assert record["masked"] is True
    assert record["least"] == 3
    assert record["kinds"] == ["enterprise"]
    assert record["inputs"] == {}
    assert record["withheld"]["tier_moves"]["small"] > 0
    text = json.dumps(record["withheld"])
    assert "mark" not in text
    outputs = {n: hashlib.sha256(d).hexdigest() for n, d in shared.files.items() if n != "run.json"}
    assert record["outputs"] == outputs


def test_verdicts_and_tiers_are_those_of_the_city_with_names(shared):
    list_links(shared.city)
    old = find_gaps(shared.city)
    new = {row["industry"]: row for row in read_table(shared, "gaps")}
    assert {key: row["verdict"] for key, row in new.items()} == dict(old["verdict"])
    shown = {key: row["observed"] for key, row in new.items() if row["observed"][:1] not in "<c"}
    assert shown
    assert all(float(n) == old.loc[key, "observed"] for key, n in shown.items())
    tiers = pd.Series([row["tier"] for row in read_table(shared, "tiers")]).value_counts()
    assert dict(tiers) == dict(assign_tiers(shared.city)["tier"].value_counts())


def test_small_counts_are_marked_in_the_tables(shared):
    numbers = [row["firms"] for row in read_table(shared, "pyramid")]
    assert "<3" in numbers
    assert "c" in numbers
    assert not {"1", "2"} & set(numbers)


def test_the_report_says_at_its_top_that_it_is_masked(shared):
    page = shared.files["index.html"].decode()
    top = page[: page.index("<nav")]
    assert "脱敏副本：企业名称以代码代替" in top
    assert "小于 3 的单元格" in top
    assert "Counts of firms or agreements below 3 are withheld" in page
    assert not re.search(r"\bnan\b", re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL))


# the crate


def test_the_crate_lists_every_output_with_its_hash(shared):
    graph = json.loads(shared.files[CRATE])["@graph"]
    files = {e["name"]: e for e in graph if e["@type"] == "File"}
    wanted = set(shared.files) - {CRATE, "run.json"}
    assert set(files) == wanted
    for name in wanted:
        data = shared.files[name]
        assert files[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert files[name]["contentSize"] == str(len(data))
    root = next(e for e in graph if e["@id"] == "./")
    assert {part["@id"] for part in root["hasPart"]} == {files[name]["@id"] for name in wanted}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A town, and a folder that it filled once; results are kept in it."""
    base = tmp_path_factory.mktemp("filled")
    data = write_folder(base / "town", TOWN)
    with pytest.MonkeyPatch.context() as patch:  # a few results are enough for a folder
        patch.setattr("ecograph.results.RESULTS", {"gaps": find_gaps, "tiers": assign_tiers})
        assert analyse(data, base / "out").fresh
    return data, base / "out"


def test_a_run_that_is_reused_has_the_crate_and_one_without_removes_it(filled, tmp_path):
    data, out = filled[0], shutil.copytree(filled[1], tmp_path / "out")
    plain = read_files(out)
    again = analyse(data, out, crate=True)
    assert not again.fresh
    described = read_files(out)
    assert set(described) - set(plain) == {CRATE}
    assert again.files[CRATE] == hashlib.sha256(described[CRATE]).hexdigest()
    record = json.loads(described["run.json"])
    assert record["outputs"] == again.files
    assert not analyse(data, out, crate=True).fresh
    assert read_files(out) == described
    assert not analyse(data, out).fresh
    assert read_files(out) == plain


def test_a_crate_that_a_person_has_changed_is_not_removed(filled, tmp_path):
    data, out = filled[0], shutil.copytree(filled[1], tmp_path / "out")
    analyse(data, out, crate=True)
    (out / CRATE).write_text('{"mine": 1}')
    analyse(data, out)
    assert (out / CRATE).read_text() == '{"mine": 1}'


def test_a_crate_of_someone_else_is_never_replaced(filled, tmp_path):
    data, out = filled[0], shutil.copytree(filled[1], tmp_path / "out")
    (out / CRATE).write_text("mine")
    before = read_files(out)
    with pytest.raises(SettingsError, match=CRATE):
        analyse(data, out, crate=True)
    assert read_files(out) == before


# other files


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A town in English, and the results of its masked copy, computed once for all its reports."""
    tables = {**TOWN, "ecosystem.yaml": "name: Town\nlanguage: en\n"}
    data = write_folder(tmp_path_factory.mktemp("small") / "town", tables)
    return data, compute_results(copy_masked(load(data), Mask(key=KEY)).ecosystem)


@pytest.fixture
def computed(small, monkeypatch):
    monkeypatch.setattr("ecograph.workflow.compute_results", lambda *_, **__: small[1])
    return small[0]


def _require_masked(path):
    """Require that a file holds no name, and codes; return its text."""
    text = b"".join(_unpack(path.read_bytes())).decode("utf-8", "replace")
    assert [firm for firm in ("Zorn", "佐恩", "银圣", "F1001") if firm in text] == []
    assert re.search(r"E-[2-9B-Z]{8}", text)
    return text


@pytest.mark.parametrize("name", ["copy.html", "copy.docx", "copy.xlsx"])
def test_a_masked_report_holds_no_name_but_codes(computed, tmp_path, key_file, name):
    path = tmp_path / name
    done = run("report", computed, "-o", path, "--mask", "--mask-key-file", key_file, "-q")
    assert done.exception is None, done.exception
    text = _require_masked(path)
    assert "Masked copy" in text
    assert "Counts of firms or agreements below 3 are withheld" in text
    if name.endswith(".xlsx"):
        sheets = load_workbook(path).worksheets
        assert "<3" in {str(c.value) for sheet in sheets for row in sheet.iter_rows() for c in row}


@pytest.mark.parametrize("options", [(), ("--renderer", "pyvis"), ("--backbone",)])
def test_a_masked_map_holds_no_name_but_codes(small, tmp_path, key_file, options):
    path = tmp_path / "map.html"
    masked = ("--mask", "--mask-key-file", key_file, "-q")
    assert run("map", small[0], "-o", path, *masked, *options).exception is None
    _require_masked(path)


# keys


def _list_codes(town, mask):
    return list(copy_masked(load(town), mask).ecosystem.select("enterprise").index)


def test_the_same_key_gives_the_same_codes_and_another_one_others(town):
    first = _list_codes(town, Mask(key=KEY))
    assert first == _list_codes(town, Mask(key=f"{KEY}\n", least=5))
    assert not set(first) & set(_list_codes(town, Mask(key="another")))


def test_codes_of_a_run_are_those_of_the_key_in_the_file(shared):
    codes = copy_masked(shared.city, Mask(key=KEY)).ecosystem.select("enterprise").index
    assert {row["enterprise"] for row in read_table(shared, "tiers")} == set(codes)


@pytest.mark.parametrize(("lang", "said"), [("en", "can decode"), ("zh", "可以还原代码")])
def test_without_a_key_file_it_is_said_who_can_decode(town, tmp_path, lang, said):
    done = run("map", town, "-o", tmp_path / "m.html", "--mask", "-q", "--lang", lang)
    assert done.exception is None
    assert said in done.stderr


def test_a_mask_does_not_show_its_key():
    assert KEY not in repr(Mask(key=KEY))


def test_the_default_threshold_of_the_command_is_that_of_the_library():
    assert LEAST == DEFAULT == Mask().least


# refusals


@pytest.mark.parametrize("command", ["analyse", "report", "map"])
@pytest.mark.parametrize("option", ["--mask-key-file", "--least"])
def test_options_of_a_mask_need_the_mask(town, tmp_path, key_file, command, option):
    value = key_file if option == "--mask-key-file" else 3
    error = fail(command, town, "-o", tmp_path / "o.html", option, value)
    assert error.exit_code == 2
    assert f"{option} is for a masked copy; add --mask." in str(error)


@pytest.mark.parametrize(
    "options",
    [("--least", 1), ("--mask-key-file", "no such file"), ("--cache", "kept"), ("--least", "x")],
)
def test_options_that_make_no_sense_are_wrong_usage(town, tmp_path, options):
    error = fail("analyse", town, "-o", tmp_path / "out", "--mask", *options)
    assert error.exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"), [(b" \n", "is empty"), (b"", "is empty"), (b"\xff\xfe\x00", "no text")]
)
def test_a_key_file_that_holds_no_key_is_refused(town, tmp_path, content, said):
    path = tmp_path / "key.txt"
    path.write_bytes(content)
    error = fail("analyse", town, "-o", tmp_path / "out", "--mask", "--mask-key-file", path)
    assert isinstance(error, SettingsError)
    assert said in str(error)
    assert str(path) in str(error)
    assert not (tmp_path / "out").exists()


def test_a_key_in_the_folder_to_share_is_refused(town, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "key.txt").write_text(KEY)
    error = fail("analyse", town, "-o", out, "--mask", "--mask-key-file", out / "key.txt")
    assert error.exit_code == 2
    assert "keep the key elsewhere" in str(error)


def test_masked_results_do_not_go_where_names_are(filled):
    before = read_files(filled[1])
    with pytest.raises(SettingsError, match="choose another folder for the masked copy"):
        analyse(*filled, mask=Mask(key=KEY))
    assert read_files(filled[1]) == before


@pytest.mark.parametrize("left", [".cache/x.entry", ".ecograph-run", "run.json"])
def test_masked_results_do_not_go_where_a_part_of_results_is_left(town, tmp_path, left):
    file = tmp_path / "out" / left
    file.parent.mkdir(parents=True)
    file.write_text('{"outputs": {"index.html": ""}}')
    with pytest.raises(SettingsError, match="another folder"):
        analyse(town, tmp_path / "out", mask=Mask(key=KEY))


def test_names_do_not_go_where_a_masked_copy_is(filled, shared):
    for cache in (False, filled[1] / ".cache"):
        with pytest.raises(SettingsError, match="may be given away"):
            analyse(filled[0], shared.folder, cache=cache)
    assert read_files(shared.folder) == shared.files


def test_a_masked_copy_may_be_masked_anew(shared):
    require_same_kind(shared.folder, masked=True)


def test_a_name_that_remains_stops_everything(town, tmp_path, monkeypatch):
    def draw(ecosystem, **_):
        return "<p>&#38134;圣科技</p>" if len(ecosystem.keys) else "<p>"

    monkeypatch.setattr("ecograph.results.to_html", draw)
    monkeypatch.setattr("ecograph.results.render_report", lambda *_, **__: "")
    monkeypatch.setattr("ecograph.results.RESULTS", {"gaps": find_gaps})
    with pytest.raises(EcographError) as caught:
        analyse(town, tmp_path / "out", mask=Mask(key=KEY))
    said = str(caught.value)
    assert "map.html" in said
    assert sum(code in said for code in _list_codes(town, Mask(key=KEY))) == 1
    assert "enterprises.csv, row 3" in said
    assert "银圣" not in said
    assert "nothing was written" in said
    assert not (tmp_path / "out").exists()


def test_the_name_of_a_file_must_not_tell_either(town):
    with pytest.raises(EcographError, match="would hold a name"):
        render_masked(load(town), Mask(), lambda *_: b"", name="for Zorn.html", only=())


def test_a_word_of_a_library_is_no_leak_though_a_firm_is_called_like_it(tmp_path, key_file):
    tables = {**TOWN, "enterprises": "id,name,industry\nF1001,Stabilization,I1\n"}
    path = tmp_path / "pyvis.html"
    masked = ("--mask", "--mask-key-file", key_file, "--renderer", "pyvis", "-q")
    done = run("map", write_folder(tmp_path / "town", tables), "-o", path, *masked)
    assert done.exception is None, done.exception
    assert "stabilization" in path.read_text(encoding="utf-8")


def test_a_folder_of_rules_is_not_named(town, tmp_path, monkeypatch):
    rules = tmp_path / "rules of the office"
    rules.mkdir()
    shutil.copy(RULES / "high_tech.yaml", rules)
    monkeypatch.setattr("ecograph.results.RESULTS", {"gaps": find_gaps, "tiers": assign_tiers})
    out = tmp_path / "out"
    analyse(town, out, mask=Mask(key=KEY), settings={"rules": str(rules)}, crate=True)
    for data in read_files(out).values():
        assert all(b"rules of the office" not in part for part in _unpack(data))
    assert json.loads((out / "run.json").read_text())["settings"]["rules"] == "…"
