"""Sphinx: the pages of docs/ and spec/ as one book. `make docs` builds it and fails on a warning."""

from importlib.metadata import version as installed

project = "Corridor"
release = version = installed("corridor")
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "index"
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "The Hanoi Convention, made to work between States"}
myst_heading_anchors = 3
gettext_compact = False
locale_dirs = ["locale"]
