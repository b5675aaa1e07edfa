"""Kinds of places: how many, when open, which stations with how many servers."""

from onecard.sim.places.model import PlaceKind, Station

__all__ = ["PlaceKind", "Station"]
