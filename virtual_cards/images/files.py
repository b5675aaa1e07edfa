"""Images as files: read with a limit, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.images.document import content_of, memory_of
from onecard.virtual_cards.images.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

    from onecard.virtual_cards.chip.memory import CardMemory

__all__ = ["LARGEST", "load_image", "read_image", "save_image", "write_image"]

LARGEST = 2 * 1024 * 1024
"""Bytes of an image file; a full card of every file takes about a tenth."""


def write_image(memory: CardMemory) -> bytes:
    """Return the bytes of a card's image file (raises as ``content_of``)."""
    encoded = msgspec.json.encode(content_of(memory), order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def read_image(image: bytes) -> CardMemory:
    """Make a card's memory from the bytes of an image file.

    Raises:
        ImageError: too large, damaged, of another kind or version, or no card that can be; says where.
    """
    if len(image) > LARGEST:
        raise ImageError("image", f"more than {LARGEST} bytes")
    try:
        content = msgspec.json.decode(image)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ImageError("image", f"not JSON, or cut short: {error}") from None
    return memory_of(content)


def save_image(memory: CardMemory, path: Path) -> None:
    """Write a card's image; what stood there before stays until the new one is whole.

    Args:
        memory: the card's; taken as it is, with a commit that power loss cut short.
        path: the file; its folder must exist. A link is followed.

    Raises:
        ImageError: the card cannot become an image.
        OSError: the file cannot be written; nothing is left behind.
    """
    image = write_image(memory)
    target = path.resolve()
    aside = target.with_name(f".{target.name[:100]}.{os.getpid()}.partial")
    try:
        with aside.open("wb") as file:
            file.write(image)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except BaseException:
        with suppress(OSError):  # a disk that cannot be written to has no such file either
            aside.unlink(missing_ok=True)
        raise


def load_image(path: Path) -> CardMemory:
    """Read a card's image.

    Raises:
        ImageError: it is not a regular file, or refused (see :func:`read_image`).
        OSError: it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise ImageError("image", "not a regular file")
    with path.open("rb") as file:
        image = file.read(LARGEST + 1)
    return read_image(image)
