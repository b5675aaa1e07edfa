"""The bank's side of a payment: verify a cryptogram, answer it, load electronic cash (facts: card.md §15).

The issuer sees what field 55 of an authorisation carries: data objects by tag, among them ``9F26``, ``9F36``,
``9F10``, ``82`` and the terminal's data. It knows account and sequence number from the rest of the message.
Its master keys are published test keys: anybody can be this bank.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.payment.cryptograms import (
    CIPHERS,
    TERMINAL_DATA,
    application_cryptogram,
    card_key,
    mac,
    response_cryptogram,
    session_key,
)
from onecard.virtual_cards.payment.data_objects import amount_digits, amount_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["CRYPTOGRAM_KEY", "SCRIPT_KEY", "Authorisation", "IssuerError", "issuer_master_key"]

CRYPTOGRAM_KEY, SCRIPT_KEY = "application cryptogram", "issuer script"

_SENTENCE = "OneCard published test key, never the key of a real card"
_RESULTS = slice(3, 7)
_ALGORITHM_AT = 7
_OPTION_AT = 8
_PUT_DATA = bytes.fromhex("04DA")
_MAC_SIZE = 4


class IssuerError(ValueError):
    """Field 55 lacks something, or something in it is not as the application makes it."""


def issuer_master_key(name: str, algorithm: int) -> bytes:
    """Return an invented issuer master key of 16 bytes.

    Args:
        name: :data:`CRYPTOGRAM_KEY` or :data:`SCRIPT_KEY`.
        algorithm: as in ``9F10``: ``0x01`` 3DES, ``0x04`` SM4.
    """
    text = f"{_SENTENCE}: payment {name} {CIPHERS[algorithm].name}"
    return hashlib.sha256(text.encode("ascii")).digest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One transaction as the issuer sees it.

    Args:
        pan: account number.
        psn: sequence number, two digits.
        objects: data objects of field 55 by tag.
    """

    pan: str
    psn: str
    objects: Mapping[int, bytes]

    def verify(self) -> bool:
        """Tell whether the cryptogram ``9F26`` is the card's, over exactly these data."""
        expected = application_cryptogram(
            self._cipher,
            self._key(CRYPTOGRAM_KEY),
            {tag: self._object(tag) for tag in TERMINAL_DATA},
            aip=self._object(0x82),
            counter=self._counter,
            results=self._object(0x9F10)[_RESULTS],
        )
        return hmac.compare_digest(self._object(0x9F26), expected)

    def answer(self, response_code: str = "00") -> bytes:
        """Return the data of EXTERNAL AUTHENTICATE (tag ``91``): response cryptogram ‖ response code."""
        code = response_code.encode("ascii")
        key = self._key(CRYPTOGRAM_KEY)
        return response_cryptogram(self._cipher, key, self._counter, self._object(0x9F26), code) + code

    def put_data(self, tag: int, fen: int) -> bytes:
        """Return an issuer script command that sets ``9F79``, ``9F77``, ``9F78`` or ``9F6D``."""
        digits = amount_digits(fen)
        head = _PUT_DATA + tag.to_bytes(2, "big") + bytes((len(digits) + _MAC_SIZE,))
        covered = head + self._object(0x9F36) + self._object(0x9F26) + digits
        return head + digits + self._script_mac(covered)

    def balance_fen(self) -> int:
        """Return the balance in ``9F10``; :class:`IssuerError` if there is none or its MAC is wrong."""
        option = self._object(0x9F10)[_OPTION_AT:]
        if len(option) != 11 or option[:2] != b"\x0a\x01":
            raise IssuerError(f"9F10 {self._object(0x9F10).hex()}: tells no balance")
        balance, given = option[2:7], option[7:]
        if not hmac.compare_digest(given, self._script_mac(self._object(0x9F36) + balance + b"\x00")):
            raise IssuerError(f"9F10 {self._object(0x9F10).hex()}: the MAC of the balance is wrong")
        fen = amount_fen(balance)
        if fen is None:
            raise IssuerError(
                f"9F10 {self._object(0x9F10).hex()}: the balance has nibbles that are no digits"
            )
        return fen

    @property
    def _algorithm(self) -> int:
        data = self._object(0x9F10)
        if len(data) < _OPTION_AT or data[_ALGORITHM_AT] not in CIPHERS:
            raise IssuerError(f"9F10 {data.hex()}: byte 8 must name an algorithm, 01 or 04")
        return data[_ALGORITHM_AT]

    @property
    def _cipher(self) -> Algorithm:
        return CIPHERS[self._algorithm]

    @property
    def _counter(self) -> int:
        return int.from_bytes(self._object(0x9F36), "big")

    def _key(self, name: str) -> bytes:
        return card_key(self._cipher, issuer_master_key(name, self._algorithm), self.pan, self.psn)

    def _script_mac(self, data: bytes) -> bytes:
        return mac(self._cipher, session_key(self._cipher, self._key(SCRIPT_KEY), self._counter), data)[
            :_MAC_SIZE
        ]

    def _object(self, tag: int) -> bytes:
        value = self.objects.get(tag)
        if value is None:
            raise IssuerError(f"field 55 has no {tag:02X}")
        return value
