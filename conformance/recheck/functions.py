"""The closed list of what a ``let`` may compute, said again (facts: card.md §9.3, §9.4, §13, §15)."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onecard.conformance.recheck import ciphers, payment
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown
from onecard.conformance.recheck.templates import fill

if TYPE_CHECKING:
    from onecard.conformance.recheck.templates import Values

__all__ = ["FUNCTIONS", "value_of"]


def _sum(left: bytes, right: bytes, sign: int) -> bytes:
    size = max(len(left), len(right))
    total = int.from_bytes(left, "big") + sign * int.from_bytes(right, "big")
    return (total & ((1 << 8 * size) - 1)).to_bytes(size, "big")


def _difference(left: bytes, right: bytes) -> bytes:
    if len(left) != len(right):
        raise UnknownValueError(f"{len(left)} and {len(right)} bytes")
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _mac(cipher: str, key: bytes, random: bytes, data: bytes) -> bytes:
    return ciphers.message_code(cipher, ciphers.session_key(cipher, key, random), data)


def _encipher(cipher: str, key: bytes, random: bytes, data: bytes) -> bytes:
    return ciphers.encipherment(cipher, ciphers.session_key(cipher, key, random), data)


FUNCTIONS = MappingProxyType[str, tuple[bool, int, Callable[..., bytes]]](
    {
        "authentication": (True, 2, ciphers.authentication_data),
        "session-key": (True, 1, ciphers.session_key),
        "mac": (True, 2, _mac),
        "encipher": (True, 2, _encipher),
        "key": (True, 0, lambda _cipher, key: key),
        "mac-with": (False, 2, ciphers.message_code),
        "halves": (False, 1, lambda _cipher, block: ciphers.halves(block)),
        "xor": (False, 2, lambda _cipher, left, right: _difference(left, right)),
        "add": (False, 2, lambda _cipher, left, right: _sum(left, right, 1)),
        "subtract": (False, 2, lambda _cipher, left, right: _sum(left, right, -1)),
        "payment-cryptogram": (False, 4, lambda _cipher, *values: payment.cryptogram(*values)),
        "payment-response": (False, 5, lambda _cipher, *values: payment.response(*values)),
    }
)
"""Name → whether it takes a key of the card, how many templates, and what it does with them."""


def value_of(step: dict[str, Any], values: Values, keys: dict[str, Any]) -> bytes:
    """Compute the value of a ``let``.

    Args:
        step: of the plan.
        values: what is known.
        keys: the plan's key material.

    Raises:
        UnknownValueError: a key or a value is not known, or has no length that the function takes.
        RefusedError: there is no such function, or not with these arguments.
    """
    takes_key, count, function = FUNCTIONS.get(step["function"], (False, -1, bytes))
    if len(step["arguments"]) != count or bool(step["key"]) != takes_key:
        raise RefusedError(f"no function {shown(step['function'])} of {len(step['arguments'])} values")
    arguments = [fill(argument, values) for argument in step["arguments"]]
    if takes_key:
        arguments.insert(0, _key(step["key"], values, keys))
    values.work.spend(1024)
    return function(keys["algorithm"], *arguments)


def _key(name: str, values: Values, keys: dict[str, Any]) -> bytes:
    if name in keys["card_keys"]:
        return bytes.fromhex(keys["card_keys"][name])
    if name not in keys["city_keys"]:
        raise UnknownValueError(f"key {name}")
    factor = fill("{factor}", values)
    return ciphers.card_key(keys["algorithm"], bytes.fromhex(keys["city_keys"][name]), factor)
