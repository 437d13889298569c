"""Labels, colours and numbered texts that the parts of the explorer share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Label = dict[str, str]

__all__ = ["STATUS_COLOURS", "TIER_COLOURS", "VERDICT_COLOURS", "code_texts", "label", "locate"]

TIER_COLOURS = {"seedling": "#E69F00", "shrub": "#56B4E9", "tree": "#00795A"}
VERDICT_COLOURS = {
    "gap": "#D55E00", "not_enough_data": "#9AA5B4", "as_expected": "#0072B2",
    "over_linked": "#CC79A7", "not_relevant": "#C9D1DB",
}  # fmt: skip
STATUS_COLOURS = {
    "contact": "#B4538A", "intent": "#B4538A", "planned": "#B4538A",
    "signed": "#0072B2", "active": "#009E73", "ended": "#64748B",
}  # fmt: skip


def label(key: str, **values: object) -> Label:
    """Say a text of the catalogue in every language.

    >>> label("verdict.gap")
    {'en': 'gap', 'zh': '薄弱'}
    """
    return {lang: translate(key, lang, **values) for lang in LANGUAGES}


def code_texts(texts: Sequence[str]) -> tuple[Ints, list[str]]:
    """Give texts numbers by their first appearance; -1 where there is none."""
    codes, distinct = pd.factorize(pd.Series(texts, dtype=object).replace("", None))
    return codes, [str(text) for text in distinct]


def locate(frame: pd.DataFrame) -> list[str]:
    """Say which file and sheet each node is from; its id leads to the row.

    A row number would let the page depend on the order of rows, which says nothing.
    """
    files, sheets = (frame[name].astype(object).fillna("") for name in ("file", "sheet"))
    return [
        " · ".join(dict.fromkeys(part for part in (str(f), str(s)) if part))
        for f, s in zip(files, sheets, strict=True)
    ]
