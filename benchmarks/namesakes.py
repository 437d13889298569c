"""Write organisations of a region in the many ways in which registers name them, with namesakes.

    python benchmarks/namesakes.py [--organisations 800] [--seed 0] > names.csv

The truth comes first: an organisation, what sets it apart from its namesakes (its place, trade,
ordinal, branch, one sign of its brand, or nothing but its code), and then its spellings. No
spelling loses what sets it apart, unless its city or code stands beside it: so each name can be
told by a careful person. Universities, institutes of the academy and bureaus are public bodies
with their usual short names; firms are drawn. Nothing here reads a name.
"""

from __future__ import annotations

import argparse
import random
import sys
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["COLUMNS", "make_code", "make_lookalikes", "make_namesakes", "make_register"]

COLUMNS = (
    "id", "name", "city", "province", "uscc", "industry", "truth", "parent", "variant", "kind",
)  # fmt: skip
_QUOTAS = {
    "firm": 0.55, "university": 0.09, "institute": 0.10, "hospital": 0.08, "government": 0.10,
    "platform": 0.06, "joint": 0.02,
}  # fmt: skip
_CITIES = {
    "太原": ("山西", "140105"), "晋中": ("山西", "140702"), "大同": ("山西", "140213"),
    "长治": ("山西", "140403"), "临汾": ("山西", "141002"), "运城": ("山西", "140802"),
    "吕梁": ("山西", "141102"), "阳泉": ("山西", "140302"), "潍坊": ("山东", "370705"),
    "济南": ("山东", "370102"), "青岛": ("山东", "370202"), "西安": ("陕西", "610103"),
    "石家庄": ("河北", "130102"), "郑州": ("河南", "410102"), "南京": ("江苏", "320102"),
    "苏州": ("江苏", "320508"), "杭州": ("浙江", "330102"), "武汉": ("湖北", "420102"),
    "合肥": ("安徽", "340102"), "沈阳": ("辽宁", "210102"), "广州": ("广东", "440103"),
    "深圳": ("广东", "440303"),
}  # fmt: skip
_COUNTIES = {
    "介休": "晋中", "平遥": "晋中", "灵石": "晋中", "寿光": "潍坊", "高密": "潍坊", "诸城": "潍坊",
    "襄垣": "长治", "孝义": "吕梁", "昆山": "苏州",
}  # fmt: skip
_PLACES = (*_CITIES, *_COUNTIES, *dict.fromkeys(province for province, _ in _CITIES.values()))
_COUNTY_SEATS = {"平遥": "县", "灵石": "县", "襄垣": "县"}
_SIGNS = (
    "恒晟华瑞鑫达源泰丰宏辉利佳诚博远祥明德普丽银圣碳图晋汾格盟益聚倡安经纬智中纲榆液元堂信"
    "凯润禾正邦康健天成金鹏飞腾龙海川云岭峰森林绿洲蓝星光启航创维思拓普朗科宇翰墨冠卓越立兴"
)
_TRADES = {
    "新材料": "新材料", "新材料科技": "新材料", "环境工程": "节能环保", "环保科技": "节能环保",
    "环境": "节能环保", "生物科技": "医药健康", "药业": "医药健康", "医疗器械": "医药健康",
    "石墨": "新材料", "碳材料": "新材料", "煤业": "煤炭", "煤层气": "煤炭", "钢铁": "冶金",
    "不锈钢": "冶金", "铸造": "冶金", "纺织机械": "装备制造", "机械制造": "装备制造",
    "智能装备": "装备制造", "液压设备": "装备制造", "重工": "装备制造", "玻璃制品": "玻璃器皿",
    "食品": "特优农业", "农业开发": "特优农业", "信息技术": "数字经济", "软件": "数字经济",
    "电子科技": "数字经济", "网络科技": "数字经济", "新能源": "新能源", "光电科技": "新能源",
    "化工": "化工", "仪器仪表": "装备制造", "自动化": "装备制造", "汽车部件": "装备制造",
    "轮胎模具": "装备制造",
}  # fmt: skip
_OTHER_TRADES = ("置业", "物业管理", "贸易", "融资担保", "小额贷款", "投资管理", "酒店管理", "物流")
_FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")
_UNIVERSITIES = """
太原理工大学 太原理工 太原|太原科技大学 太原科大 太原|中北大学 - 太原|山西大学 - 太原
山西大同大学 - 大同|山西农业大学 山西农大 晋中|山西医科大学 山西医大 太原
山西师范大学 山西师大 太原|山西财经大学 山西财大 太原|山西中医药大学 山西中医大 晋中
山西传媒学院 - 晋中|晋中学院 - 晋中|长治学院 - 长治|长治医学院 - 长治|太原工业学院 - 太原
太原师范学院 太原师院 晋中|运城学院 - 运城|吕梁学院 - 吕梁|晋中信息学院 - 晋中
山西工程技术学院 - 阳泉|山西工程科技职业大学 - 晋中|山西能源学院 - 晋中|太原学院 - 太原
晋中职业技术学院 晋中职院 晋中|山西警察学院 - 太原|山西晋中理工学院 - 晋中|清华大学 - 北京
北京大学 北大 北京|北京航空航天大学 北航 北京|北京理工大学 北理工 北京|北京交通大学 北京交大 北京
北京科技大学 北科大 北京|北京化工大学 北化工 北京|北京工业大学 北工大 北京
中国石油大学（北京） - 北京|中国石油大学（华东） - 青岛|中国地质大学（武汉） - 武汉
中国地质大学（北京） - 北京|中国矿业大学 中国矿大 徐州|中国矿业大学（北京） - 北京
西安交通大学 西安交大 西安|西北工业大学 西工大 西安|西安电子科技大学 西电 西安
西安建筑科技大学 西建大 西安|西安理工大学 - 西安|西安科技大学 - 西安|上海交通大学 上海交大 上海
西南交通大学 西南交大 成都|兰州交通大学 兰州交大 兰州|华东交通大学 - 南昌|华东理工大学 华理工 上海
华南理工大学 - 广州|武汉理工大学 - 武汉|大连理工大学 大工 大连|南京理工大学 南理工 南京
南京航空航天大学 南航 南京|南京大学 - 南京|南京工业大学 - 南京|东南大学 - 南京|东北大学 - 沈阳
哈尔滨工业大学 哈工大 哈尔滨|哈尔滨工程大学 哈工程 哈尔滨|哈尔滨理工大学 - 哈尔滨
华中科技大学 华中科大 武汉|华中农业大学 华中农大 武汉|华中师范大学 华中师大 武汉
沈阳药科大学 - 沈阳|沈阳工业大学 - 沈阳|燕山大学 - 秦皇岛|山东大学 - 济南
山东农业大学 山东农大 泰安|山东科技大学 山东科大 青岛|山东理工大学 山东理工 淄博|潍坊学院 - 潍坊
潍坊科技学院 - 潍坊|潍坊医学院 - 潍坊|河北大学 - 保定|河北工业大学 - 天津
河北科技大学 河北科大 石家庄|河南大学 - 开封|河南理工大学 - 焦作|河南科技大学 - 洛阳
郑州大学 郑大 郑州|浙江大学 浙大 杭州|浙江工业大学 浙工大 杭州|天津大学 天大 天津
中国科学技术大学 中科大 合肥|合肥工业大学 合工大 合肥|重庆大学 重大 重庆|厦门大学 厦大 厦门
"""
_ACADEMY = """
山西煤炭化学 山西煤化 太原|化学 化学 北京|大连化学物理 大连化物 大连|兰州化学物理 兰州化物 兰州
物理 物理 北京|高能物理 高能 北京|理化技术 理化 北京|过程工程 过程 北京|自动化 自动化 北京
沈阳自动化 沈阳自动化 沈阳|金属 金属 沈阳|半导体 半导体 北京|微电子 微电子 北京|计算技术 计算 北京
软件 软件 北京|声学 声学 北京|电工 电工 北京|上海硅酸盐 上海硅酸盐 上海|上海有机化学 上海有机 上海
上海药物 上海药物 上海|长春应用化学 长春应化 长春|宁波材料技术与工程 宁波材料 宁波
青岛生物能源与过程 青岛能源 青岛|广州能源 广州能源 广州|工程热物理 工程热物理 北京|力学 力学 北京
地质与地球物理 地质地球 北京|青海盐湖 青海盐湖 西宁
"""
_NUMERALS = "零一二三四五六七八九"
_BUREAUS = (
    ("科学技术局", "科技局"), ("科学技术协会", "科协"), ("工业和信息化局", "工信局"),
    ("发展和改革委员会", "发改委"), ("农业农村局", "农业农村局"), ("教育局", "教育局"),
    ("市场监督管理局", "市场监管局"), ("生态环境局", "生态环境局"),
    ("人力资源和社会保障局", "人社局"),
    ("行政审批服务管理局", "行政审批局"), ("能源局", "能源局"), ("财政局", "财政局"),
    ("人民政府", "政府"), ("卫生健康委员会", "卫健委"), ("国有资产监督管理委员会", "国资委"),
)  # fmt: skip
_HOSPITALS = (
    ("第一人民医院", "一院"), ("第二人民医院", "二院"), ("第三人民医院", "三院"), ("人民医院", ""),
    ("中心医院", ""), ("中医医院", "中医院"), ("妇幼保健院", "妇幼"), ("口腔医院", ""),
)  # fmt: skip
_TOPICS = (
    "环境催化材料", "煤基碳材料", "纺织装备数智化", "玛钢铸造", "玻璃器皿", "功能杂粮",
    "有机旱作农业",
    "煤层气高效开发", "液压传动", "轮胎模具", "涡轮机械", "现代中药", "生物育种", "智能采掘",
    "半导体材料", "氢能装备", "特种钢材", "高端轴承", "盐碱地改良", "碳纤维复合材料",
)  # fmt: skip
_UNITS = (
    "材料学院", "化学化工学院", "机械工程学院", "经济管理学院", "计算机学院", "科研处", "电气学院",
    "材料科学与工程学院", "煤科学与技术重点实验室", "图书馆", "研究生院", "技术转移中心",
)  # fmt: skip
_INSTITUTES = ("果树", "畜牧兽医", "农产品加工", "土壤肥料", "棉花", "蔬菜", "小麦", "玉米")
_HOMOPHONES = {
    "晟": "盛", "恒": "衡", "华": "骅", "瑞": "睿", "鑫": "新", "源": "元", "泰": "太", "丰": "峰",
    "宏": "鸿", "辉": "晖", "利": "力", "佳": "嘉", "诚": "城", "博": "搏", "祥": "翔", "明": "铭",
    "普": "浦", "丽": "莉", "圣": "胜", "碳": "炭", "安": "桉", "康": "糠", "海": "骇", "峰": "锋",
    "森": "深", "星": "兴", "航": "杭", "冠": "贯", "立": "利", "凯": "楷", "正": "政", "云": "芸",
}  # fmt: skip
_SLIPS = (
    ("有限", "有线"), ("股份", "股分"), ("实验室", "试验室"), ("煤炭", "煤碳"), ("装备", "装配"),
    ("环境", "环镜"), ("材料", "材科"), ("技术", "技木"), ("机械", "机戒"), ("电子", "电于"),
    ("工程", "工成"), ("石墨", "石默"), ("纺织", "纺职"), ("玻璃", "玻离"), ("液压", "夜压"),
    ("医疗", "医辽"), ("光电", "光店"), ("理工", "里工"), ("中心", "中兴"), ("改革", "该革"),
    ("责任", "责认"), ("化学", "化雪"), ("医院", "医完"), ("学院", "学完"), ("科学", "科雪"),
)  # fmt: skip
_TRADITIONAL = str.maketrans(
    "国发学实验装备环业电汇达华丽药厂医疗机网络设计术银经纬纲凯云岭飞腾龙图创维兴诚远钢铁软铸"
    "济热质东过动农区厅财与监卫员产开关联责团资书馆处气课题轮胀涡现时务问张阳岛县苏杭汉广"
    "贸辉鑫绿蓝圣鹏义启压层粮盐复轴织纺数兽产劳乡运矿门营构师职业传选钻铝标马",
    "國發學實驗裝備環業電匯達華麗藥廠醫療機網絡設計術銀經緯綱凱雲嶺飛騰龍圖創維興誠遠鋼鐵軟鑄"
    "濟熱質東過動農區廳財與監衛員產開關聯責團資書館處氣課題輪脹渦現時務問張陽島縣蘇杭漢廣"
    "貿輝鑫綠藍聖鵬義啟壓層糧鹽複軸織紡數獸產勞鄉運礦門營構師職業傳選鑽鋁標馬",
)
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Spelling(NamedTuple):
    """A way to write an organisation, and what must stand beside it: city, code or nothing."""

    variant: str
    text: str
    beside: str = ""


