"""The page of the explorer: one file with its script, its style and its data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.explorer.payload import pack
from ecograph.render.page import embed_script, hash_script, read_template, render_template
from ecograph.texts import LANGUAGES, list_texts, translate

if TYPE_CHECKING:
    from ecograph.render.explorer.picture import Picture

__all__ = ["render_explorer"]


def render_explorer(picture: Picture) -> str:
    """Write the explorer as one HTML page that asks for nothing from any network.

    All data stand in it as one block of base64, so that no text of theirs is ever read as HTML;
    only the title does, escaped.

    Parameters
    ----------
    picture
        What is shown.
    """
    style, script = _read("explorer.css"), _read("explorer.js")
    lang = picture.header["lang"]
    return render_template(
        "explorer.html.j2",
        lang=lang,
        title=translate("map.title", lang, name=picture.header["title"]),
        waiting=translate("map.waiting", lang),
        failed=translate("map.failed", lang),
        no_script=translate("map.no_script", lang),
        style=style,
        style_hash=hash_script(style),
        script=script,
        script_hash=hash_script(script),
        data=Markup(pack({**picture.header, "texts": _list_texts()}, picture.columns)),  # noqa: S704 - base64
    )


@functools.cache
def _read(name: str) -> Markup:
    return embed_script(read_template(name))


@functools.cache
def _list_texts() -> dict[str, dict[str, Any]]:
    return {lang: list_texts("explorer", lang) for lang in LANGUAGES}
