"""Keys with which institutions and tiers sign.

Test keys are *published*: anybody can derive them from the seed and the name of their owner, as this module
does. They protect nothing; they let a client be tested. Real keys come from a TOML file::

    [institutions.H31000000001]
    hmac_hex = "…"          # SM3-HMAC, 32 bytes
    public_hex = "…"        # SM2, 64 bytes: the two coordinates

    [tiers."city/310000"]
    hmac_hex = "…"
    private_hex = "…"       # SM2, 32 bytes; the tier signs its answers
    public_hex = "…"
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated

import msgspec
from gmssl_pyx import sm2_utils

from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KeyRing", "Keys", "published_keys"]

MOST_DERIVED = 10_000

_P = int(sm2_utils.g_default_ecc_table["p"], 16)
_N = int(sm2_utils.g_default_ecc_table["n"], 16)
_A = int(sm2_utils.g_default_ecc_table["a"], 16)
_G = (int(sm2_utils.g_default_ecc_table["g"][:64], 16), int(sm2_utils.g_default_ecc_table["g"][64:], 16))
_Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9A-Fa-f]{64}$")]
_Hex64 = Annotated[str, msgspec.Meta(pattern="^[0-9A-Fa-f]{128}$")]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of one owner.

    Attributes:
        hmac: SM3-HMAC, 32 bytes.
        public: SM2, 64 bytes; empty: the owner does not sign so.
        private: SM2, 32 bytes; empty where only the public one is known.
    """

    hmac: bytes = b""
    public: bytes = b""
    private: bytes = b""


class _Owner(msgspec.Struct, forbid_unknown_fields=True):
    hmac_hex: _Hex32 | None = None
    public_hex: _Hex64 | None = None
    private_hex: _Hex32 | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    institutions: dict[str, _Owner] = {}
    tiers: dict[str, _Owner] = {}


class KeyRing:
    """Finds the keys of an institution or a tier.

    Args:
        seed: of the published test keys; None: there are none, only those of the file.
        file: TOML file with real keys.

    Raises:
        InputError: the file is wrong.
    """

    def __init__(self, *, seed: int | None = None, file: Path | None = None) -> None:
        self._real: dict[str, Keys] = {} if file is None else _read(file)
        self._derive = None if seed is None else lru_cache(MOST_DERIVED)(partial(published_keys, seed))

    def of(self, owner: str, *, sm2: bool = False) -> Keys | None:
        """Return the keys of an institution code or a tier's address, or None.

        Args:
            owner: whose.
            sm2: whether its SM2 keys are needed, which takes some milliseconds for a test key.
        """
        keys = self._real.get(owner)
        if keys is None and self._derive is not None:
            keys = self._derive(owner, sm2=sm2)
        return keys


def published_keys(seed: int, owner: str, *, sm2: bool = True) -> Keys:
    """Derive the published test keys of an owner; without the SM2 keys unless they are wanted."""
    keyed = _digest("hmac", seed, owner)
    if not sm2:
        return Keys(hmac=keyed)
    private = 1 + int.from_bytes(_digest("sm2", seed, owner), "big") % (_N - 2)
    x, y = _times(private)
    return Keys(
        hmac=keyed,
        private=private.to_bytes(32, "big"),
        public=x.to_bytes(32, "big") + y.to_bytes(32, "big"),
    )


def _digest(purpose: str, seed: int, owner: str) -> bytes:
    return hashlib.sha256(f"onecard published test key\x1f{purpose}\x1f{seed}\x1f{owner}".encode()).digest()


def _times(scalar: int) -> tuple[int, int]:
    """Multiply the curve's base point: the library makes key pairs only at random."""
    found: tuple[int, int] | None = None
    power = _G
    while scalar:
        if scalar & 1:
            found = power if found is None else _add(found, power)
        power = _add(power, power)
        scalar >>= 1
    if found is None:
        raise ValueError("the scalar must not be zero")
    return found


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    rise, run = (3 * x1 * x1 + _A, 2 * y1) if one == other else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, _P)
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _read(path: Path) -> dict[str, Keys]:
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise InputError(
            f"cannot read: {error.strerror}", where="--keys", value=str(path), allowed="a TOML file"
        ) from error
    except (ValueError, msgspec.ValidationError) as error:
        raise InputError(f"wrong keys: {error}", where=str(path), allowed="see docs/serving.md") from error
    return {
        name: Keys(
            hmac=bytes.fromhex(owner.hmac_hex or ""),
            public=bytes.fromhex(owner.public_hex or ""),
            private=bytes.fromhex(owner.private_hex or ""),
        )
        for name, owner in (file.institutions | file.tiers).items()
    }
