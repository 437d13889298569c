"""Draw a register of the size of a region, a country or a continent, as an ecosystem folder.

    python benchmarks/registers.py 1e6 -o /tmp/million [--seed 1]

N agreements of 3 to 40 parties (power law, mean 4) between N organisations (0.3 % universities,
2 % platforms, firms of 40 industries) that are active by a power law; the same seed gives the same
bytes. One industry is planted to be weakly linked: `WEAK`.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Rows = dict[str, pa.Array]

__all__ = ["WEAK", "write_register"]

WEAK = "I07"
"""The industry whose firms sign a fifth of the agreements that others of its size do."""

_CHUNK = 250_000  # agreements or organisations at a time, so that memory does not grow with N
_INDUSTRIES, _DISCIPLINES, _OFFERED = 40, 80, 8
_SHARES = {"university": 0.003, "platform": 0.02}  # of organisations; the rest are enterprises
_FEWEST = 60  # universities and platforms each, so that a small register has enough partners
_SEATS = (0.25, 0.10, 0.65)  # of parties: universities, platforms, enterprises
_SIZES = np.arange(3, 41)
_SIZE_EXPONENT = 3.794932594  # gives a mean of 4.0 parties an agreement
_SKEW = 2  # the r-th most active of n signs by (r / n) ** -(1 - 1 / _SKEW)
_OWN_INDUSTRY = 0.8  # of an agreement's firms; the others are of any industry
_WEAK_RATE = 0.2
_FIRST_DAY, _LAST_DAY = dt.date(2020, 1, 1), dt.date(2024, 12, 31)
_STATUSES = {"已签": 0.80, "在建": 0.10, "已结束": 0.07, "意向": 0.02, "对接": 0.01}
_MODES = ("合作开发", "委托开发", "技术服务", "技术转让", "技术咨询", "共建实验室", "产业学院")
_CERTIFICATES = {
    "科技型中小企业": 0.08,
    "高新技术企业": 0.10,
    "专精特新": 0.03,
    "小巨人": 0.005,
}
_ACCOUNTS = 0.10  # of enterprises, two years each
_PROVINCES = 31


@dataclass(frozen=True)
class _Cast:
    """Who takes part.

    Parameters
    ----------
    ids
        Ids of all organisations: universities, platforms, enterprises.
    starts
        Number of the first university, platform and enterprise, and of all.
    order
        Numbers of the organisations, the most active of each kind and industry first.
    industry
        Industry of each enterprise.
    first, firms
        Of each industry, where its enterprises start in ``order``, and how many they are.
    rates
        Share of the agreements that each industry signs.
    fields
        Of each industry, the disciplines that it mostly works with.
    """

    ids: pa.Array
    starts: Ints
    order: Ints
    industry: Ints
    first: Ints
    firms: Ints
    rates: NDArray[np.float64]
    fields: Ints


def main() -> None:
    """Write a register and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("agreements", type=float)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    for what, count in write_register(
        chosen.output, int(chosen.agreements), seed=chosen.seed
    ).items():
        print(f"{count:>12,} {what}")


