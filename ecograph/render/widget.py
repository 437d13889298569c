"""The map in a notebook as a widget: what is chosen on it is known to Python, and the other way."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from ecograph.errors import EcographError, SettingsError
from ecograph.render.explorer.page import render_explorer
from ecograph.render.explorer.picture import take_picture
from ecograph.render.page import read_template
from ecograph.render.view import choose_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from anywidget import AnyWidget

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.explorer.picture import Picture

__all__ = ["map_widget"]

_LEAST, _MOST = 200, 4000  # pixels
_CHOICES = ("size", "lang", "limit", "results", "backbone")
_PARTS = (
    "lang", "theme", "view", "layout", "colour", "size", "hulls", "hiddenKinds", "shownLines",
    "filters", "focus", "expanded", "selected", "camera",
)  # fmt: skip
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def map_widget(
    ecosystem: Ecosystem,
    *,
    height: int = 640,
    **choices: Any,  # noqa: ANN401 - those of to_html
) -> AnyWidget:
    """Show the map of an ecosystem in a notebook so that Python and the map know of each other.

    It needs the extra ``widget``. The page stands in a sandboxed frame, as that of
    `ecograph.render.notebook.show_map` does, and loads nothing from any network.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    height
        Of the frame, in pixels, 200 to 4000.
    choices
        Those of `ecograph.render.maps.to_html` without ``renderer``: size, lang, limit, results,
        backbone.

    Returns
    -------
    AnyWidget
        With the traits, all of which can be observed:

        - ``selected``: a list of the id of the node that is selected, or an empty one; to be set.
        - ``visible``: the ids of the nodes that are seen, in the order of the map, and empty
          until the map is shown; not to be set.
        - ``view``: what stands after # in the address of ``map.html``, without the selection:
          filters, colours, layout and the place of the camera; to be set.
        - ``colours``: a dictionary of ids and colours ("#rrggbb"), which go before what colours
          stand for; to be set as a whole.

        The property ``colour`` is the part of ``view`` that says what colours stand for.

    Raises
    ------
    EcographError
        If the extra ``widget`` is not installed.
    SettingsError
        If the height is out of its bounds, a choice is not one that is known, or a trait is set
        to what the map does not know.

    Examples
    --------
    >>> import ecograph
    >>> widget = map_widget(ecograph.load("data/jinzhong"), lang="en")
    >>> widget.selected = ["U01"]
    >>> widget.colour = "tier"
    >>> widget.view
    'colour=tier'
    """
    _check_choices(height, choices)
    widget_class = _make_class()
    results: Mapping[str, pd.DataFrame] = choices.pop("results", None) or {}
    view = choose_view(ecosystem, ranking=results.get("centrality"), **choices)
    picture = take_picture(view, results=results)
    known = _Known(
        frozenset(ecosystem.keys[view.positions].astype(str)),
        frozenset(ecosystem.keys.astype(str)),
        _list_colours(picture),
    )
    return widget_class(render_explorer(picture), known, height=height)


def _check_choices(height: int, choices: Mapping[str, object]) -> None:
    if not _LEAST <= height <= _MOST:
        raise SettingsError(f'height is "{height}"; give pixels from {_LEAST} to {_MOST}.')
    for name in choices:
        if name not in _CHOICES:
            raise SettingsError(
                f'There is no choice "{name}" of a widget; choose among: {", ".join(_CHOICES)}.'
            )


def _list_colours(picture: Picture) -> tuple[str, ...]:
    """List what colours can stand for on a map, as the explorer offers it."""
    found = [
        key
        for key in ("community", "tier", "verdict")
        if (picture.columns[f"nodes.{key}"] >= 0).any()
    ]
    measures = [f"measure:{measure['key']}" for measure in picture.header["measures"]]
    return ("kind", *found, *measures)


# The widget


@functools.cache
def _make_class() -> Callable[..., AnyWidget]:
    """Make the class of widgets when one is first asked for: its base is an extra."""
    try:
        import anywidget  # noqa: PLC0415
        import traitlets  # noqa: PLC0415
    except ImportError:
        raise EcographError(
            "A map that Python can speak with needs the package anywidget: "
            "pip install 'ecograph[widget]'; or use show_map, which needs nothing more."
        ) from None

    class RefusedError(SettingsError, traitlets.TraitError):
        """A value that is not taken; being both, the trait keeps the value that it had."""

    def judge(check: Callable[[Any], None], value: object) -> object:
        try:
            check(value)
        except SettingsError as error:
            raise RefusedError(str(error)) from None
        return value

    class MapWidget(anywidget.AnyWidget):
        """A map in a notebook; see `ecograph.render.widget.map_widget`."""

        _esm = read_template("widget.js")
        _page = traitlets.Unicode().tag(sync=True)
        _height = traitlets.Int().tag(sync=True)
        selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
        visible = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
        view = traitlets.Unicode().tag(sync=True)
        colours = traitlets.Dict(traitlets.Unicode(), key_trait=traitlets.Unicode()).tag(sync=True)

        def __init__(self, page: str, known: _Known, *, height: int) -> None:
            self._known = known
            super().__init__(_page=page, _height=height)

        @property
        def colour(self) -> str:
            """What colours stand for."""
            return _read_colour(self.view)

        @colour.setter
        def colour(self, colour: str) -> None:
            judge(self._known.check_colour, colour)
            self.view = _write_colour(self.view, colour)

        @traitlets.validate("selected")
        def _judge_selected(self, proposal: Mapping[str, Any]) -> object:
            return judge(self._known.check_selected, proposal["value"])

        @traitlets.validate("colours")
        def _judge_colours(self, proposal: Mapping[str, Any]) -> object:
            return judge(self._known.check_colours, proposal["value"])

        @traitlets.validate("view")
        def _judge_view(self, proposal: Mapping[str, Any]) -> object:
            return judge(self._known.check_view, proposal["value"].removeprefix("#"))

    return MapWidget


@dataclass(frozen=True)
class _Known:
    """What the map of a widget knows, to check what it is asked for.

    Parameters
    ----------
    shown
        The ids of the nodes on the map.
    ids
        The ids of all nodes of the ecosystem.
    colours
        What colours can stand for.
    """

    shown: frozenset[str]
    ids: frozenset[str]
    colours: tuple[str, ...]

    def check_selected(self, ids: Sequence[str]) -> None:
        if len(ids) > 1:
            raise SettingsError(f"The map selects one node at a time, not {len(ids)}.")
        for name in ids:
            self._check_id(name)
            if name not in self.shown:
                raise SettingsError(
                    f'"{name}" is not on this map; a higher limit, or no backbone, may show it.'
                )

    def check_colours(self, colours: Mapping[str, str]) -> None:
        """Take ids that the map leaves out too, so that a table of all can be given."""
        for name, colour in colours.items():
            self._check_id(name)
            if not _COLOUR.fullmatch(colour):
                raise SettingsError(
                    f'The colour of "{name}" is "{colour}"; write it as "#rrggbb", e.g. "#d55e00".'
                )

    def check_view(self, view: str) -> None:
        for name, _ in _split(view):
            if name not in _PARTS:
                raise SettingsError(
                    f'A view has no part "{name}"; it has: {", ".join(_PARTS)}. Write it as in the '
                    'address of map.html after #, e.g. "colour=tier&layout=tiers".'
                )
        self.check_colour(_read_colour(view))

    def check_colour(self, colour: str) -> None:
        if colour not in self.colours:
            known = ", ".join(self.colours)
            raise SettingsError(f'Colours cannot stand for "{colour}"; choose one of: {known}.')

    def _check_id(self, name: str) -> None:
        if name not in self.ids:
            raise SettingsError(f'There is no node "{name}" in this ecosystem.')


# Views


def _split(view: str) -> list[tuple[str, str]]:
    return parse_qsl(view, keep_blank_values=True)


def _read_colour(view: str) -> str:
    """Read what colours stand for in a view, with quotes or without.

    >>> [_read_colour(view) for view in ("", "colour=tier", "colour=%22tier%22&hulls=true")]
    ['kind', 'tier', 'tier']
    """
    text = dict(_split(view)).get("colour", "kind")
    try:
        read = json.loads(text)
    except ValueError:
        return text
    return read if isinstance(read, str) else text


def _write_colour(view: str, colour: str) -> str:
    """Write a view anew with other colours.

    >>> _write_colour("colour=tier&layout=tiers", "measure:strength")
    'layout=tiers&colour=measure%3Astrength'
    """
    parts = [(name, value) for name, value in _split(view) if name != "colour"]
    return urlencode([*parts, ("colour", colour)] if colour != "kind" else parts)
