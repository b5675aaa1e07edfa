"""The signature over the manifest: Ed25519, which is deterministic (RFC 8032 §5.1.6).

Without a key of the user's own the signature is made with a published test key. Anybody can sign with that
one: it proves that the bundle is as it was written, and nothing about who wrote it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from onecard.sim.errors import InputError

__all__ = ["PUBLISHED", "Signature", "public_key_of", "published_key", "sign"]

PUBLISHED = "published test key"

_SENTENCE = b"OneCard published test key for bundles: it proves integrity, never authorship"
_MOST_BYTES = 1 << 16


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stands in ``signature.json``."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: Literal["published test key", "given"]
    public_key: str
    signature: str
    """Over the bytes of ``manifest.json``."""


def published_key() -> Ed25519PrivateKey:
    """Return the key that everybody has: the SHA-256 of a sentence that says so."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_SENTENCE).digest())


def sign(manifest: bytes, key_path: Path | None) -> Signature:
    """Sign a manifest.

    Args:
        manifest: bytes of ``manifest.json``.
        key_path: PEM file of an Ed25519 private key without passphrase; ``None``: the published test key.

    Raises:
        InputError: the file holds no such key.
    """
    key = published_key() if key_path is None else _private_key(key_path)
    return Signature(
        key="published test key" if key_path is None else "given",
        public_key=key.public_key().public_bytes_raw().hex(),
        signature=key.sign(manifest).hex(),
    )


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it wants a passphrase
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("no Ed25519 private key without passphrase in PEM form", where=str(path))
    if key.public_key().public_bytes_raw() == published_key().public_key().public_bytes_raw():
        raise InputError("this is the published test key, which is nobody's own", where=str(path))
    return key


def public_key_of(path: Path) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in a PEM file; :class:`InputError` if it holds none."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("no Ed25519 public key in PEM form", where=str(path))
    return key.public_bytes_raw()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
    if len(content) > _MOST_BYTES:
        raise InputError("too long for a key", where=str(path), allowed=f"up to {_MOST_BYTES} bytes")
    return content
