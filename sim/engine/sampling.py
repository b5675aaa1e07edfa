"""Sampling the durations and prices of the catalogue: draw, then round once to integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.units.time import from_seconds

if TYPE_CHECKING:
    from onecard.sim.draws import Stream
    from onecard.sim.services import Duration, Price

__all__ = ["sample_duration_us", "sample_price_fen"]


def sample_duration_us(duration: Duration, stream: Stream, entity: int, occurrence: int) -> int:
    """Draw how long something takes, in microseconds."""
    if duration.variation == 0 or duration.mean_s == 0:
        return from_seconds(max(duration.mean_s, duration.minimum_s))
    seconds = stream.log_normal(duration.mean_s, duration.variation, entity, occurrence)
    return from_seconds(max(seconds, duration.minimum_s))


def sample_price_fen(price: Price, stream: Stream, entity: int, occurrence: int) -> int:
    """Draw what something costs, in fen: at least one fen."""
    yuan = price.mean_yuan
    if price.variation:
        yuan = stream.log_normal(price.mean_yuan, price.variation, entity, occurrence)
    return max(1, round(max(yuan, price.minimum_yuan) * 100))
