"""Draw what an office writes: fictional organisations, codes, sums of money and dates.

Each goes from its true value to the many ways in which it is written. Nothing here reads anything:
the truth comes first and its spelling is made from it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

__all__ = [
    "AMOUNT_STYLES",
    "DATE_STYLES",
    "ENTERPRISES",
    "REGISTERS",
    "UNIVERSITIES",
    "Cell",
    "Record",
    "Register",
    "draw_records",
    "make_code",
    "write_formal",
    "write_numeral",
]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DIGITS, _FORMAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
_WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
_PLACES = ("青川", "临岳", "沁源口", "平湾", "榆岭", "石楼坪", "南汾", "东渠", "云台", "北泽")
_BRANDS = ("恒晟", "银杉", "科润", "华屹", "天玑", "瑞禾", "中瀚", "博岳", "远桥", "新麓", "𠮷成")
_TRADES = ("新材料", "装备制造", "生物科技", "智能控制", "煤层气", "食品", "环保工程", "碳纤维")
_FORMS = ("有限公司", "股份有限公司", "（集团）有限公司", "有限责任公司")
_SCHOOLS = ("理工大学", "师范学院", "农业大学", "医学院", "工程学院", "财经大学", "职业技术学院")
_INDUSTRIES = ("新材料", "现代农业", "装备制造", "医药健康", "节能环保")
_TOPICS = (
    "低温脱硝催化剂",
    "智能选煤",
    "核桃深加工",
    "玻璃器皿模具",
    "液压件检测",
    "碳捕集",
    "杂粮育种",
)
_DEEDS = ("联合开发", "技术服务", "成果转化", "人才培养", "平台共建")
STATUSES = {
    "已签": "signed",
    "签约": "signed",
    "在建": "active",
    "已结束": "ended",
    "意向": "intent",
    "规划": "planned",
}
MODES = ("合作开发", "技术服务", "技术转让", "委托开发", "战略合作", "联合实验室")
_TYPES = ("重点实验室", "技术创新中心", "现代产业学院", "中试基地", "众创空间")


@dataclass
class Cell:
    """A cell: its text, the text that is to be kept (None: lost) and what it is worth.

    Parameters
    ----------
    text
        As a person sees it.
    truth
        What a careful reader keeps of it; None where the file does not say.
    worth
        The value that is meant, as text; None where the cell says none.
    kind
        How a workbook holds it: text, number, date, error, formula or lost (never calculated).
    raw
        The cell with its quotation marks as a CSV file holds it, where that is no plain cell.
    """

    text: str
    truth: str | None = None
    worth: str | None = None
    kind: str = "text"
    raw: str | None = None
    lost: bool = False

    def __post_init__(self) -> None:
        """Keep the text unless told otherwise."""
        if self.truth is None and not self.lost:
            self.truth = self.text


@dataclass
class Record:
    """A row of a register: cells by column of the schema."""

    cells: dict[str, Cell]
    kind: str = "data"
    hidden: bool = False
    line: str | None = None
    glued: bool = False


@dataclass(frozen=True)
class Register:
    """A table that an office keeps: its file name, and the headers that it may write."""

    table: str
    names: tuple[str, ...]
    headers: dict[str, tuple[str, ...]]
    draw: Callable[[random.Random, int], dict[str, Cell]] = field(repr=False)


def make_code(rng: random.Random, head: str = "91") -> str:
    """Make a valid unified social credit code by GB 32100-2015, its body by GB 11714."""
    region = rng.choice(("140702", "140723", "140105", "110108", "310115"))
    body = "MA" + "".join(rng.choice(_ALPHABET[:10] + "ABCDEFGHJK") for _ in range(6))
    values = [int(sign, 36) for sign in body]  # A = 10 ... Z = 35
    rest = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    code = head + region + body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(_ALPHABET.index(sign) * pow(3, n, 31) for n, sign in enumerate(code))
    return code + _ALPHABET[(31 - total % 31) % 31]


def _name_schools() -> dict[str, str]:
    return {
        f"U{n:03d}": f"{place}{kind}"
        for n, (place, kind) in enumerate(
            zip(_PLACES, (*_SCHOOLS, *_SCHOOLS[:3]), strict=True), start=1
        )
    }


def _name_firms() -> dict[str, str]:
    names = [
        f"{_PLACES[n % 10]}{_BRANDS[n % 11]}{_TRADES[n % 8]}{_FORMS[n % 4]}" for n in range(60)
    ]
    return {f"E{n:03d}": name for n, name in enumerate(dict.fromkeys(names), start=1)}


UNIVERSITIES = _name_schools()
ENTERPRISES = _name_firms()


# Sums of money


def write_numeral(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """Write a whole number below a trillion in Chinese.

    >>> write_numeral(1205), write_numeral(32000000), write_numeral(100010)
    ('一千二百零五', '三千二百万', '十万零一十')
    """
    if number == 0:
        return digits[0]
    parts, gap = [], False
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group = number // size % 10**4
        if group and parts and (gap or group < 1000):  # noqa: PLR2004 - a place is skipped
            parts.append(digits[0])
        if group:
            parts.append(_write_group(group, digits, units) + name)
        gap = bool(parts) and group % 10 == 0 and group == 0
    text = "".join(parts)
    plain = digits == _DIGITS and text.startswith("一十")
    return text[1:] if plain else text


def _write_group(group: int, digits: str, units: str) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += (digits[0] if zero and text else "") + digits[digit]
            text += units[place - 1] if place else ""
            zero = False
        else:
            zero = True
    return text


def write_formal(value: Decimal) -> str:
    """Write a sum as on a cheque.

    >>> write_formal(Decimal("1200000")), write_formal(Decimal("1234.56"))
    ('壹佰贰拾万元整', '壹仟贰佰叁拾肆元伍角陆分')
    """
    whole, cents = divmod(int(value * 100), 100)
    text = write_numeral(whole, _FORMAL, "拾佰仟") + "元"
    if not cents:
        return text + "整"
    tenth, hundredth = divmod(cents, 10)
    text += _FORMAL[tenth] + "角" if tenth else _FORMAL[0]
    return text + (_FORMAL[hundredth] + "分" if hundredth else "")


def _shift(value: Decimal, size: int) -> str:
    return format((value / size).normalize(), "f")


def _split_hundred_million(value: Decimal) -> str:
    whole = int(value)
    rest = whole % 10**8 // 10**7
    return f"{whole // 10**8 or 1}亿{rest or 2}千万"


AMOUNT_STYLES: dict[str, Callable[[Decimal], str]] = {
    "wan": lambda v: f"{_shift(v, 10**4)}万元",
    "yi": lambda v: f"{_shift(v, 10**8)}亿元",
    "plain": lambda v: _shift(v, 1),
    "grouped": lambda v: f"{v:,.2f}",
    "sign": lambda v: f"￥{v:,.2f}",
    "yuan": lambda v: f"{_shift(v, 1)}元",
    "wide": lambda v: f"{_shift(v, 10**4)}".translate(_WIDE) + "万元",
    "formal": lambda v: "人民币" + write_formal(v),
    "numeral": lambda v: write_numeral(int(v)) + "元",
    "rmb": lambda v: f"RMB {v:,.2f}",
    "spaced": lambda v: f" {_shift(v, 10**4)} 万元 ",
}


def _draw_sum(rng: random.Random) -> Decimal:
    return Decimal(rng.choice((5, 8, 12, 30, 48, 120, 255, 860, 1280, 4800)) * 10**4)


def _draw_fine_sum(rng: random.Random) -> Decimal:
    return _draw_sum(rng) + Decimal(rng.randrange(1, 100)) * 1000


def write_amount(rng: random.Random, style: str) -> Cell:
    """Draw a sum and write it in a style."""
    value = _draw_sum(rng) if style == "numeral" else _draw_fine_sum(rng)
    text = AMOUNT_STYLES[style](value)
    return Cell(
        text.strip(),
        worth=format(value.normalize(), "f"),
        kind="number" if style == "plain" else "text",
    )


# Dates


def _chinese_year(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(d)] for d in str(year))


def _end(year: int, month: int) -> str:
    return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"


DATE_STYLES: dict[str, Callable[[dt.date], tuple[str, str]]] = {
    "iso": lambda d: (d.isoformat(), d.isoformat()),
    "chinese": lambda d: (f"{d.year}年{d.month}月{d.day}日", d.isoformat()),
    "dots": lambda d: (f"{d.year}.{d.month:02d}.{d.day:02d}", d.isoformat()),
    "slash": lambda d: (f"{d.year}/{d.month}/{d.day}", d.isoformat()),
    "compact": lambda d: (f"{d:%Y%m%d}", d.isoformat()),
    "hanzi": lambda d: (
        f"{_chinese_year(d.year)}年{write_numeral(d.month)}月{write_numeral(d.day)}日",
        d.isoformat(),
    ),
    "wide": lambda d: (f"{d.year}年{d.month}月{d.day}日".translate(_WIDE), d.isoformat()),
    "month": lambda d: (f"{d.year}年{d.month}月", f"{d:%Y-%m}"),
    "month_dot": lambda d: (f"{d.year}.{d.month:02d}", f"{d:%Y-%m}"),
    "year": lambda d: (f"{d.year}年", f"{d.year}"),
    "year_du": lambda d: (f"{d.year}年度", f"{d.year}"),
    "quarter": lambda d: (
        f"{d.year}年第{'一二三四'[(d.month - 1) // 3]}季度",
        f"{d.year}-Q{(d.month + 2) // 3}",
    ),
    "half": lambda d: (
        f"{d.year}年{'上' if d.month <= 6 else '下'}半年",  # noqa: PLR2004 - months
        f"{d.year}-01-01/{d.year}-06-30" if d.month <= 6 else f"{d.year}-07-01/{d.year}-12-31",  # noqa: PLR2004
    ),
    "span": lambda d: (
        f"{d.year}年{d.month}月-{d.year + 1}年6月",
        f"{d.year}-{d.month:02d}-01/{d.year + 1}-06-30",
    ),
    "years": lambda d: (f"{d.year}-{d.year + 2}年", f"{d.year}-01-01/{d.year + 2}-12-31"),
    "stamp": lambda d: (f"{d.isoformat()}T00:00:00", d.isoformat()),
}


def write_date(rng: random.Random, style: str) -> Cell:
    """Draw a day and write it in a style."""
    day = dt.date(2021, 1, 1) + dt.timedelta(days=rng.randrange(1700))
    text, worth = DATE_STYLES[style](day)
    return Cell(text, worth=worth, kind="date" if style == "iso" else "text")


# Registers


def _text(value: str) -> Cell:
    return Cell(value, worth=value)


def _draw_agreement(rng: random.Random, number: int) -> dict[str, Cell]:
    school, firm = rng.choice(sorted(UNIVERSITIES)), rng.choice(sorted(ENTERPRISES))
    written = f"{UNIVERSITIES[school]}；{ENTERPRISES[firm]}"
    status = rng.choice(sorted(STATUSES))
    return {
        "id": _text(f"A{number:04d}"),
        "name": _text(f"{rng.choice(_TOPICS)}{rng.choice(_DEEDS)}项目（{number}期）"),
        "date": write_date(rng, "iso"),
        "amount": write_amount(rng, "wan"),
        "status": Cell(status, worth=STATUSES[status]),
        "mode": Cell(rng.choice(MODES)),
        "parties": Cell(written, worth=f"{firm} {school}"),
        "note": Cell(rng.choice(("无", "纸质协议存档", "晋科协字 3 号, 已归档", "按进度拨付"))),
    }


def _draw_enterprise(rng: random.Random, number: int) -> dict[str, Cell]:
    brand = f"{rng.choice(_PLACES)}{rng.choice(_BRANDS)}{number}号"
    name = f"{brand}{rng.choice(_TRADES)}{rng.choice(_FORMS)}"
    return {
        "id": _text(f"{number:05d}"),  # leading zeros are part of it
        "name": _text(name),
        "uscc": _text(make_code(rng)),
        "industry": Cell(rng.choice(_INDUSTRIES)),
        "region": Cell(rng.choice(("青川县", "临岳区", "平湾县"))),
        "founded": write_date(rng, "iso"),
        "note": Cell(rng.choice(("规上企业", "NA", "1e5", "高企培育库"))),
    }


def _draw_university(rng: random.Random, number: int) -> dict[str, Cell]:
    name = (
        f"{rng.choice(_PLACES)}{rng.choice(_BRANDS)}第{write_numeral(number)}{rng.choice(_SCHOOLS)}"
    )
    return {
        "id": _text(f"G{number:03d}"),
        "name": _text(name),
        "city": _text(rng.choice(("晋中市", "太原市", "忻州市"))),
        "province": _text("山西省"),
        "uscc": _text(make_code(rng, "12")),
        "note": Cell(rng.choice(("省属", "共建", "民办"))),
    }


def _draw_platform(rng: random.Random, number: int) -> dict[str, Cell]:
    host = rng.choice(sorted(UNIVERSITIES))
    return {
        "id": _text(f"P{number:03d}"),
        "name": _text(f"{rng.choice(_TOPICS)}第{number}{rng.choice(_TYPES)}"),
        "type": Cell(rng.choice(_TYPES)),
        "level": _text(rng.choice(("省级", "市级", "国家级"))),
        "hosts": Cell(UNIVERSITIES[host], worth=host),
        "since": write_date(rng, "iso"),
        "rd_input": write_amount(rng, "wan"),
        "note": Cell(rng.choice(("通过验收", "筹备中", "每年考核一次"))),
    }


REGISTERS = {
    "agreements": Register(
        "agreements",
        ("协议台账", "合作协议", "协议"),
        {
            "id": ("协议编号", "合同编号", "编号"),
            "name": ("协议名称", "项目名称", "名称"),
            "date": ("签订日期", "签约日期", "签约时间"),
            "amount": ("合同金额", "签约金额", "金额"),
            "status": ("协议状态", "合作状态"),
            "mode": ("合作方式", "合作模式"),
            "parties": ("合作单位", "签约方", "合作方"),
            "note": ("备注", "说明"),
        },
        _draw_agreement,
    ),
    "enterprises": Register(
        "enterprises",
        ("企业名录", "企业名单", "企业"),
        {
            "id": ("企业编号", "企业代码", "编号"),
            "name": ("企业名称", "单位名称", "公司名称"),
            "uscc": ("统一社会信用代码", "信用代码"),
            "industry": ("所属产业", "所属行业"),
            "region": ("所属县区", "县区"),
            "founded": ("成立日期", "成立时间"),
            "note": ("备注", "说明"),
        },
        _draw_enterprise,
    ),
    "universities": Register(
        "universities",
        ("高校", "高校院所"),
        {
            "id": ("高校编号", "学校代码"),
            "name": ("高校名称", "学校名称"),
            "city": ("所在市", "城市"),
            "province": ("省份", "所在省"),
            "uscc": ("统一社会信用代码", "信用代码"),
            "note": ("备注", "说明"),
        },
        _draw_university,
    ),
    "platforms": Register(
        "platforms",
        ("平台", "创新平台", "科创平台"),
        {
            "id": ("平台编号", "编号"),
            "name": ("平台名称", "名称"),
            "type": ("平台类型", "类型"),
            "level": ("平台级别", "级别"),
            "hosts": ("依托单位", "建设单位"),
            "since": ("成立时间", "批准时间"),
            "rd_input": ("研发投入",),
            "note": ("备注", "说明"),
        },
        _draw_platform,
    ),
}


def draw_records(rng: random.Random, register: Register, count: int) -> list[Record]:
    """Draw the rows of a register; ids and names are unique."""
    first = rng.randrange(1, 400)
    return [Record(register.draw(rng, first + n)) for n in range(count)]


def list_rows(records: Sequence[Record], columns: Sequence[str]) -> list[list[Cell]]:
    """List the cells of rows by column."""
    return [[record.cells[name] for name in columns] for record in records]
