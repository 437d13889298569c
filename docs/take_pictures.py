"""Take the README's pictures: open the real report and map in headless Chromium.

python docs/take_pictures.py
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import ecograph as eg

ROOT = Path(__file__).parent.parent
PICTURES = {"index.html": "report.png", "map.html": "map.png"}


def main() -> None:
    """Write docs/images/report.png and map.png from data/example-city."""
    images = ROOT / "docs" / "images"
    images.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        eg.analyse(ROOT / "data" / "example-city", folder)
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, picture in PICTURES.items():
            page.goto((Path(folder) / name).as_uri())
            page.wait_for_timeout(1000)
            page.screenshot(path=images / picture)
        browser.close()


if __name__ == "__main__":
    main()
