"""Score the readers of amounts and dates: how many of the texts that were made are read right.

    python benchmarks/values.py [--count 100000] [--others]

Texts are made from the value outwards, by a speller that knows nothing of the readers: so the
truth is known. A text whose truth is "none" must be refused. Silently wrong is a value that is not
the truth, given as exact. ``--others`` sets cn2an and jionlp beside, where they are installed, on
the first 2,000 texts that need no header. With ``--count 2000`` it takes seconds; times are of the
processor. Prints tables in the form of benchmarks/README.md and ends with status 1 where anything
of ours was silently wrong.
"""

from __future__ import annotations

import argparse
import calendar
import contextlib
import datetime as dt
import importlib
import importlib.util
import random
import sys
import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from clock import fit_exponent

from ecograph.reading.values.amounts import Amount, AmountRange, examine_amount
from ecograph.reading.values.periods import Period, examine_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Case", "make_amounts", "make_dates", "score", "spell_number"]

SEED = 20240525
SOME = 2000
"""Texts that the slow ones are asked."""

COMMON, FORMAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
UNITS, FORMAL_UNITS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
WIDE = str.maketrans("0123456789.-/,", "０１２３４５６７８９．－／，")
HOSTILE = ("9", "一", " ", "1,", "万", "约", "2024-", "年", "-", "\u200b")
SIZES = (10**3, 10**4, 10**5, 10**6)

Ends = tuple[Decimal | dt.date | None, Decimal | dt.date | None]


class Case(NamedTuple):
    """A text, the unit of its header, and its truth: both ends, or None where it has none."""

    kind: str
    text: str
    unit: str
    truth: Ends | None


class Answer(NamedTuple):
    """What a reader says: both ends (None: refused), and whether it calls them exact."""

    ends: Ends | None
    exact: bool


REFUSED = Answer(None, exact=False)


# Texts of amounts


