"""How Sphinx builds the site: python -m sphinx -W docs build/site."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for reference_pages

from ecograph.version import __version__

project = "ecograph"
author = "The ecograph developers"
project_copyright = author  # no year, so that the same sources give the same pages
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "reference_pages",
]
exclude_patterns = ["build"]

myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # generated parts start at the third level

smartquotes = False  # two dashes of an option stay two
default_role = "py:obj"  # names between single backticks in docstrings

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_rtype = False
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "furo"
html_title = "ecograph"
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
