"""Types of the numbers and names in scenarios, each with its limits.

Everything has a limit, so that a slip of the keyboard is refused at the door and not discovered as an
overflow in the middle of a run. The limits are far above anything that makes sense in a city's day.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

__all__ = [
    "Age",
    "Count",
    "Density",
    "Milliseconds",
    "Minutes",
    "Name",
    "People",
    "Price",
    "Probability",
    "Seconds",
    "Text",
    "Variation",
    "Yuan",
]

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
"""A duration within a day."""
Minutes = Annotated[float, Meta(ge=0.0, le=1_440.0)]
Milliseconds = Annotated[float, Meta(ge=0.0, le=600_000.0)]
Variation = Annotated[float, Meta(ge=0.0, le=100.0)]
"""Standard deviation divided by the mean."""
Yuan = Annotated[float, Meta(ge=0.0, le=1e9)]
"""What somebody owns."""
Price = Annotated[float, Meta(ge=0.01, le=1e6)]
"""What one thing costs, in yuan: at least one fen."""
Count = Annotated[int, Meta(ge=1, le=100_000)]
"""Servers at a station or of an institution."""
People = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Density = Annotated[float, Meta(ge=0.0, le=1e6)]
"""Places for each 100 000 people."""
Age = Annotated[int, Meta(ge=0, le=150)]

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}(?![\s\S])",
        description="1 to 64 lower-case letters a-z, digits and hyphens, beginning with a letter or digit",
    ),
]
"""A key of a table, or the name of a scenario: safe in a path, an address and a web page."""
Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
