"""How a Chinese character sounds, so that a slip of the input method is seen as one.

The first level of GB 2312 lists its 3,755 characters in the order of their Pinyin: the characters
that begin a syllable there are enough to know the syllable of each, without tones. Of those with
several readings the standard's own is taken.
"""

from __future__ import annotations

import bisect
import functools

__all__ = ["sounds_alike", "spell_sound"]

_STARTS = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋"
    "搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅哈骸酣"
    "夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括垃莱蓝琅捞勒"
    "雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠"
    "牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒"
    "腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪"
    "豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝"
    "中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
# Characters of the second level that names are made of, each with one of the first that sounds so.
_LIKE = dict(
    pair
    for pair in zip(
        "鑫馨晟昊皓颢淼泓煜钰玮琦祺淇麒祯轶懿睿瑾铂嵘晖晗曦烨炜焱璐沣汾潞沅璞琨昱骅骐骁翊翎隽珏珑璟彧垚",
        "心心胜号号号秒红玉玉伟其其其其真一一瑞锦博荣灰寒西叶伟燕路丰分路元普昆玉华其消一零俊决龙景玉摇",
        strict=True,
    )
)
_FIRST, _PAST = 0xB0A1, 0xD7FA


def spell_sound(text: str) -> tuple[int, ...]:
    """Spell a text as the numbers of its syllables; an unknown sign is itself, below zero.

    >>> spell_sound("普丽") == spell_sound("普利"), spell_sound("普丽") == spell_sound("普新")
    (True, False)
    """
    return tuple(_find_syllable(sign) for sign in text)


def sounds_alike(a: str, b: str) -> bool:
    """Say whether two texts of Han characters are read alike, tones aside.

    >>> sounds_alike("宏远", "鸿源"), sounds_alike("宏远", "鑫源")
    (True, False)
    """
    return len(a) == len(b) and spell_sound(a) == spell_sound(b)


@functools.cache
def _list_starts() -> tuple[int, ...]:
    return tuple(_find_place(sign) for sign in _STARTS)


def _find_place(sign: str) -> int:
    code = sign.encode("gb2312", errors="ignore")
    return code[0] << 8 | code[1] if len(code) == 2 else 0  # noqa: PLR2004 - two bytes a character


@functools.lru_cache(maxsize=1 << 14)
def _find_syllable(sign: str) -> int:
    place = _find_place(_LIKE.get(sign, sign))
    if not _FIRST <= place < _PAST:
        return -ord(sign)
    return bisect.bisect_right(_list_starts(), place)
