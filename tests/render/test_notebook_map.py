"""The map in a notebook: in a frame that cannot reach out, and that works."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.render.maps import to_html
from ecograph.render.notebook import show_map

JINZHONG = Path(__file__).resolve().parents[2] / "data" / "jinzhong"


class Frames(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_cell_holds_one_sandboxed_frame_with_the_whole_page() -> None:
    eco = load(JINZHONG)
    ((tag, attributes),) = Frames(show_map(eco, height=500, lang="en")._repr_html_()).found
    assert tag == "iframe"
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["height"] == "500"
    assert attributes["srcdoc"] == to_html(eco, lang="en")


@pytest.mark.parametrize("height", [0, 199, 4001])
def test_a_height_out_of_bounds_is_refused(height: int) -> None:
    with pytest.raises(SettingsError, match="200 to 4000"):
        show_map(load(JINZHONG), height=height)


@pytest.mark.browser
def test_it_works_inside_a_notebook_page(open_page) -> None:
    cell = show_map(load(JINZHONG))._repr_html_()
    opened = open_page(f"<!DOCTYPE html><meta charset=utf-8><title>x</title><body>{cell}")
    frame = opened.page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector(".ecograph")
    frame.evaluate("window.ecograph.ready.then(() => true)")
    assert frame.evaluate("ecograph.visibleNodes().length") == 70
    assert (opened.complaints, opened.requests) == ([], [])
