"""Sphinx configuration; warnings are errors (see tox.ini)."""

import sys
from pathlib import Path

project = "OneCard"
author = "The OneCard authors"
copyright = "The OneCard authors"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "OneCard"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
nitpicky = False
language = "en"

sys.path.insert(0, str(Path(__file__).parent))

from tables import write_all  # noqa: E402 - found through the path set above

write_all(Path(__file__).parent / "generated")
