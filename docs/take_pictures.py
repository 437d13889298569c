"""Take the pictures of the documentation: open real pages in headless Chromium.

python docs/take_pictures.py

The pictures of h2020-2016 are taken where ECOGRAPH_REAL_DATA names the folder of the registers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

import ecograph as eg
from ecograph.output import save_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
SIZES = {"": (1280, 800), "-narrow": (390, 844)}


def main() -> None:
    """Write the pictures of the report, the map and the explorer into docs/images."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        city = ROOT / "data" / "example-city"
        eg.analyse(city, folder)
        take(browser, folder / "index.html", "report", SIZES[""])
        take(browser, folder / "index.html", "report-narrow", SIZES["-narrow"])
        print_report(browser, folder / "index.html", folder / "report.pdf")
        take(browser, folder / "map.html", "map", SIZES[""])
        take_explorers(browser, folder, {"jinzhong": ROOT / "data" / "jinzhong"})
        take_explorers(browser, folder, {"example-city": city, **find_registers(folder)})
        browser.close()


def print_report(browser: Browser, page: Path, pdf: Path) -> None:
    """Print the report on A4, and keep its pages, ten on a sheet, as one picture each."""
    opened = browser.new_page()
    opened.goto(page.as_uri())
    opened.pdf(path=pdf, prefer_css_page_size=True)
    opened.close()
    pdftoppm = shutil.which("pdftoppm") or "pdftoppm"  # of the package poppler-utils
    subprocess.run(  # noqa: S603 - a program of the system, on our own file
        [pdftoppm, "-r", "75", "-png", pdf, pdf.with_suffix("")], check=True
    )
    pages = [Image.open(path) for path in sorted(pdf.parent.glob("report-*.png"))]
    for number, first in enumerate(range(0, len(pages), 10), 1):
        lay_out(pages[first : first + 10]).save(
            IMAGES / f"report-paper-{number}.jpg", quality=55, optimize=True
        )


def lay_out(pages: list[Image.Image]) -> Image.Image:
    """Lay pages beside each other, five in a row."""
    width, height = pages[0].size
    sheet = Image.new("RGB", (5 * (width + 6), 2 * (height + 6)), "#8A94A0")
    for place, page in enumerate(pages):
        sheet.paste(page, (place % 5 * (width + 6) + 3, place // 5 * (height + 6) + 3))
    return sheet


def find_registers(folder: Path) -> dict[str, Path]:
    """Convert the public register, where there is one."""
    registers = os.environ.get("ECOGRAPH_REAL_DATA")
    if not registers:
        sys.stderr.write("ECOGRAPH_REAL_DATA is not set: no picture of h2020-2016.\n")
        return {}
    save_tables(eg.convert("h2020", Path(registers) / "h2020-2016"), folder / "h2020")
    return {"h2020": folder / "h2020"}


def take_explorers(browser: Browser, folder: Path, data: dict[str, Path]) -> None:
    """Take each map on a wide and on a narrow screen."""
    for name, path in data.items():
        page = folder / f"{name}.html"
        page.write_text(eg.to_html(eg.load(path)), encoding="utf-8")
        for suffix, size in SIZES.items():
            take(browser, page, f"explorer-{name}{suffix}", size)


def take(browser: Browser, page: Path, picture: str, size: tuple[int, int]) -> None:
    """Open a page in a window of a size, and keep what is seen."""
    opened = browser.new_page(viewport={"width": size[0], "height": size[1]})
    opened.goto(page.as_uri())
    opened.wait_for_timeout(2500)
    opened.screenshot(path=IMAGES / f"{picture}.png")
    opened.close()


if __name__ == "__main__":
    main()
