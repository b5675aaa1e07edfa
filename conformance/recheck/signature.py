"""The signature over the manifest (Ed25519, RFC 8032), and whose it is."""

from __future__ import annotations

import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from onecard.conformance.recheck.documents import load, one_of, record, text
from onecard.conformance.recheck.refusal import RefusedError

__all__ = ["PUBLISHED", "check_signature", "published_public_key"]

PUBLISHED = "published test key"

_SENTENCE = b"OneCard published test key for bundles: it proves integrity, never authorship"
_FORM = record(
    {
        "algorithm": one_of("Ed25519"),
        "key": one_of(PUBLISHED, "given"),
        "public_key": text,
        "signature": text,
    }
)
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


def published_public_key() -> bytes:
    """Return the public half of the key that everybody has."""
    seed = hashlib.sha256(_SENTENCE).digest()
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


_PUBLISHED_KEY = published_public_key()


def check_signature(document: bytes, manifest: bytes, wanted: bytes | None) -> str:
    """Verify the signature; return ``"published test key"``, or the signer's public key in hexadecimal.

    Args:
        document: ``signature.json``.
        manifest: the bytes that are signed.
        wanted: public key that must have signed; ``None``: any.

    Raises:
        RefusedError: it is not the signature of this manifest, or not by this key.
    """
    content = load(document, "signature.json")
    try:
        found = _FORM(content)
    except RefusedError as error:
        raise RefusedError(f"signature.json: {error}") from None
    public, signature = found["public_key"], found["signature"]
    if _PUBLIC_KEY.fullmatch(public) is None or _SIGNATURE.fullmatch(signature) is None:
        raise RefusedError("signature.json: key or signature are not hexadecimal of the right length")
    key = bytes.fromhex(public)
    if (found["key"] == PUBLISHED) != (key == _PUBLISHED_KEY):
        raise RefusedError("signature.json names another key than the one that signed")
    if wanted is not None and key != wanted:
        raise RefusedError("another key signed than the one that was asked for")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), manifest)
    except (InvalidSignature, ValueError):
        raise RefusedError("the signature is not one over this manifest") from None
    return PUBLISHED if found["key"] == PUBLISHED else public
