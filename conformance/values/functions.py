"""What a terminal, a PSAM or a host computes in a case: a closed list (facts: card.md §9.3, §9.4, §13).

``functions`` of ``recheck`` says the same again in other code; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.values.templates import NotKnownError, TemplateError, fill
from onecard.virtual_cards.iso7816.tlv import find_ber
from onecard.virtual_cards.payment import cryptograms as payment
from onecard.virtual_cards.payment.issuer import CRYPTOGRAM_KEY, issuer_master_key
from onecard.virtual_cards.security.ciphers import ALGORITHMS
from onecard.virtual_cards.security.diversification import diversify
from onecard.virtual_cards.security.messages import (
    authentication_data,
    encrypt_data,
    fold_halves,
    mac,
    session_key,
)

if TYPE_CHECKING:
    from onecard.conformance.model.plan import KeyMaterial
    from onecard.conformance.model.steps import Let
    from onecard.conformance.values.templates import Known
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["FUNCTIONS", "Function", "compute"]

_PAN, _SEQUENCE_NUMBER = 0x5A, 0x5F34

_BY_NAME = {algorithm.name: algorithm for algorithm in ALGORITHMS.values()}


class Function(NamedTuple):
    """One function: whether it takes a key, and how many templates."""

    takes_key: bool
    arguments: int
    compute: Callable[..., bytes]
    """Of the algorithm, the key if it takes one, and the arguments."""


def _add(_algorithm: Algorithm, left: bytes, right: bytes) -> bytes:
    size = max(len(left), len(right))
    return ((int.from_bytes(left, "big") + int.from_bytes(right, "big")) % (1 << 8 * size)).to_bytes(
        size, "big"
    )


def _subtract(_algorithm: Algorithm, left: bytes, right: bytes) -> bytes:
    size = max(len(left), len(right))
    return ((int.from_bytes(left, "big") - int.from_bytes(right, "big")) % (1 << 8 * size)).to_bytes(
        size, "big"
    )


def _xor(_algorithm: Algorithm, left: bytes, right: bytes) -> bytes:
    if len(left) != len(right):
        raise NotKnownError(f"xor of {len(left)} and {len(right)} bytes")
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _payment_key(record: bytes, algorithm: bytes) -> tuple[Algorithm, bytes]:
    pan, sequence = find_ber(record, _PAN), find_ber(record, _SEQUENCE_NUMBER)
    cipher = payment.CIPHERS.get(int.from_bytes(algorithm, "big"))
    if pan is None or sequence is None or cipher is None:
        raise NotKnownError(f"a record with 5A and 5F34, and algorithm 01 or 04, not {algorithm.hex()}")
    master = issuer_master_key(CRYPTOGRAM_KEY, algorithm[0])
    digits = pan.hex().upper().rstrip("F") + sequence.hex()
    return cipher, payment.card_key(cipher, master, digits[:-2], digits[-2:])


def _payment_cryptogram(
    _algorithm: Algorithm, record: bytes, counter: bytes, algorithm: bytes, data: bytes
) -> bytes:
    cipher, key = _payment_key(record, algorithm)
    return payment.mac(cipher, payment.session_key(cipher, key, int.from_bytes(counter, "big")), data)


def _payment_response(
    _algorithm: Algorithm, record: bytes, counter: bytes, algorithm: bytes, cryptogram: bytes, code: bytes
) -> bytes:
    cipher, key = _payment_key(record, algorithm)
    number = int.from_bytes(counter, "big")
    return payment.response_cryptogram(cipher, key, number, cryptogram, code)


FUNCTIONS = MappingProxyType(
    {
        "authentication": Function(True, 2, authentication_data),
        "session-key": Function(True, 1, session_key),
        "mac": Function(True, 2, lambda a, key, random, data: mac(a, session_key(a, key, random), data)),
        "encipher": Function(
            True, 2, lambda a, key, random, data: encrypt_data(a, session_key(a, key, random), data)
        ),
        "key": Function(True, 0, lambda _a, key: key),
        "mac-with": Function(False, 2, mac),
        "halves": Function(False, 1, lambda _a, block: fold_halves(block)),
        "xor": Function(False, 2, _xor),
        "add": Function(False, 2, _add),
        "subtract": Function(False, 2, _subtract),
        "payment-cryptogram": Function(False, 4, _payment_cryptogram),
        "payment-response": Function(False, 5, _payment_response),
    }
)
"""Every function by name.

``authentication KEY random original``; ``session-key KEY random``; ``mac KEY random data``: under the
session key, the data as they are; ``encipher KEY random data``: length byte and padding are put around them;
``key KEY``: the card's key itself; ``mac-with session data``; ``halves block``: XOR of 16 bytes' halves;
``xor a b``; ``add a b``, ``subtract a b``: big-endian numbers, as long as the longer.

``payment-cryptogram record counter algorithm data``: what a payment application makes over data under the
published issuer key, for the account whose ``5A`` and ``5F34`` stand in a record; the algorithm is the byte
of ``9F10``. ``payment-response record counter algorithm cryptogram code``: the issuer's answer to it.
"""


def compute(step: Let, known: Known, keys: KeyMaterial) -> bytes:
    """Return the value of a ``let``.

    Raises:
        NotKnownError: a key or a value that it needs is not known.
        TemplateError: no such function, or not with these arguments.
    """
    function = FUNCTIONS.get(step.function)
    if function is None or len(step.arguments) != function.arguments or bool(step.key) != function.takes_key:
        raise TemplateError(
            f"let {step.name}: {step.function} {step.key} with {len(step.arguments)} arguments"
        )
    algorithm = _BY_NAME[keys.algorithm]
    arguments = [fill(argument, known) for argument in step.arguments]
    if function.takes_key:
        arguments.insert(0, _card_key(step.key, known, keys, algorithm))
    try:
        return function.compute(algorithm, *arguments)
    except (ValueError, OverflowError) as error:  # a block or a key of a length that the cipher does not take
        raise NotKnownError(f"{step.function}: {error}") from None


def _card_key(name: str, known: Known, keys: KeyMaterial, algorithm: Algorithm) -> bytes:
    given = keys.card_keys.get(name)
    if given is not None:
        return bytes.fromhex(given)
    city = keys.city_keys.get(name)
    if city is None:
        raise NotKnownError(f"key {name} is not in the statement")
    return diversify(algorithm, bytes.fromhex(city), known.value("factor"))
