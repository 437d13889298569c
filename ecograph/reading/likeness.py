"""How like a label is to the names that the schema knows."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from ecograph.reading.labels import split_header
from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    from ecograph.schema import Column, Table

__all__ = ["compare_name", "fit_label", "turns_meaning"]

_LONGEST = 40  # letters of a label that are looked at
_SHORT = 2  # letters of a name that are enough to be found within another
_AFFIXES = re.compile(
    r"^(?:附件|附表|表格?|sheet)\s*[\d一二三四五六七八九十]*\s*[:、._-]*|^(?:19|20)\d{2}年?度?|^\d+[.、_-]*"
    r"|^(?:截至|截止)?(?:19|20)\d{2}年\d{1,2}月底?|^[\u4e00-\u9fff]{1,6}[省市区县](?=[\u4e00-\u9fff]{2})"
    r"|^(?:我市|全市|本市|我县|全县|最新|新版|重点|主要|相关|关于)"
)
_SUFFIXES = re.compile(
    r"(?:\([^()]{0,12}\)|[-_.]?(?:19|20)\d{2}年?(?:度|\d{1,2}月)?|[-_.]?\d{4,8}"
    r"|[-_. ]*v?\d+(?:\.\d+)*|汇总|明细|统计|登记|基本|情况|信息|数据|台账|名录|名单|清单|目录|一览"
    r"|花名册|(?<=.)表|副本|终稿|定稿|最终版?|更新版?|修订版?|列表|库|final|[\s_.\-—]+)$"
)
_TURNS = re.compile(
    r"上年|去年|上期|同期|同比|环比|前年|增长|增速|增幅|增加|减少|占比|比例|比重|比率|率|其中|累计|计划|预计|预期|目标|拟|非|不|无|未|"
    r"平均|人均|新增|剩余|余额|分期|尾款|首付|保证金|违约|备注|说明|联系|电话|手机|邮箱|传真|邮编|网址|链接|序号|排名|附件|签字|盖章|审核|"
    r"填报|填表|经办|推荐|主管|管理|审批|见证|申报|法人|法定代表|负责人|职务|职称|性别|年龄|学历|地址|开户|账号|账户|密码|版本|是否|有无|次数|个数|数量|人数|天数|年限|"
    r"期限|内容|简介|描述|概况|进展|情况|要求|目的|意义|上级|下级|原|曾|旧|other|last|previous|prior|planned|expected|share|rate|growth|"
    r"contact|phone|mail|fax|address|remark|note|comment|count|number of|total of|per "
)
_HEADS = {
    **dict.fromkeys(("日期", "时间", "年月", "日"), "day"),
    **dict.fromkeys(("金额", "总额", "额", "资金", "经费"), "sum"),
    **dict.fromkeys(("名称", "名"), "name"),
    **dict.fromkeys(("编号", "代码", "号"), "id"),
}
_PLAIN = re.compile(
    r"企业|公司|单位|高校|学校|院校|院所|平台|项目|合同|协议书?|合作|签约|签订|技术|本次|本年度?|全年|年度|年末|期末"
    r"|双方|正式|具体|目前|当前|产学研|校企|校地|所属|所在|注册|主要|主营|活动|科技|成果|需求|团队|资质|证书|对接"
    r"|实际|获得|认定|名称|姓名|合计|总计|的|该|本|contract|agreement|project|firm|company|enterprise|university"
    r"|platform|current|the|signed|date|value|codes?|s$"
)
_HEAD = re.compile(f"(?:{'|'.join(_HEADS)})$")


def fit_label(label: str, table: Table) -> float:
    """Say how well the name of a sheet or file fits a table: 1 the same, less if at its end."""
    core = _strip_label(label)
    schema = read_schema()
    if schema.find_table(core) == table.name:
        return 1
    ends = [(len(known), name) for known, name in _fold_tables() if core.endswith(known)]
    return 0.5 if ends and max(ends)[1] == table.name else 0


def compare_name(header: str, column: Column) -> tuple[float, str]:
    """Compare a header with the spellings of a column, and name the one it is most like."""
    text = fold_label(split_header(header).name)
    return max((_compare(text, known), label) for known, label in _fold_spellings(column))


def turns_meaning(header: str, spelling: str) -> bool:
    """Say whether a header holds a word that may turn round what a like spelling means."""
    text, known = header.casefold(), spelling.casefold()
    return any(word not in known for word in _TURNS.findall(text))


@functools.lru_cache(maxsize=1 << 10)
def _strip_label(label: str) -> str:
    """Take off the year, the number of the annex and words such as list or register."""
    core = fold_label(re.sub(r"\.[A-Za-z]{2,7}$", "", label[:_LONGEST]))
    known = read_schema().find_table
    for _ in range(6):
        if known(core):
            return core
        shorter = _SUFFIXES.sub("", _AFFIXES.sub("", core, count=1), count=1)
        if not shorter or shorter == core:
            return core
        core = shorter
    return core


@functools.cache
def _fold_tables() -> tuple[tuple[str, str], ...]:
    """Fold the names of the tables, each with its table."""
    tables = read_schema().tables.values()
    folded = ((fold_label(label), t.name) for t in tables for label in (*t.zh, *t.en, t.name))
    return tuple((label, name) for label, name in folded if len(label) >= _SHORT)


@functools.lru_cache(maxsize=1 << 10)
def _fold_spellings(column: Column) -> tuple[tuple[str, str], ...]:
    """Fold the spellings of a column, each beside itself."""
    return tuple((fold_label(label), label) for label in (column.name, *column.en, *column.zh))


@functools.lru_cache(maxsize=1 << 10)
def _take_plain(text: str) -> str:
    """Take off the words that say little."""
    return _PLAIN.sub("", text)


@functools.lru_cache(maxsize=1 << 16)
def _compare(text: str, known: str) -> float:
    """Compare two folded names: 0.9 the same but for plain words, else less.

    Of names that end alike (日期, 金额) only what stands before it tells them apart.
    """
    own, other = _HEAD.search(text), _HEAD.search(known)
    if own and other and _HEADS[own[0]] == _HEADS[other[0]]:
        text, known = text[: own.start()], known[: other.start()]
    if not text or len(known) < _SHORT:
        return 0
    before, middle, behind = text.partition(known)
    if middle and not _PLAIN.sub("", before) and not _PLAIN.sub("", behind):
        return 0.9
    bare, core = _take_plain(text), _take_plain(known)
    if bare == core and len(core) >= _SHORT:
        return 0.85
    common = len(set(text) & set(known))
    return 0.8 * 2 * common / (len(set(text)) + len(set(known)))
