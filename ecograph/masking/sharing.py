"""How a copy is masked, and what must hold of all that is written of it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ecograph.errors import EcographError
from ecograph.masking.copies import mask as mask_names
from ecograph.masking.counts import LEAST, blur_places, require_least, suppress
from ecograph.masking.leaks import find_leaks
from ecograph.masking.names import (
    choose_key,
    code_nodes,
    list_public_names,
    require_key,
    require_kinds,
    spell_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["Copy", "Mask", "make_copy"]


@dataclass(frozen=True)
class Mask:
    """How a copy to share is masked.

    Parameters
    ----------
    key
        A secret that codes are made with; without one whoever has the ids can decode them.
    least
        The least count of firms or agreements that is shown, at least 2.
    kinds
        The kinds of organisations that have codes for names.

    Raises
    ------
    SettingsError
        If the key is empty, ``least`` below 2, or a kind not one of an organisation.

    Examples
    --------
    >>> Mask(key="a secret of the office")
    Mask(least=3, kinds=('enterprise',))
    """

    key: str | None = field(default=None, repr=False)
    least: int = LEAST
    kinds: tuple[str, ...] = ("enterprise",)

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        require_kinds(self.kinds)
        require_least(self.least)
        if self.key is not None:
            require_key(self.key)


@dataclass(frozen=True, eq=False)
class Copy:
    """A masked copy of an ecosystem, which knows what it was made of.

    Parameters
    ----------
    original
        The ecosystem with names.
    ecosystem
        The same with codes: what results are computed of.
    mask
        How it was masked.
    """

    original: Ecosystem = field(repr=False)
    ecosystem: Ecosystem
    mask: Mask

    @functools.cached_property
    def shown(self) -> Ecosystem:
        """What is written of single nodes and edges: without counties that few firms share."""
        return blur_places(self.ecosystem, least=self.mask.least)

    def hide(self, results: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Withhold what is small in the results of `ecosystem`."""
        return suppress(results, least=self.mask.least)

    def describe(self, results: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
        """Describe what is masked and how many cells are withheld, for the record of a run."""
        withheld = {name: t.attrs["meta"]["withheld"] for name, t in sorted(results.items())}
        counted = {
            name: {key: told[key] for key in ("small", "further")}
            for name, told in withheld.items()
            if told["small"] or told["further"]
        }
        about = {"masked": True, "kinds": list(self.mask.kinds), "least": self.mask.least}
        return {**about, "withheld": counted}

    def require_clean(
        self,
        files: Mapping[str, bytes],
        draw_blank: Callable[[Ecosystem], Mapping[str, bytes]] = lambda _: {},
    ) -> None:
        """Refuse files in which a masked name remains.

        Parameters
        ----------
        files
            Contents by path.
        draw_blank
            Renders the same files of an ecosystem without nodes: what stands in those too is a
            word of the page, such as an option of a library, though a firm is called like it.

        Raises
        ------
        EcographError
            If there is a name; the sentence says in which file, and the code and row of its owner.
        """
        leaks = find_leaks(files, self._names, public=list_public_names(self.original, self._kinds))
        leaks = leaks[leaks["certain"]]
        if len(leaks) == 0:
            return
        blank = find_leaks(draw_blank(_empty(self.ecosystem)), leaks["name"])
        blank = blank[blank["part"] != "name"]  # a file is called the same, whoever is in it
        usual = set(zip(blank["file"], blank["part"], blank["name"], strict=True))
        for leak in leaks.itertuples():
            if (leak.file, leak.part, leak.name) not in usual:
                raise EcographError(self._explain(str(leak.file), str(leak.name)))

    @property
    def _kinds(self) -> tuple[str, ...]:
        return self.mask.kinds

    @functools.cached_property
    def _names(self) -> dict[str, str]:
        return spell_names(self.original, self._kinds)

    def _explain(self, file: str, name: str) -> str:
        """Say where a name remains, and whose it is, without saying it."""
        owner = self._names[name]
        if not owner:
            return f"{file} would hold a name that several have, so nothing was written. {_REMEDY}"
        eco, key = self.original, choose_key(self.original, self.mask.key)
        code = code_nodes(eco, self._kinds, self._names, key=key)[owner]
        place = eco.select(*self._kinds).loc[owner]
        return (
            f"{file} would hold a name of {code} ({place['file']}, row {place['row']}), "
            f"so nothing was written. {_REMEDY}"
        )


_REMEDY = (
    "Take it out of the data where it stands in another text; if it stands in none, please report "
    "this as a fault of ecograph."
)


def make_copy(ecosystem: Ecosystem, mask: Mask) -> Copy:
    """Make a masked copy of an ecosystem.

    Parameters
    ----------
    ecosystem
        The ecosystem; `analysis.links.list_links` was asked of it, so that the firm that stands
        for a link of several stays the same.
    mask
        How it is masked.
    """
    return Copy(ecosystem, mask_names(ecosystem, kinds=mask.kinds, key=mask.key), mask)


def _empty(ecosystem: Ecosystem) -> Ecosystem:
    """Leave of an ecosystem its settings alone."""
    return replace(
        ecosystem,
        name="",
        keys=ecosystem.keys[:0],
        parts={},
        positions={},
        named={},
        edge_columns={},
        tables={},
        problems=(),
        accounts=ecosystem.accounts.iloc[:0],
        outline=None,
        merged=ecosystem.merged.iloc[:0],
    )