def write_register(folder: Path, agreements: int, *, seed: int = 1) -> dict[str, int]:
    """Write a register of a number of agreements; the same seed gives the same bytes.

    Parameters
    ----------
    folder
        Where to write; made where it is absent.
    agreements
        How many; there are as many organisations.
    seed
        Seed of all draws.

    Returns
    -------
    dict
        Counts of agreements, organisations, participations, and pairs of parties.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cast = _draw_cast(np.random.default_rng([seed, 0]), agreements)
    text = f"name: 合成台账（{agreements}项协议）\nas_of: '{_LAST_DAY}'\nlanguage: zh\n"
    (folder / "ecosystem.yaml").write_text(text, encoding="utf-8")
    for stream, (table, write) in enumerate(_TABLES.items(), start=1):
        _write_table(folder / f"{table}.csv", write(cast, np.random.default_rng([seed, stream])))
    counts = {"agreements": agreements, "organisations": len(cast.ids)}
    return {**counts, **_write_agreements(folder, cast, agreements, seed)}


def _draw_cast(rng: np.random.Generator, n: int) -> _Cast:
    universities, platforms = (max(_FEWEST, round(n * share)) for share in _SHARES.values())
    enterprises = max(n - universities - platforms, 5 * _INDUSTRIES)
    starts = np.cumsum([0, universities, platforms, enterprises])
    shares = np.arange(1, _INDUSTRIES + 1) ** -0.7
    shares = rng.permutation(shares / shares.sum())
    industry = rng.choice(_INDUSTRIES, size=enterprises, p=shares)
    rates = shares * np.exp(rng.normal(0, 0.35, _INDUSTRIES))
    weak = int(WEAK[1:]) - 1
    rates[weak] = shares[weak] * _WEAK_RATE
    firms = np.bincount(industry, minlength=_INDUSTRIES)
    shuffled = rng.permutation(enterprises)
    ranked = shuffled[np.argsort(industry[shuffled], kind="stable")]
    orders = (rng.permutation(universities), starts[1] + rng.permutation(platforms))
    return _Cast(
        ids=_number_organisations(starts),
        starts=starts,
        order=np.concatenate([*orders, starts[2] + ranked]),
        industry=industry,
        first=starts[2] + np.cumsum(firms) - firms,
        firms=firms,
        rates=rates / rates.sum(),
        fields=rng.integers(_DISCIPLINES, size=(_INDUSTRIES, 4)),
    )


def _number_organisations(starts: Ints) -> pa.Array:
    counts = np.diff(starts)
    numbered = [_number(key, 1, count) for key, count in zip("UPE", counts, strict=True)]
    return pa.concat_arrays(numbered)


def _number(prefix: str, first: int, count: int, width: int = 8) -> pa.Array:
    """Make numbered ids: P00000001, P00000002 ..."""
    digits = pc.cast(pa.array(np.arange(first, first + count)), pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(digits, width, "0"), "")


def _name(before: str | pa.Array, ids: pa.Array, after: str = "") -> pa.Array:
    return pc.binary_join_element_wise(before, ids, after, "")


def _pick(words: Sequence[str], which: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(which))


def _blank(values: pa.Array, known: NDArray[np.bool_]) -> pa.Array:
    """Leave values empty where they are not known."""
    return pc.if_else(pa.array(known), values, pa.scalar(None, values.type))


def _list_codes(letter: str, count: int) -> list[str]:
    return [f"{letter}{number:02d}" for number in range(1, count + 1)]


def _list_days(first: dt.date, last: dt.date) -> list[str]:
    return [str(first + dt.timedelta(days=n)) for n in range((last - first).days + 1)]


def _split(count: int) -> Iterator[tuple[int, int]]:
    """Split a count into chunks: where each starts and how long it is."""
    for start in range(0, count, _CHUNK):
        yield start, min(_CHUNK, count - start)


def _write_table(path: Path, chunks: Iterable[Rows]) -> None:
    """Write chunks of columns as one CSV file."""
    batches = (pa.RecordBatch.from_pydict(rows) for rows in chunks)
    first = next(iter(batches))
    options = csv.WriteOptions(quoting_style="none")
    with csv.CSVWriter(path, first.schema, write_options=options) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


# Who there is


def _list_universities(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    ids = cast.ids[: cast.starts[1]]
    yield {"id": ids, "name": _name("示例大学", ids), "province": _draw_provinces(rng, len(ids))}


def _list_platforms(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    ids = cast.ids[cast.starts[1] : cast.starts[2]]
    hosts = rng.integers(cast.starts[1], size=len(ids))
    industries = rng.integers(_INDUSTRIES, size=len(ids))
    yield {
        "id": ids,
        "name": _name("示例重点实验室", ids),
        "type": _pick(["重点实验室"], np.zeros(len(ids), dtype=np.int64)),
        "hosts": cast.ids.take(pa.array(hosts)),
        "industry": _pick(_list_codes("I", _INDUSTRIES), industries),
        "province": _draw_provinces(rng, len(ids)),
    }


def _list_enterprises(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    codes = _list_codes("I", _INDUSTRIES)
    for start, count in _split(len(cast.industry)):
        ids = cast.ids.slice(cast.starts[2] + start, count)
        yield {
            "id": ids,
            "name": _name("示例科技", ids, "有限公司"),
            "industry": _pick(codes, cast.industry[start : start + count]),
            "founded": pa.array(2024 - (30 * rng.random(count) ** 2).astype(np.int64)),
            "province": _draw_provinces(rng, count),
        }


def _draw_provinces(rng: np.random.Generator, count: int) -> pa.Array:
    words = [f"示例省{number:02d}" for number in range(1, _PROVINCES + 1)]
    return _pick(words, rng.integers(_PROVINCES, size=count))


def _list_industries(_cast: _Cast, _rng: np.random.Generator) -> Iterator[Rows]:
    codes = pa.array(_list_codes("I", _INDUSTRIES))
    yield {"id": codes, "name": _name("示例产业", codes)}


def _list_disciplines(_cast: _Cast, _rng: np.random.Generator) -> Iterator[Rows]:
    codes = pa.array(_list_codes("D", _DISCIPLINES))
    yield {"id": codes, "name": _name("示例学科", codes)}


def _list_offers(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    universities = int(cast.starts[1])
    drawn = np.argsort(rng.random((universities, _DISCIPLINES)), axis=1)[:, :_OFFERED]
    offered = np.sort(drawn, axis=1).ravel()
    yield {
        "university": cast.ids.take(pa.array(np.repeat(np.arange(universities), _OFFERED))),
        "discipline": _pick(_list_codes("D", _DISCIPLINES), offered),
    }


def _list_certificates(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    """List certificates of three years, some of which have run out by the last day."""
    days = _list_days(dt.date(2021, 1, 1), dt.date(2027, 12, 31))
    for start, count in _split(len(cast.industry)):
        held = rng.random((count, len(_CERTIFICATES))) < np.array(list(_CERTIFICATES.values()))
        firm, which = np.nonzero(held)
        since = rng.integers(4 * 365, size=len(firm))
        yield {
            "enterprise": cast.ids.take(pa.array(cast.starts[2] + start + firm)),
            "certificate": _pick(list(_CERTIFICATES), which),
            "valid_from": _pick(days, since),
            "valid_to": _pick(days, since + 3 * 365 - 1),
        }


def _list_financials(cast: _Cast, rng: np.random.Generator) -> Iterator[Rows]:
    for start, count in _split(len(cast.industry)):
        firm = np.repeat(np.flatnonzero(rng.random(count) < _ACCOUNTS), 2)
        staff = (np.exp(rng.normal(4, 1, len(firm)))).astype(np.int64) + 5
        revenue = staff * rng.integers(300, 1500, len(firm)) * 1000
        yield {
            "enterprise": cast.ids.take(pa.array(cast.starts[2] + start + firm)),
            "year": pa.array(np.tile([2023, 2024], len(firm) // 2)),
            "staff": pa.array(staff),
            "rd_staff": pa.array((staff * 0.4 * rng.random(len(firm))).astype(np.int64)),
            "revenue": pa.array(revenue),
            "rd_spend": pa.array((revenue * 0.1 * rng.random(len(firm))).astype(np.int64)),
            "assets": pa.array((revenue * (0.5 + rng.random(len(firm)))).astype(np.int64)),
            "ip_class1": pa.array(rng.poisson(0.5, len(firm))),
            "ip_class2": pa.array(rng.poisson(3, len(firm))),
        }


_TABLES = {
    "universities": _list_universities,
    "platforms": _list_platforms,
    "enterprises": _list_enterprises,
    "industries": _list_industries,
    "disciplines": _list_disciplines,
    "offers": _list_offers,
    "certificates": _list_certificates,
    "financials": _list_financials,
}


# What they signed


def _write_agreements(folder: Path, cast: _Cast, agreements: int, seed: int) -> dict[str, int]:
    """Write agreements and parties side by side; count participations and pairs."""
    counts = np.zeros(2, dtype=np.int64)
    options = csv.WriteOptions(quoting_style="none")
    writers: list[csv.CSVWriter] = []
    for start, count in _split(agreements):
        rng = np.random.default_rng([seed, 100, start])
        industry = rng.choice(_INDUSTRIES, size=count, p=cast.rates)
        ids = _number("A", start + 1, count)
        sizes = _draw_sizes(rng, count)
        tables = (
            _draw_agreements(cast, rng, ids, industry),
            _draw_parties(cast, rng, ids, industry, sizes=sizes),
        )
        batches = [pa.RecordBatch.from_pydict(rows) for rows in tables]
        if not writers:
            paths = (folder / "agreements.csv", folder / "parties.csv")
            writers = [
                csv.CSVWriter(path, batch.schema, write_options=options)
                for path, batch in zip(paths, batches, strict=True)
            ]
        for writer, batch in zip(writers, batches, strict=True):
            writer.write_batch(batch)
        counts += [sizes.sum(), (sizes * (sizes - 1) // 2).sum()]
    for writer in writers:
        writer.close()
    return {"participations": int(counts[0]), "pairs": int(counts[1])}


def _draw_sizes(rng: np.random.Generator, count: int) -> Ints:
    chances = _SIZES**-_SIZE_EXPONENT
    return rng.choice(_SIZES, size=count, p=chances / chances.sum())


def _draw_agreements(cast: _Cast, rng: np.random.Generator, ids: pa.Array, industry: Ints) -> Rows:
    count = len(ids)
    days = _list_days(_FIRST_DAY, _LAST_DAY)
    own = cast.fields[industry, rng.integers(cast.fields.shape[1], size=count)]
    field = np.where(rng.random(count) < 0.6, own, rng.integers(_DISCIPLINES, size=count))  # noqa: PLR2004
    mode = _pick(_MODES, rng.integers(len(_MODES), size=count))
    amount = pa.array((np.exp(rng.normal(12, 1.5, count))).astype(np.int64) * 10 // 1000 * 100)
    disciplines = _pick(_list_codes("D", _DISCIPLINES), field)
    industries = _pick(_list_codes("I", _INDUSTRIES), industry)
    return {
        "id": ids,
        "name": _name(mode, ids),
        "date": _pick(days, rng.integers(len(days), size=count)),
        "amount": _blank(amount, rng.random(count) < 0.7),  # noqa: PLR2004 - the share that is filled in
        "status": _pick(
            list(_STATUSES), rng.choice(len(_STATUSES), size=count, p=list(_STATUSES.values()))
        ),
        "mode": mode,
        "disciplines": _blank(disciplines, rng.random(count) < 0.85),  # noqa: PLR2004
        "industry": _blank(industries, rng.random(count) < 0.85),  # noqa: PLR2004
    }


def _draw_parties(
    cast: _Cast, rng: np.random.Generator, ids: pa.Array, industry: Ints, *, sizes: Ints
) -> Rows:
    """Draw the parties of agreements, each organisation at most once in an agreement."""
    agreement = np.repeat(np.arange(len(sizes)), sizes)
    kind = rng.choice(len(_SEATS), size=len(agreement), p=_SEATS)
    party = np.empty(len(agreement), dtype=np.int64)
    open_seats = np.arange(len(agreement))
    while len(open_seats):
        party[open_seats] = _seat(cast, rng, kind[open_seats], industry[agreement[open_seats]])
        open_seats = _find_repeated(agreement * len(cast.ids) + party)
    lead = np.diff(agreement, prepend=-1) > 0
    return {
        "agreement": ids.take(pa.array(agreement)),
        "organisation": cast.ids.take(pa.array(party)),
        "role": _pick(["参与", "牵头"], lead.astype(np.int64)),
    }


def _seat(cast: _Cast, rng: np.random.Generator, kind: Ints, industry: Ints) -> Ints:
    """Choose an organisation for each seat, active ones more often."""
    at = rng.random(len(kind)) ** _SKEW
    others = rng.choice(_INDUSTRIES, size=len(kind), p=cast.rates)
    chosen = np.where(rng.random(len(kind)) < _OWN_INDUSTRY, industry, others)
    chosen = np.where(cast.firms[chosen] > 0, chosen, np.argmax(cast.firms))
    enterprise = kind == len(_SEATS) - 1
    first = np.where(enterprise, cast.first[chosen], cast.starts[kind])
    many = np.where(enterprise, cast.firms[chosen], np.diff(cast.starts)[kind])
    return cast.order[first + (at * many).astype(np.int64)]


def _find_repeated(keys: Ints) -> Ints:
    """Find where a key comes for the second time or later."""
    order = np.argsort(keys, kind="stable")
    return order[1:][keys[order][1:] == keys[order][:-1]]


if __name__ == "__main__":
    main()
