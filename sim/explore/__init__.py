"""Fault search: the settlement network under every fault of a closed vocabulary, seed by seed."""

from onecard.sim.explore.defects import DEFECTS
from onecard.sim.explore.faults import FAULTS
from onecard.sim.explore.run import SeedOptions, SeedResult, run_seed
from onecard.sim.explore.search import SearchOptions, SearchResult, search

__all__ = [
    "DEFECTS",
    "FAULTS",
    "SearchOptions",
    "SearchResult",
    "SeedOptions",
    "SeedResult",
    "run_seed",
    "search",
]
