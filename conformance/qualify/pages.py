"""The generated pages, by file name under ``docs/``."""

from __future__ import annotations

from onecard.conformance.qualify.observed import observed
from onecard.conformance.qualify.qualification import qualify
from onecard.conformance.qualify.tables import coverage_page, qualification_page

__all__ = ["COVERAGE", "QUALIFICATION", "pages"]

COVERAGE = "conformance-coverage.md"
QUALIFICATION = "conformance-qualification.md"
SEED = 1


def pages() -> dict[str, str]:
    """Return every generated page; the qualification is computed anew."""
    found = qualify(seed=SEED, bundles=False)
    return {
        COVERAGE: coverage_page(observed(SEED)),
        QUALIFICATION: qualification_page(
            kills=found.kills, nulls=found.nulls, silent=found.silent, tested=found.tested
        ),
    }
