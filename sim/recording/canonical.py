"""One canonical form of JSON content: keys sorted, no spaces; the digests of a run are over it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

__all__ = ["digest_of", "pretty", "tree_of"]


def digest_of(content: object) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def pretty(content: object, *, sort: bool = False) -> bytes:
    """Write content for a file that people read, too.

    Args:
        content: what msgspec can encode.
        sort: whether keys are sorted; otherwise they come in the order given.
    """
    encoded = msgspec.json.encode(content, order="sorted" if sort else None)
    return msgspec.json.format(encoded, indent=2) + b"\n"


def tree_of(content: object) -> Any:
    """Return content as it comes back from a file: tables, arrays, texts and numbers."""
    return msgspec.json.decode(msgspec.json.encode(content))
