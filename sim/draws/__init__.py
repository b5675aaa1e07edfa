"""Random draws that are functions of identity, never of call order (engines design)."""

from onecard.sim.draws.stream import Stream

__all__ = ["Stream"]
