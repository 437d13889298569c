"""What of a Han core is a firm's own: without the pieces that many cores of a register share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Pieces", "count_pieces"]

_LEAST, _LONGEST = 2, 8  # signs of a piece
_FEWEST, _SHARE = 8, 0.003  # cores with a piece from which it tells nothing, and share of all


@dataclass(frozen=True)
class Pieces:
    """Beginnings and ends that many cores share.

    Parameters
    ----------
    leads, tails
        Of each, the share of cores that have it.
    """

    leads: dict[str, float]
    tails: dict[str, float]

    def cut(self, core: str) -> tuple[str, float]:
        """Cut what is shared from a core: what is left, and the share of cores with the rest.

        Nothing is left of a core that is itself the beginning of many.

        >>> Pieces({"示例": 0.5}, {}).cut("示例盈德")
        ('盈德', 0.5)
        """
        if core.isascii():
            return core, 1.0
        if core in self.leads:
            return "", self.leads[core]
        lead = next((core[:n] for n in _sizes(core) if core[:n] in self.leads), "")
        rest = core[len(lead) :]
        tail = next((rest[-n:] for n in _sizes(rest)[:-1] if rest[-n:] in self.tails), "")
        rest = rest[: len(rest) - len(tail)]
        return rest, self.leads.get(lead, 1.0) * self.tails.get(tail, 1.0)


def _sizes(core: str) -> range:
    """List how long a shared piece may be, the longest first: something must be left."""
    return range(min(_LONGEST, len(core) - 1), _LEAST - 1, -1)


def count_pieces(cores: Iterable[str]) -> Pieces:
    """Count the beginnings and ends that many distinct Han cores share.

    Parameters
    ----------
    cores
        Cores, without spaces.

    Examples
    --------
    >>> count_pieces("示例" + sign for sign in "盈宏晟嘉德和新茂").leads
    {'示例': 1.0}
    """
    known = sorted({core for core in cores if len(core) > _LEAST and not core.isascii()})
    leads = Counter(core[:n] for core in known for n in _sizes(core))
    tails = Counter(core[-n:] for core in known for n in _sizes(core))
    least = max(_FEWEST, _SHARE * len(known))
    return Pieces(_share(leads, least, len(known)), _share(tails, least, len(known)))


def _share(counts: Counter[str], least: float, size: int) -> dict[str, float]:
    return {piece: count / size for piece, count in sorted(counts.items()) if count >= least}