def spell_section(number: int, digits: str, units: tuple[str, ...], *, full: bool) -> str:
    """Spell a number below 10,000; ``full`` where something stands before it."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit == 0:
            gap = gap or bool(text) or full
            continue
        text += (digits[0] if gap else "") + digits[digit] + units[power]
        gap = False
    return text


def spell_number(number: int, *, formal: bool = False) -> str:
    """Spell a whole number below 10^12 in Chinese.

    >>> spell_number(120_000_500), spell_number(1_200_000, formal=True)
    ('一亿二千万零五百', '壹佰贰拾万')
    """
    digits, units = (FORMAL, FORMAL_UNITS) if formal else (COMMON, UNITS)
    text = ""
    for power, name in ((8, "亿"), (4, "万"), (0, "")):
        section = number // 10**power % 10**4
        if section:
            text += spell_section(section, digits, units, full=bool(text)) + name
    return text or digits[0]


def pick_number(rng: random.Random) -> int:
    """Pick a number of yuan, of any size, round ones more often."""
    return rng.randint(1, 9999) * 10 ** rng.choice((0, 0, 1, 2, 3, 4, 5, 6, 7))


def write_exact(rng: random.Random) -> Case:
    """Write a sum in one of the ways in which offices write it."""
    yuan = pick_number(rng)
    value = Decimal(yuan)
    fen = Decimal(rng.randint(1, 99)) / 100
    million, rest = divmod(yuan, 10**8)
    ten = Decimal(yuan) / 10**4
    forms: list[Case] = [
        Case("figures", f"{yuan}元", "", (value, value)),
        Case("figures", f"{yuan + fen}", "", (value + fen, value + fen)),
        Case("groups", f"￥{yuan:,}.00元", "", (value, value)),
        Case("万元", f"{ten.normalize():f}万元", "", (value, value)),
        Case("万元", f"{ten.normalize():f} 万", "", (value, value)),
        Case("header", f"{ten.normalize():f}", "万元", (value, value)),
        Case("亿元", f"{(ten / 10**4).normalize():f}亿元", "", (value, value)),
        Case("full width", f"{ten.normalize():f}".translate(WIDE) + "万元", "", (value, value)),
        Case("numeral", spell_number(yuan) + "元", "", (value, value)),
        Case("formal", "人民币" + spell_number(yuan, formal=True) + "元整", "", (value, value)),
        Case("negative", f"（{yuan:,}元）", "", (-value, -value)),
        Case("english", f"RMB {(ten / 100).normalize():f} million", "", (value, value)),
        Case("euro", f"EUR {yuan},{rng.randint(10, 99)}", "", None),
    ]
    case = rng.choice(forms)
    if case.kind == "euro":
        cents = Decimal(case.text.removeprefix("EUR ").replace(",", "."))
        return case._replace(truth=(cents, cents))
    if million and rest and rest % 10**4 == 0:
        case = Case("亿 and 万", f"{million}亿{rest // 10**4}万元", "", (value, value))
    return case


def write_inexact(rng: random.Random) -> Case:
    """Write a sum that is not told exactly: its interval."""
    low = rng.randint(1, 900)
    high = low + rng.randint(1, 99)
    a, b = Decimal(low * 10**4), Decimal(high * 10**4)
    return rng.choice(
        (
            Case("about", f"约{low}万元", "", (a, a)),
            Case("about", f"{low}万元左右", "", (a, a)),
            Case("at most", f"不超过{low}万元", "", (None, a)),
            Case("at least", f"{low}余万元", "", (a, None)),
            Case("at least", f"{low}万元以上", "", (a, None)),
            Case("range", f"{low}-{high}万元", "", (a, b)),
            Case("range", f"{low}万元至{high}万元", "", (a, b)),
            Case("range", f"{low}～{high}", "万元", (a, b)),
        )
    )


def write_no_amount(rng: random.Random) -> Case:
    """Write what is no sum, two sums, or one of two."""
    n, m = rng.randint(2, 999), rng.randint(2, 9)
    return rng.choice(
        (
            Case(
                "no sum",
                rng.choice(("万元", "亿元", "元", "面议", "若干万元", "几百万元")),
                "",
                None,
            ),
            Case("two sums", f"{n}万元+{m}万元", "", None),
            Case("two sums", f"{n}万元，其中{m}万元", "", None),
            Case("two readings", f"{m}万{m}", "", None),
            Case("two readings", f"{COMMON[m]}亿{COMMON[m]}", "", None),
            Case("two readings", f"{n}元", "万元", None),
            Case("broken", f"{m},{n % 90 + 10}万元", "", None),
            Case("broken", f"{COMMON[m]}{COMMON[m]}百万元", "", None),
            Case("broken", f"{n}.{m}.{m}万元", "", None),
            Case("broken", f"{n}%", "", None),
            Case("broken", f"{n}²", "", None),
        )
    )


def make_amounts(count: int) -> Iterator[Case]:
    """Make texts of amounts: of ten, seven exact, two inexact, one none."""
    rng = random.Random(SEED)  # noqa: S311 - no secret
    for number in range(count):
        place = number % 10
        write = write_no_amount if place == 0 else write_inexact if place < 3 else write_exact  # noqa: PLR2004 - shares
        yield write(rng)


# Texts of dates


def spell_digits(number: int) -> str:
    """Spell the digits of a year one by one."""
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def write_date(rng: random.Random) -> Case:
    """Write a day, month, quarter, half, year or range."""
    day = dt.date(1990, 1, 1) + dt.timedelta(rng.randint(0, 18_000))
    last = day + dt.timedelta(rng.randint(0, 2000))
    year, month = day.year, day.month
    end = day.replace(day=calendar.monthrange(year, month)[1])
    close = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    whole = (day.replace(day=1), end)
    quarter = (month + 2) // 3
    third = calendar.monthrange(year, 3 * quarter)[1]
    months = (day.replace(day=1), close)
    words = spell_number(month).replace("一十", "十", 1), spell_number(day.day)
    words = words[0], words[1].removeprefix("一") if words[1].startswith("一十") else words[1]
    return rng.choice(
        (
            Case("day", f"{day}", "", (day, day)),
            Case("day", f"{year}年{month}月{day.day}日", "", (day, day)),
            Case("day", f"{year}/{month}/{day.day}", "", (day, day)),
            Case("day", f"{year}.{month:02}.{day.day:02}", "", (day, day)),
            Case("day", f"{day:%Y%m%d}", "", (day, day)),
            Case("day", f"{day}T00:00:00", "", (day, day)),
            Case("day", f"{year}年{month}月{day.day}日".translate(WIDE), "", (day, day)),
            Case("numeral", f"{spell_digits(year)}年{words[0]}月{words[1]}日", "", (day, day)),
            Case("numeral", f"{spell_digits(year)}年{words[0]}月", "", whole),
            Case("month", f"{year}年{month}月", "", whole),
            Case("month", f"{year}-{month:02}", "", whole),
            Case("month", f"{year}.{month:02}", "", whole),
            Case(
                "quarter",
                f"{year}年第{COMMON[quarter]}季度",
                "",
                (dt.date(year, 3 * quarter - 2, 1), dt.date(year, 3 * quarter, third)),
            ),
            Case("half", f"{year}年上半年", "", (dt.date(year, 1, 1), dt.date(year, 6, 30))),
            Case("year", f"{year}年", "", (dt.date(year, 1, 1), dt.date(year, 12, 31))),
            Case("range", f"{day}至{last}", "", (day, last)),
            Case("range", f"{year}年{month}月-{last.year}年{last.month}月", "", months),
            Case("range", f"{year}.{month}—{last.year}.{last.month}", "", months),
        )
    )


def write_no_date(rng: random.Random) -> Case:
    """Write what is no date, an impossible one, or one of two."""
    year, a, b = rng.randint(1990, 2039), rng.randint(1, 12), rng.randint(1, 12)
    b = b if a != b else a % 12 + 1
    return rng.choice(
        (
            Case("two readings", f"{a}/{b}/{year}", "", None),
            Case("two readings", f"{year % 100:02}年{a}月", "", None),
            Case("two readings", f"{year}.1", "", None),
            Case("impossible", f"{year}-02-30", "", None),
            Case("impossible", f"{year}年{a + 12}月", "", None),
            Case("impossible", f"{year}-{rng.choice((4, 6, 9, 11)):02}-31", "", None),
            Case("open", f"{year}年至今", "", None),
            Case("serial", f"{rng.randint(30_000, 50_000)}", "", None),
            Case("no date", rng.choice(("今年", "长期", "待定", "至今", "去年5月")), "", None),
        )
    )


def make_dates(count: int) -> Iterator[Case]:
    """Make texts of dates: of ten, eight dates and two none."""
    rng = random.Random(SEED + 1)  # noqa: S311 - no secret
    for number in range(count):
        yield (write_no_date if number % 5 == 0 else write_date)(rng)


# Readers


def read_amount(text: str, unit: str) -> Answer:
    """Read an amount by ecograph."""
    found = examine_amount(text, unit)
    if isinstance(found, Amount):
        return Answer((found.value, found.value), exact=True)
    return (
        Answer((found.low, found.high), exact=False) if isinstance(found, AmountRange) else REFUSED
    )


def read_date(text: str, _: str) -> Answer:
    """Read a date by ecograph."""
    found = examine_period(text)
    return Answer((found.start, found.end), exact=True) if isinstance(found, Period) else REFUSED


def read_by_cn2an(text: str, unit: str) -> Answer:
    """Read an amount by cn2an, without the words that it does not know."""
    convert = importlib.import_module("cn2an").cn2an
    bare = text.removeprefix("人民币").removesuffix("整").removesuffix("元")
    bare += unit.removesuffix("元") if bare == text else ""
    with contextlib.suppress(Exception):
        value = Decimal(str(convert(bare, "smart")))
        return Answer((value, value), exact=True)
    return REFUSED


def read_amount_by_jionlp(text: str, unit: str) -> Answer:
    """Read an amount by jionlp; what it calls blurred counts as told."""
    jionlp = importlib.import_module("jionlp")
    with contextlib.suppress(Exception):
        found = jionlp.parse_money(text + (unit if text[-1:].isdigit() else ""))
        ends = found["num"] if isinstance(found["num"], list) else [found["num"]] * 2
        low, high = map(Decimal, ends)
        return Answer((low, high), exact=found["definition"] == "accurate")
    return REFUSED


def read_date_by_jionlp(text: str, _: str) -> Answer:
    """Read a date by jionlp, as of a day that is fixed."""
    jionlp = importlib.import_module("jionlp")
    with contextlib.suppress(Exception):
        found = jionlp.parse_time(text, time_base={"year": 2024, "month": 1, "day": 1})
        low, high = (dt.date.fromisoformat(end[:10]) for end in found["time"])
        return Answer((low, high), exact=found["definition"] == "accurate")
    return REFUSED


def judge(case: Case, answer: Answer) -> str:
    """Judge an answer: right, refused (or flagged), or silently wrong."""
    told_exact = case.truth is not None and case.truth[0] == case.truth[1]
    if answer.ends is None:
        return "right" if case.truth is None else "refused"
    if answer.ends == case.truth:
        is_date = isinstance(answer.ends[0], dt.date)
        inexact = case.kind in {"about", "at most", "at least", "range"} and not is_date
        if answer.exact == (is_date or (told_exact and not inexact)):
            return "right"
        return "silently wrong" if answer.exact else "refused"
    return "silently wrong" if answer.exact else "refused"


class Score(NamedTuple):
    """Counts by judgement, microseconds of the processor (median, 99 %), and what is not right."""

    counts: Counter[str]
    median: float
    slow: float
    wrong: list[tuple[Case, Answer]]


def score(cases: list[Case], read: Callable[[str, str], Answer]) -> Score:
    """Ask a reader for every case."""
    counts: Counter[str] = Counter()
    times, wrong = [], []
    for case in cases:
        start = time.thread_time_ns()
        answer = read(case.text, case.unit)
        times.append((time.thread_time_ns() - start) / 1000)
        verdict = judge(case, answer)
        counts[verdict] += 1
        if verdict != "right":
            wrong.append((case, answer))
    times.sort()
    return Score(counts, times[len(times) // 2], times[len(times) * 99 // 100], wrong)


def measure_growth() -> Iterator[tuple[str, float, float]]:
    """Measure how the time grows with the length of a cell: exponent, and seconds of a megabyte."""
    for name, read in (("amounts", examine_amount), ("dates", examine_period)):
        costs = []
        for size in SIZES:
            texts = [(sign * size)[:size] + "x" for sign in HOSTILE]
            costs.append(max(min(_time(read, text) for _ in range(5)) for text in texts))
        yield name, fit_exponent(SIZES, costs), costs[-1]


def _time(read: Callable[[str], object], text: str) -> float:
    start = time.thread_time()
    read(text)
    return time.thread_time() - start


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--others", action="store_true")
    chosen = parser.parse_args()
    sets = {"amounts": list(make_amounts(chosen.count)), "dates": list(make_dates(chosen.count))}
    print("| texts | reader | right | refused | silently wrong | median, µs | 99 %, µs |")
    print("|---|---|---|---|---|---|---|")
    failed = 0
    for name, reader, read, others in list_readers(others=chosen.others):
        cases = sets[name]
        if others:  # which know nothing of headers
            cases = [case for case in cases if not case.unit][:SOME]
        found = score(cases, read)
        figures = [found.counts[key] for key in ("right", "refused", "silently wrong")]
        row = [f"{len(cases):,} {name}", reader, *(f"{n:,}" for n in figures)]
        print("| " + " | ".join([*row, f"{found.median:.1f}", f"{found.slow:.1f}"]) + " |")
        if not others:
            failed += figures[2]
            for case, answer in found.wrong[:20]:
                sys.stderr.write(f"{case} -> {answer}\n")
    print("\n| texts | exponent from 10^3 to 10^6 signs | a megabyte, s |\n|---|---|---|")
    for name, exponent, seconds in measure_growth():
        print(f"| {name} | {exponent:.2f} | {seconds:.5f} |")
    return 1 if failed else 0


def list_readers(*, others: bool) -> Iterator[tuple[str, str, Callable[[str, str], Answer], bool]]:
    """List the readers: of what, name, function, and whether it is somebody else's."""
    yield "amounts", "ecograph", read_amount, False
    yield "dates", "ecograph", read_date, False
    if others and importlib.util.find_spec("cn2an"):
        yield "amounts", "cn2an", read_by_cn2an, True
    if others and importlib.util.find_spec("jionlp"):
        yield "amounts", "jionlp", read_amount_by_jionlp, True
        yield "dates", "jionlp", read_date_by_jionlp, True


if __name__ == "__main__":
    sys.exit(main())