@dataclass(frozen=True)
class Organisation:
    """An organisation and its spellings; ``coded``: every mention bears the code."""

    kind: str
    name: str
    spellings: tuple[Spelling, ...]
    city: str = ""
    code: str = ""
    industry: str = ""
    coded: bool = False
    part_of: str = ""
    stated: tuple[Spelling, ...] = ()
    exact: bool = False
    """Whether one sign of its name sets it apart, so that no slip may touch it."""


def main() -> None:
    """Write the names as CSV."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--organisations", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    frame = make_namesakes(chosen.organisations, seed=chosen.seed)
    frame.to_csv(sys.stdout, index=False, lineterminator="\n")


def make_namesakes(organisations: int = 800, seed: int = 0) -> pd.DataFrame:
    """Write organisations in the ways in which registers name them.

    Parameters
    ----------
    organisations
        How many; departments of universities and branches come on top as organisations of their
        own.
    seed
        Same seed, same names.

    Returns
    -------
    DataFrame
        One row a mention in drawn order: id, name, city, province, uscc, industry (blank where
        the register does not say), truth (number of the organisation), parent (number of the
        organisation that it is part of, or -1), variant (how it was written), kind.
    """
    rng = random.Random(seed)  # noqa: S311 - a drawn corpus
    drawn = _draw_organisations(rng, organisations)
    numbers = {one.name: number for number, one in enumerate(drawn)}
    rows = [
        {**row, "truth": number, "parent": numbers.get(one.part_of, -1)}
        for number, one in enumerate(drawn)
        for row in _mention(one, rng)
    ]
    _tell_apart(rows, drawn)
    rng.shuffle(rows)
    frame = pd.DataFrame(rows)
    frame["id"] = [f"N{number:05d}" for number in range(1, len(rows) + 1)]
    return frame[list(COLUMNS)]


def make_lookalikes(number: int, seed: int = 0) -> pd.DataFrame:
    """Write ``number`` firms 山西省...有限公司, all different: columns id, name, truth."""
    rng = random.Random(seed)  # noqa: S311 - a drawn corpus
    cores = list(dict.fromkeys(_draw_brand(rng, 3) for _ in range(2 * number)))[:number]
    while len(cores) < number:
        cores = list(dict.fromkeys((*cores, _draw_brand(rng, 4))))
    return _frame([f"山西省{core}有限公司" for core in cores], list(range(number)))


def make_register(number: int, duplicates: float = 0.2, seed: int = 0) -> pd.DataFrame:
    """Write a long register, Chinese and English by turns, for timing.

    Parameters
    ----------
    number
        Rows.
    duplicates
        Share of rows that name an organisation of an earlier row in another way.

    Returns
    -------
    DataFrame
        id, name, city, truth.
    """
    rng = random.Random(seed)  # noqa: S311 - a drawn corpus
    known: dict[str, int] = {}
    names, truth, cities = [], [], []
    bases: list[tuple[str, str, str, str, str]] = []
    while len(names) < number:
        old = bool(bases) and rng.random() < duplicates
        which = rng.randrange(len(bases)) if old else len(bases)
        parts = bases[which] if old else _draw_parts(rng, which)
        told = "".join(parts[1 if parts[0] == "han" else 2 : 4])  # a Latin name has no place in it
        if not old and known.setdefault(told, which) != which:
            continue
        if not old:
            bases.append(parts)
        names.append(_vary_parts(rng, parts) if old else _join_parts(parts))
        truth.append(which)
        cities.append(parts[1] if rng.random() < 0.8 else "")  # noqa: PLR2004 - a share
    return _frame(names, truth).assign(city=cities)


def make_code(rng: random.Random, head: str = "91", region: str = "140702") -> str:
    """Make a valid unified social credit code by GB 32100-2015, its body by GB 11714."""
    body = "MA" + "".join(rng.choice("0123456789ABCDEFGHJK") for _ in range(6))
    values = [int(sign, 36) for sign in body]
    rest = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    code = head + region + body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(_DIGITS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code))
    return code + _DIGITS[-total % 31]


# Mentions

_SLIPPED = ("typo", "homophone")


def _mention(one: Organisation, rng: random.Random) -> Iterator[dict[str, str]]:
    """Write an organisation some times: its full name first, then other spellings."""
    count = min(len(one.spellings), rng.choice((1, 2, 2, 3, 3, 4, 5)))
    sampled = rng.sample(one.spellings, count)
    slips = [each for each in sampled if each.variant in _SLIPPED]
    sampled = [each for each in sampled if each not in slips[1:]]
    chosen = [Spelling("full", one.name), *one.stated, *sampled]
    if one.code and not one.coded and rng.random() < 0.15:  # noqa: PLR2004 - a share
        chosen.append(Spelling("full", one.name))
    for place, spelling in enumerate(chosen):
        dressed = _dress(spelling, rng) if place else spelling
        anchored = not place and any(each.beside == "code" for each in chosen)
        yield _write_row(one, dressed, rng, anchored=anchored or (one.exact and not place))


def _write_row(
    one: Organisation, spelling: Spelling, rng: random.Random, *, anchored: bool
) -> dict[str, str]:
    """Write a mention; an anchored one bears the code that others of its organisation rely on."""
    certain = anchored or one.coded or spelling.beside == "code"
    slip = spelling.variant in _SLIPPED and one.kind == "firm"
    coded = certain or rng.random() < (0.5 if slip else 0.3)
    placed = spelling.beside == "city" or rng.random() < 0.6  # noqa: PLR2004 - a share
    province = _find_province(one.city)
    return {
        "name": spelling.text,
        "city": f"{one.city}市" if placed and one.city else "",
        "province": province if placed and province and rng.random() < 0.8 else "",  # noqa: PLR2004
        "uscc": one.code if coded else "",
        "industry": one.industry if rng.random() < 0.5 else "",  # noqa: PLR2004 - a share
        "variant": spelling.variant,
        "kind": one.kind,
    }


def _find_province(city: str) -> str:
    if city in {"北京", "上海", "天津", "重庆"}:
        return f"{city}市"
    return f"{_CITIES[city][0]}省" if city in _CITIES else ""


def _dress(spelling: Spelling, rng: random.Random) -> Spelling:
    """Dress one of five spellings: width, spaces, traditional signs, quotes, zero width."""
    if rng.random() >= 0.2:  # noqa: PLR2004 - a share
        return spelling
    variant, change = rng.choice(_DRESSES)
    text = change(spelling.text, rng)
    return spelling._replace(text=text, variant=f"{spelling.variant}+{variant}")


def _turn_traditional(text: str, rng: random.Random) -> str:  # noqa: ARG001 - one of several
    return text.translate(_TRADITIONAL)


def _add_spaces(text: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(text))
    return rng.choice((f" {text}\u3000", f"{text[:place]} {text[place:]}", f"{text}\u00a0"))


def _add_invisible(text: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(text))
    return text[:place] + rng.choice("\u200b\u200d\ufeff\u2060") + text[place:]


def _widen(text: str, rng: random.Random) -> str:
    if "（" in text:
        return text.replace("（", "(").replace("）", ")")
    return rng.choice((f"“{text}”", f"【{text}】", f"{text}。", f"{text}、"))


_DRESSES: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("traditional", _turn_traditional), ("spaces", _add_spaces), ("invisible", _add_invisible),
    ("signs", _widen),
)  # fmt: skip


def _slip(name: str, brand: str, rng: random.Random) -> list[Spelling]:
    """List slips of the pen: a word mistaken, a sign doubled, two swapped, a brand by its sound."""
    found = [Spelling("homophone", name.replace(a, b, 1)) for a, b in _SLIPS if a in name][:2]
    if brand or rng.random() < 0.3:  # noqa: PLR2004 - a share
        found.append(Spelling("typo", name[:-1] + name[-1] * 2))
    if brand:
        start = name.index(brand) + len(brand)
        place = rng.randrange(start, len(name) - 1)
        swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        found.append(Spelling("typo", swapped))
        place = rng.randrange(start + 1, len(name) - 2)
        found.append(Spelling("typo", name[:place] + name[place + 1 :]))
        heard = [(sign, _HOMOPHONES[sign]) for sign in brand if sign in _HOMOPHONES]
        if heard and rng.random() < 0.5:  # noqa: PLR2004 - a share
            changed = brand.replace(*heard[0], 1)
            found.append(Spelling("homophone", name.replace(brand, changed, 1), "city"))
    return found


def _tell_apart(rows: list[dict[str, str]], drawn: Sequence[Organisation]) -> None:
    """Give each mention of a name that several organisations bear its city, or else its code.

    Where the code tells, the full name bears it too.
    """
    bearers: dict[str, dict[int, None]] = {}
    for row in rows:
        bearers.setdefault(_fold(row["name"]), {})[int(row["truth"])] = None
    told_by_code: dict[int, None] = {}
    for row in rows:
        number = int(row["truth"])
        city, code = drawn[number].city, drawn[number].code
        cities = [drawn[other].city for other in bearers[_fold(row["name"])]]
        if len(cities) > 1 and city:
            row["city"] = f"{city}市"
        if len(cities) > 1 and (cities.count(city) > 1 or not city):
            row["uscc"] = code
            told_by_code[number] = None
    for row in rows:
        if row["variant"] == "full" and int(row["truth"]) in told_by_code:
            row["uscc"] = drawn[int(row["truth"])].code


def _fold(name: str) -> str:
    kept = (sign for sign in unicodedata.normalize("NFKC", name) if sign.isalnum())
    return "".join(kept).translate(_SIMPLIFIED)


_SIMPLIFIED = {after: before for before, after in _TRADITIONAL.items()}


# Organisations


def _draw_organisations(rng: random.Random, number: int) -> list[Organisation]:
    drawn: dict[str, Organisation] = {}
    for kind, share in _QUOTAS.items():
        wanted, have = round(number * share), 0
        for one in _SOURCES[kind](rng):
            if have >= wanted:
                break
            key = f"{one.name}|{one.code}" if one.coded else one.name
            if key not in drawn:
                drawn[key] = one
                have += not one.part_of
    return list(drawn.values())


def _draw_firms(rng: random.Random) -> Iterator[Organisation]:
    """Draw families of firms that share something, without end; brands never come again."""
    used: dict[str, None] = {}
    while True:
        brand = _draw_brand(rng, rng.choice((2, 2, 2, 3, 4)))
        if any(place in brand for place in _PLACES) or any(_is_near(brand, o) for o in used):
            continue
        used[brand] = None
        kind = rng.choices(_FAMILIES, _WEIGHTS)[0]
        for one, name in kind(rng, brand):
            used[name] = None
            yield one


def _is_near(brand: str, other: str) -> bool:
    """Say whether a brand may be taken for another: a part of it, or of the same sound."""
    if brand in other or other in brand:
        return True
    if len(brand) != len(other):
        return False
    unequal = [(a, b) for a, b in zip(brand, other, strict=True) if a != b]
    return all(_HOMOPHONES.get(a) == b or _HOMOPHONES.get(b) == a for a, b in unequal)


def _draw_brand(rng: random.Random, length: int) -> str:
    return "".join(rng.sample(_SIGNS, length))


@dataclass(frozen=True)
class _Firm:
    """The parts of the name of a firm, and what sets it apart."""

    place: str
    brand: str
    trade: str
    form: str
    city: str
    apart: str = ""

    @property
    def name(self) -> str:
        return f"{self.place}{self.brand}{self.trade}{self.form}"


def _draw_firm(rng: random.Random, brand: str, **given: str) -> _Firm:
    city = given.get("city") or rng.choice(list(_CITIES))
    province = _CITIES[city][0]
    counties = [county for county, above in _COUNTIES.items() if above == city]
    places = [province, f"{province}省", city, f"{city}市", *counties, ""]
    place = given.get("place", rng.choice(places))
    trade = given.get("trade") or rng.choice(list(_TRADES))
    return _Firm(place, brand, trade, rng.choice(_FORMS), city, given.get("apart", ""))


def _build(rng: random.Random, firm: _Firm, **more: bool) -> Organisation:
    spellings: tuple[Spelling, ...] = tuple(_spell_firm(rng, firm))
    if firm.apart != "brand":
        spellings = (*spellings, *_slip(firm.name, firm.brand, rng))
    code = make_code(rng, "91", _CITIES[firm.city][1])
    industry = _TRADES.get(firm.trade, "")
    one = Organisation("firm", firm.name, spellings, firm.city, code, industry, **more)
    return replace(one, stated=_spell_renamed(rng, firm))


def _spell_firm(rng: random.Random, firm: _Firm) -> list[Spelling]:
    """Spell a firm; what sets it apart stays, or stands beside."""
    place, brand, trade, form = firm.place, firm.brand, firm.trade, firm.form
    beside = "city" if firm.apart == "place" else ""
    other = rng.choice([each for each in ("有限公司", "有限责任公司", "公司") if each != form])
    found = [
        Spelling("no_form", place + brand + trade)
        if place
        else Spelling("company", brand + trade + "公司"),
        Spelling("other_form", place + brand + trade + other),
        Spelling("bare", brand + trade, beside),
        Spelling("company", brand + trade + "公司", beside),
    ]
    if place:
        found.append(Spelling("no_place", brand + trade + form, beside))
        found.extend(_spell_place(firm))
    if firm.apart in {"", "place"}:
        short = _shorten_trade(trade)
        if short:
            found.append(Spelling("short_trade", place + brand + short + form, beside))
        if len(brand) > 2:  # noqa: PLR2004 - a brand of two signs alone says little
            found.append(Spelling("no_trade", place + brand + form, "city"))
            found.append(Spelling("brand", brand, "city"))
        else:
            found.append(Spelling("no_trade", place + brand + form, "code"))
    return found


def _shorten_trade(trade: str) -> str:
    for tail in ("科技", "工程", "制造", "开发", "设备", "制品", "技术"):
        if trade.endswith(tail) and len(trade) > len(tail):
            return trade.removesuffix(tail)
    return ""


def _spell_place(firm: _Firm) -> list[Spelling]:
    """Spell the place otherwise: with 省 or 市 or without, in brackets, or more or less of it."""
    place, rest = firm.place, firm.brand + firm.trade + firm.form
    bare = place.removesuffix("省").removesuffix("市")
    ending = _COUNTY_SEATS.get(bare, "市") if bare != _CITIES[firm.city][0] else "省"
    toggled = bare if place != bare else bare + ending
    found = [Spelling("other_place", toggled + rest)]
    found.append(Spelling("bracket_place", f"{firm.brand}（{bare}）{firm.trade}{firm.form}"))
    if bare in _COUNTIES or bare == firm.city:
        wide = f"{_CITIES[firm.city][0]}省" + (f"{firm.city}市" if bare in _COUNTIES else "")
        found.append(Spelling("wide_place", wide + toggled + rest))
    return found


def _spell_renamed(rng: random.Random, firm: _Firm) -> tuple[Spelling, ...]:
    """Spell a firm that had another name: both in one cell, and the old one alone."""
    if firm.apart or rng.random() > 0.2:  # noqa: PLR2004 - a share
        return ()
    tail = rng.choice(("机械厂", "实业公司", "经贸有限公司", f"{firm.trade}厂"))
    old = f"{firm.place or firm.city}{_draw_brand(rng, 3)}{tail}"
    both = rng.choice(
        (
            f"{firm.name}（原{old}）", f"{firm.name}（曾用名：{old}）",
            f"{old}（现更名为{firm.name}）",
            f"{firm.name}(原名{old})", f"{old}更名为{firm.name}",
        )
    )  # fmt: skip
    return Spelling("renamed", both), Spelling("old", old)


_Draw = tuple[Organisation, str]


def _draw_single(rng: random.Random, brand: str) -> Iterator[_Draw]:
    yield _build(rng, _draw_firm(rng, brand)), brand


def _draw_by_place(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw firms of one brand and trade in other provinces."""
    cities = rng.sample([c for c in _CITIES if _CITIES[c][0] != "山西"], 2)
    cities = [rng.choice([c for c in _CITIES if _CITIES[c][0] == "山西"]), *cities]
    by_province = {_CITIES[city][0]: city for city in cities}
    trade = rng.choice(list(_TRADES))
    for city in by_province.values():
        place = rng.choice((city, f"{city}市", _CITIES[city][0]))
        yield (
            _build(rng, _draw_firm(rng, brand, city=city, place=place, trade=trade, apart="place")),
            brand,
        )


