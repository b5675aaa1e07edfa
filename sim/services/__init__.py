"""The catalogue of what the card does for people, as data."""

from onecard.sim.services.model import Duration, Label, Price, Service, Stage, Who

__all__ = ["Duration", "Label", "Price", "Service", "Stage", "Who"]
