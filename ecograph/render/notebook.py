"""Show the map in a notebook: the explorer in a frame of its own."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecograph.errors import SettingsError
from ecograph.render.maps import to_html

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

__all__ = ["MapView", "show_map"]

_LEAST, _MOST = 200, 4000  # pixels


@dataclass(frozen=True)
class MapView:
    """A map that shows itself as the last line of a notebook's cell.

    It stands in a sandboxed frame, so it works in a notebook that is not trusted, cannot reach the
    notebook around it, and is kept by exports to HTML. Saving files from inside needs the file of
    its own that `ecograph.to_html` gives.

    Parameters
    ----------
    page
        The page of the map.
    height
        Of the frame, in pixels.
    """

    page: str
    height: int = 640

    def _repr_html_(self) -> str:
        source = html.escape(self.page, quote=True)
        return (
            f'<iframe sandbox="allow-scripts" srcdoc="{source}" width="100%" '
            f'height="{self.height}" style="border:1px solid #e2e8f0" title="ecograph"></iframe>'
        )

    def __repr__(self) -> str:
        """Say what it is where HTML cannot be shown."""
        return f"MapView({len(self.page):,} letters of HTML)"


def show_map(ecosystem: Ecosystem, *, height: int = 640, **choices: Any) -> MapView:  # noqa: ANN401 - those of to_html
    """Show the map of an ecosystem in a notebook.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    height
        Of the frame, in pixels, 200 to 4000.
    choices
        Those of `ecograph.render.maps.to_html`: size, lang, limit, backbone ...

    Raises
    ------
    SettingsError
        If the height is out of its bounds, or a choice is not one that is known.
    """
    if not _LEAST <= height <= _MOST:
        raise SettingsError(f'height is "{height}"; give pixels from {_LEAST} to {_MOST}.')
    return MapView(to_html(ecosystem, **choices), height)