def _draw_by_trade(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw firms of one brand at one place in other trades."""
    city = rng.choice(list(_CITIES))
    place = rng.choice((city, _CITIES[city][0], f"{_CITIES[city][0]}省"))
    trades = [rng.choice(list(_TRADES)), *rng.sample(_OTHER_TRADES, rng.choice((1, 2)))]
    for trade in trades:
        yield (
            _build(rng, _draw_firm(rng, brand, city=city, place=place, trade=trade, apart="trade")),
            brand,
        )


def _draw_by_sign(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw two firms whose brands differ in one sign, at one place and of one trade."""
    other = rng.choice([sign for sign in _SIGNS if sign not in brand])
    heard = _HOMOPHONES.get(brand[-1], other)
    twin = brand[:-1] + rng.choice((heard, other))
    longer = brand + other
    city, trade = rng.choice(list(_CITIES)), rng.choice(list(_TRADES))
    place = rng.choice((city, _CITIES[city][0]))
    for name in (brand, rng.choice((twin, twin, longer))):
        firm = _draw_firm(rng, name, city=city, place=place, trade=trade, apart="brand")
        yield _build(rng, firm, exact=True), name


def _draw_group(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw a group and its subsidiaries."""
    city = rng.choice(list(_CITIES))
    place = rng.choice((city, _CITIES[city][0]))
    group = f"{place}{brand}集团有限公司"
    spellings = (
        Spelling("bare", f"{brand}集团"), Spelling("no_form", f"{place}{brand}集团"),
        Spelling("brackets", f"{place}{brand}（集团）有限公司"), Spelling("no_place",
        f"{brand}集团有限公司"),
        Spelling("other_form", f"{place}{brand}集团有限责任公司"), Spelling("company",
        f"{brand}集团公司"),
        *_slip(group, brand, rng),
    )  # fmt: skip
    code = make_code(rng, "91", _CITIES[city][1])
    yield Organisation("firm", group, spellings, city, code), brand
    for trade in (rng.choice(list(_TRADES)), rng.choice(_OTHER_TRADES)):
        tail = rng.choice((trade, trade, f"集团{trade}"))
        firm = _draw_firm(rng, brand, city=city, place=place, trade=tail, apart="trade")
        yield _build(rng, firm), brand


def _draw_branches(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw a firm and its branches."""
    firm = _draw_firm(rng, brand, apart="trade")
    yield _build(rng, firm), brand
    others = [city for city in _CITIES if city != firm.city]
    for city in rng.sample(others, rng.choice((1, 2))):
        branch = rng.choice(("分公司", "分公司", "办事处"))
        name = f"{firm.name}{city}{branch}"
        spellings = (
            Spelling("no_place", f"{firm.brand}{firm.trade}{firm.form}{city}{branch}"),
            Spelling("bare", f"{firm.brand}{firm.trade}{city}{branch}"),
            Spelling("brackets", f"{firm.name}（{city}{branch}）"),
            Spelling("other_place", f"{firm.name}{city}市{branch}"),
        )
        code = make_code(rng, "91", _CITIES[city][1])
        yield Organisation("firm", name, spellings, city, code, part_of=firm.name), brand


def _draw_equal(rng: random.Random, brand: str) -> Iterator[_Draw]:
    """Draw two firms of equal name at other places: only their codes tell."""
    trade, form = rng.choice(list(_TRADES)), rng.choice(_FORMS)
    for city in rng.sample(list(_CITIES), 2):
        firm = replace(_draw_firm(rng, brand, city=city, place="", trade=trade), form=form)
        yield _build(rng, replace(firm, apart="equal"), coded=True), brand


_FAMILIES: tuple[Callable[[random.Random, str], Iterator[_Draw]], ...] = (
    _draw_single, _draw_by_place, _draw_by_trade, _draw_by_sign, _draw_group, _draw_branches,
    _draw_equal,
)  # fmt: skip
_WEIGHTS = (50, 8, 8, 12, 6, 6, 4)


def _draw_universities(rng: random.Random) -> Iterator[Organisation]:
    """Draw universities, each followed by some of its departments."""
    lines = [entry.split() for entry in _UNIVERSITIES.replace("\n", "|").split("|") if entry]
    local = [line for line in lines if _CITIES.get(line[2], ("",))[0] == "山西"]
    others = [line for line in lines if line not in local]
    rng.shuffle(others)
    for name, short, city in (*local, *others):
        spellings = [*_slip(name, "", rng), Spelling("place", f"{city}市{name}")]
        spellings += [Spelling("short", short), Spelling("short", short)] if short != "-" else []
        spellings += [Spelling("brackets", f"{name}（{city}）")] if "（" not in name else []
        spellings += [Spelling("plain", name)]
        code = make_code(rng, "12", _CITIES.get(city, ("", "110108"))[1])
        yield Organisation("university", name, tuple(spellings), city, code)
        for unit in rng.sample(_UNITS, rng.choice((0, 0, 1, 1, 2))):
            full = [Spelling("spaced", f"{name} {unit}"), Spelling("brackets", f"{name}（{unit}）")]
            full += [Spelling("short", short + unit)] if short != "-" else []
            yield Organisation("department", name + unit, tuple(full), city, part_of=name)


def _draw_institutes(rng: random.Random) -> Iterator[Organisation]:
    """Draw institutes of the academy, of state groups by number, and of provinces by topic."""
    sources = (_list_academy(rng), _list_numbered(rng), _list_provincial(rng))
    found = [list(source) for source in sources]
    for row in range(max(map(len, found))):
        yield from (source[row] for source in found if row < len(source))


def _list_academy(rng: random.Random) -> Iterator[Organisation]:
    for entry in _ACADEMY.replace("\n", "|").split("|"):
        if not entry:
            continue
        core, short, city = entry.split()
        name = f"中国科学院{core}研究所"
        spellings = (
            Spelling("short", f"中科院{short}所"), Spelling("short", f"中国科学院{short}所"),
            Spelling("abbreviation", f"中科院{core}研究所"), Spelling("short",
            f"中科院{short}研究所"),
            *_slip(name, "", rng)[:2],
        )  # fmt: skip
        code = make_code(rng, "12", _CITIES.get(city, ("", "110108"))[1])
        yield Organisation("institute", name, spellings, city, code)


def _list_numbered(rng: random.Random) -> Iterator[Organisation]:
    groups = (
        ("中国电子科技集团公司", "中国电子科技集团", ("中电科", "中国电科"), "研究所", "所"),
        ("中国航天科技集团公司", "中国航天科技集团", ("航天科技集团", "航天科技"), "研究院", "院"),
        ("中国兵器工业集团公司", "中国兵器工业集团", ("兵器工业集团", "兵器工业"), "研究所", "所"),
    )
    numbers = rng.sample(range(2, 60), 12)
    for number in numbers:
        for full, wide, shorts, kind, short in groups[: 1 + (number % 3)]:
            numeral = _write_numeral(number)
            spellings = tuple(
                Spelling("short", f"{brand}{ordinal}{tail}")
                for brand in shorts
                for ordinal, tail in (
                    (numeral, short), (str(number), short), (f"第{numeral}", kind), (f"第{number}",
                    kind),
                )
            )  # fmt: skip
            spellings += (Spelling("no_form", f"{wide}第{numeral}{kind}"),)
            spellings += (Spelling("digits", f"{full}第{number}{kind}"),)
            name = f"{full}第{numeral}{kind}"
            yield Organisation("institute", name, spellings, "", make_code(rng, "12", "100000"))


def _write_numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return head + (_NUMERALS[ones] if ones or not tens else "")


def _list_provincial(rng: random.Random) -> Iterator[Organisation]:
    provinces = {province: city for city, (province, _) in reversed(_CITIES.items())}
    pairs = [(province, topic) for province in provinces for topic in _INSTITUTES]
    for province, topic in rng.sample(pairs, 60):
        name = f"{province}省农业科学院{topic}研究所"
        spellings = (
            Spelling("short", f"{province}省农科院{topic}所"), Spelling("short",
            f"{province}农科院{topic}所"),
            Spelling("abbreviation", f"{province}省农科院{topic}研究所"),
            Spelling("other_place", f"{province}农业科学院{topic}研究所"), *_slip(name, "",
            rng)[:1],
        )  # fmt: skip
        city = provinces[province]
        yield Organisation(
            "institute", name, spellings, city, make_code(rng, "12", _CITIES[city][1])
        )


def _draw_hospitals(rng: random.Random) -> Iterator[Organisation]:
    """Draw hospitals of cities and of universities; their ordinals set them apart."""
    pairs = [(city, each) for city in _CITIES for each in _HOSPITALS]
    town = iter(rng.sample(pairs, len(pairs)))
    schools = (
        "山西医科大学",
        "长治医学院",
        "山东大学",
        "郑州大学",
        "山西中医药大学",
        "河北大学",
        "南京大学",
    )
    joined = [(school, n) for school in schools for n in ("第一", "第二", "口腔")]
    rng.shuffle(joined)
    while True:
        for school, ordinal in joined[:1]:
            yield _build_clinic(rng, school, ordinal)
        joined = joined[1:]
        for city, (kind, short) in (next(town), next(town)):
            name = f"{city}市{kind}"
            spellings = [Spelling("other_place", city + kind), *_slip(name, "", rng)]
            spellings += [
                Spelling("wide_place", f"{_CITIES[city][0]}省{name}"),
                Spelling("bare", kind, "code"),
            ]
            spellings += (
                [Spelling("short", f"{city}市{short}"), Spelling("short", city + short)]
                if short
                else []
            )
            code = make_code(rng, "12", _CITIES[city][1])
            yield Organisation("hospital", name, tuple(spellings), city, code)


def _build_clinic(rng: random.Random, school: str, ordinal: str) -> Organisation:
    name = f"{school}{ordinal}附属医院" if ordinal != "口腔" else f"{school}附属口腔医院"
    turned = f"{school}附属{ordinal}医院" if ordinal != "口腔" else f"{school}口腔医院"
    spellings = (
        Spelling("turned", turned), Spelling("short", turned.replace("附属", "")),
        *_slip(name, "", rng)[:2],
    )  # fmt: skip
    return Organisation("hospital", name, spellings, "", make_code(rng, "12", "140105"))


def _draw_bureaus(rng: random.Random) -> Iterator[Organisation]:
    """Draw bureaus of cities, counties and provinces."""
    places = [(city, "市", city) for city in _CITIES]
    places += [
        (county, _COUNTY_SEATS.get(county, "市"), city) for county, city in _COUNTIES.items()
    ]
    pairs = [(place, each) for place in places for each in _BUREAUS]
    for (place, rank, city), (kind, short) in rng.sample(pairs, len(pairs)):
        name = place + rank + kind
        above = f"{_CITIES[city][0]}省" + ("" if place == city else f"{city}市")
        spellings = [Spelling("wide_place", above + name), *_slip(name, "", rng)]
        if short != kind:
            spellings += [
                Spelling("short", place + rank + short),
                Spelling("short", place + rank + short),
            ]
        spellings += [Spelling("no_rank", place + short), Spelling("bare", short, "code")]
        yield Organisation(
            "government", name, tuple(spellings), city, make_code(rng, "11", _CITIES[city][1])
        )


def _draw_platforms(rng: random.Random) -> Iterator[Organisation]:
    """Draw laboratories, centres and incubators; topic, kind and place set them apart."""
    kinds = ("重点实验室", "技术创新中心", "工程研究中心", "中试基地", "产业技术创新战略联盟")
    pairs = [(topic, kind) for topic in _TOPICS for kind in kinds]
    cities = rng.sample(list(_CITIES), len(_CITIES))
    for place, (topic, kind) in enumerate(rng.sample(pairs, len(pairs))):
        province = _CITIES[cities[place % len(cities)]][0]
        name = f"{province}省{topic}{kind}"
        spellings = (
            Spelling("turned", f"{topic}{province}省{kind}"), Spelling("no_rank",
            f"{province}{topic}{kind}"),
            Spelling("brackets", f"{topic}{kind}（{province}省）"), *_slip(name, "", rng)[:2],
        )  # fmt: skip
        yield Organisation("platform", name, spellings, cities[place % len(cities)])
        if place < len(cities):
            yield from _list_incubators(rng, cities[place])


def _list_incubators(rng: random.Random, city: str) -> Iterator[Organisation]:
    valley = (Spelling("brackets", f"晋创谷（{city}）"), Spelling("plain", f"晋创谷{city}"))
    valley += (Spelling("signs", f"晋创谷•{city}"), Spelling("signs", f"晋创谷-{city}"))
    yield Organisation("platform", f"晋创谷·{city}", valley, city)
    name = f"{city}高新技术产业开发区科技企业孵化器"
    spellings = (
        Spelling("short", f"{city}高新区科技企业孵化器"),
        Spelling("short", f"{city}高新区孵化器"),
    )
    yield Organisation("platform", name, (*spellings, *_slip(name, "", rng)[:1]), city)


def _draw_joint(rng: random.Random) -> Iterator[Organisation]:
    """Draw what a firm and a university run together: neither the one nor the other."""
    lines = [entry.split() for entry in _UNIVERSITIES.replace("\n", "|").split("|") if entry]
    while True:
        school, short, _ = rng.choice(lines)
        firm = _draw_brand(rng, 3) + rng.choice(("新材料", "药业", "重工", "环境", "智能装备"))
        kind = rng.choice(("联合实验室", "技术创新中心", "产业学院", "协同创新中心"))
        spellings = [
            Spelling("joint", f"{a}{sign}{b}{kind}") for sign in "－·" for a, b in ((firm, school),)
        ]
        spellings += [
            Spelling("joint", f"{firm}与{school}共建{kind}"),
            Spelling("joint", f"{school}-{firm}{kind}"),
        ]
        spellings += [Spelling("joint", f"{firm}—{short}{kind}")] if short != "-" else []
        yield Organisation("platform", f"{firm}—{school}{kind}", tuple(spellings))


_SOURCES: dict[str, Callable[[random.Random], Iterator[Organisation]]] = {
    "firm": _draw_firms, "university": _draw_universities, "institute": _draw_institutes,
    "hospital": _draw_hospitals, "government": _draw_bureaus, "platform": _draw_platforms,
    "joint": _draw_joint,
}  # fmt: skip


# Long registers

_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
    "z",
)
_RIMES = ("a", "an", "ar", "e", "el", "en", "er", "i", "in", "is", "o", "on", "or", "u", "um", "ys")
_LATIN_TRADES = (
    "Technologies", "Engineering", "Systems", "Materials", "Software", "Energy", "Foods",
    "Logistics",
    "Pharma", "Instruments", "Robotics", "Consulting",
)  # fmt: skip
_LATIN_FORMS = ("Ltd", "Limited", "Inc", "Corporation", "GmbH", "SAS", "AS", "plc")
_LATIN_CITIES = (
    "Leeds",
    "Lyon",
    "Bergen",
    "Bremen",
    "Austin",
    "Oslo",
    "Graz",
    "Ghent",
    "Turin",
    "Cork",
)
_FORM_TWINS = {"Ltd": "Limited", "Limited": "Ltd.", "Inc": "Incorporated", "Corporation": "Corp."}


def _draw_parts(rng: random.Random, number: int) -> tuple[str, str, str, str, str]:
    """Draw script, city, brand, trade and form of a firm of a long register."""
    if number % 2:
        brand = "".join(
            rng.choice(_ONSETS) + rng.choice(_RIMES) for _ in range(rng.choice((2, 3)))
        ).title()
        return (
            "latin",
            rng.choice(_LATIN_CITIES),
            brand,
            rng.choice(_LATIN_TRADES),
            rng.choice(_LATIN_FORMS),
        )
    brand = _draw_brand(rng, rng.choice((2, 3, 3)))
    return "han", rng.choice(_CITY_LIST), brand, rng.choice(_TRADE_LIST), rng.choice(_FORMS)


_CITY_LIST, _TRADE_LIST = tuple(_CITIES), tuple(_TRADES)


def _join_parts(parts: tuple[str, str, str, str, str]) -> str:
    script, city, brand, trade, form = parts
    return f"{city}{brand}{trade}{form}" if script == "han" else f"{brand} {trade} {form}"


def _vary_parts(rng: random.Random, parts: tuple[str, str, str, str, str]) -> str:
    script, city, brand, trade, form = parts
    if script == "han":
        return rng.choice(
            (
                f"{city}市{brand}{trade}{form}", f"{city}{brand}{trade}",
                f"{brand}（{city}）{trade}{form}",
                f"{city}{brand}{trade}有限责任公司", f"{city} {brand}{trade}{form}",
            )
        )  # fmt: skip
    twin = _FORM_TWINS.get(form, form.upper())
    capitals = f"{brand} {trade}".upper()
    plain = f"{brand} {trade}"
    return rng.choice((plain, f"{plain} {twin}", f"{capitals} {form}", f"{plain}, {form}."))


def _frame(names: Sequence[str], truth: Sequence[int]) -> pd.DataFrame:
    ids = [f"N{number:07d}" for number in range(1, len(names) + 1)]
    return pd.DataFrame({"id": ids, "name": names, "truth": truth})


if __name__ == "__main__":
    main()
