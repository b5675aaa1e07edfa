"""Session keys, MACs and TACs of the medical purse (facts: card.md §9.4, §13; terminal.md §4.3).

=============  ==================================================================================
SESLK          from DLK: random 4, load counter 2, ``8000``
load MAC1      balance before, amount, type, terminal number                                (card)
load MAC2      amount, type, terminal number, host time                                     (host)
load TAC       balance after, counter, amount, type, terminal number, host time             (card)
SESPK          from DPK: random 4, purchase counter 2, rightmost 2 bytes of the terminal serial
purchase MAC1  account, self-pay, pooled, type, terminal number, time                       (PSAM)
purchase MAC2  account, self-pay, pooled                                                    (card)
purchase TAC   account, self-pay, pooled, type, terminal number, terminal serial, time      (card)
=============  ==================================================================================

Card, PSAM and host compute the same things, so they share these functions. A MAC has no command header in
front. The type is one character, ``"1"`` or ``"2"`` (§21 Q23). Ours: the counter in a TAC is the
transaction's number as INITIALIZE answered it, and the balance in a load's TAC is the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.purse.amounts import money
from onecard.virtual_cards.security.messages import mac, session_key

if TYPE_CHECKING:
    from onecard.virtual_cards.purse.amounts import PurchaseAmounts
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = [
    "LOAD_TYPE",
    "PURCHASE_TYPE",
    "load_mac1",
    "load_mac2",
    "load_session_key",
    "load_tac",
    "purchase_mac1",
    "purchase_mac2",
    "purchase_session_key",
    "purchase_tac",
    "tac_key",
]

LOAD_TYPE, PURCHASE_TYPE = b"1", b"2"


def load_session_key(algorithm: Algorithm, dlk: bytes, *, random: bytes, counter: int) -> bytes:
    """Derive SESLK from the card's load key, the card's random (4 bytes) and the load counter."""
    return session_key(algorithm, dlk, random + _counter(counter) + b"\x80\x00")


def load_mac1(
    algorithm: Algorithm, seslk: bytes, *, balance: int, amount: int, terminal_number: bytes
) -> bytes:
    """Compute the card's MAC of INITIALIZE FOR LOAD (amounts in fen, terminal number 6 bytes)."""
    return mac(algorithm, seslk, money(balance) + money(amount) + LOAD_TYPE + terminal_number)


def load_mac2(
    algorithm: Algorithm, seslk: bytes, *, amount: int, terminal_number: bytes, time: bytes
) -> bytes:
    """Compute the host's MAC of CREDIT FOR LOAD (time: 7 bytes ``CCYYMMDDhhmmss``)."""
    return mac(algorithm, seslk, money(amount) + LOAD_TYPE + terminal_number + time)


def load_tac(
    algorithm: Algorithm,
    dtk: bytes,
    *,
    balance: int,
    counter: int,
    amount: int,
    terminal_number: bytes,
    time: bytes,
) -> bytes:
    """Compute the TAC of a load; ``balance`` is the new one."""
    data = money(balance) + _counter(counter) + money(amount) + LOAD_TYPE + terminal_number + time
    return mac(algorithm, tac_key(algorithm, dtk), data)


def purchase_session_key(
    algorithm: Algorithm, dpk: bytes, *, random: bytes, counter: int, terminal_serial: bytes
) -> bytes:
    """Derive SESPK from the card's purchase key, its random, its counter and the PSAM's serial (4 bytes)."""
    return session_key(algorithm, dpk, random + _counter(counter) + terminal_serial[-2:])


def purchase_mac1(
    algorithm: Algorithm,
    sespk: bytes,
    *,
    amounts: PurchaseAmounts,
    terminal_number: bytes,
    time: bytes,
    kind: bytes = PURCHASE_TYPE,
) -> bytes:
    """Compute the PSAM's MAC of DEBIT FOR PURCHASE; ``kind`` is the type byte that the terminal gave it."""
    return mac(algorithm, sespk, amounts.encode() + kind + terminal_number + time)


def purchase_mac2(algorithm: Algorithm, sespk: bytes, *, amounts: PurchaseAmounts) -> bytes:
    """Compute the card's MAC that the PSAM checks in CREDIT SAM FOR PURCHASE."""
    return mac(algorithm, sespk, amounts.encode())


def purchase_tac(
    algorithm: Algorithm,
    dtk: bytes,
    *,
    amounts: PurchaseAmounts,
    terminal_number: bytes,
    terminal_serial: bytes,
    time: bytes,
) -> bytes:
    """Compute the TAC of a purchase."""
    data = amounts.encode() + PURCHASE_TYPE + terminal_number + terminal_serial + time
    return mac(algorithm, tac_key(algorithm, dtk), data)


def tac_key(algorithm: Algorithm, dtk: bytes) -> bytes:
    """Return the key of a TAC: DTK's halves by XOR for 8-byte blocks, else DTK itself (card.md §9.4)."""
    if algorithm.block_size != 8:
        return dtk
    return (int.from_bytes(dtk[:8], "big") ^ int.from_bytes(dtk[8:], "big")).to_bytes(8, "big")


def _counter(counter: int) -> bytes:
    return counter.to_bytes(2, "big")
