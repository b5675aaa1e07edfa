"""Write the generated pages of the conformance documentation."""

from __future__ import annotations

from pathlib import Path

from onecard.conformance.qualify.pages import pages

DOCS = Path(__file__).parents[1] / "docs"

for name, text in pages().items():
    (DOCS / name).write_text(text, encoding="utf-8")
    print(DOCS / name)
