"""What is wrong with an image."""

from __future__ import annotations

__all__ = ["ImageError"]


class ImageError(ValueError):
    """An image, or the card that should become one, is refused: place, value and what is allowed in one line.

    Args:
        where: file or field: ``"cells.pin_tries_left"``.
        what: the complaint.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what
