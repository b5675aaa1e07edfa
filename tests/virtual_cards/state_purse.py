"""Commands for the events of the state tables: purse, and what any card answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.cryptograms import (
    load_mac2,
    load_session_key,
    purchase_mac1,
    purchase_session_key,
)

if TYPE_CHECKING:
    from state_scene import Scene

TERMINAL, TIME, SERIAL = (bytes.fromhex(text) for text in ("519900000001", "20250630120000", "00000042"))
AMOUNT = 100

Builder = Callable[["Scene"], "bytes | None"]


def begin(header: str, data: bytes) -> Builder:
    def build(scene: Scene) -> bytes:
        scene.grant(PIN)
        return bytes.fromhex(header) + bytes([len(data)]) + data + b"\x00"

    return build


def credit(scene: Scene, *, wrong: bool = False) -> bytes:
    memory = scene.card.memory
    transaction = scene.card.session.purse if scene.card.session else None
    code = bytes(4)
    if memory.purse is not None and transaction is not None and transaction.kind == "load":
        key = load_session_key(
            memory.algorithm,
            memory.card_key("DLK"),
            random=transaction.random,
            counter=memory.purse.load_counter,
        )
        code = load_mac2(memory.algorithm, key, amount=AMOUNT, terminal_number=TERMINAL, time=TIME)
    code = code[:3] + bytes([code[3] ^ wrong])
    return bytes.fromhex("B02A00000B") + TIME + code + b"\x00"


def debit(scene: Scene, *, wrong: bool = False) -> bytes:
    memory = scene.card.memory
    transaction = scene.card.session.purse if scene.card.session else None
    code = bytes(4)
    if memory.purse is not None and transaction is not None and transaction.kind == "purchase":
        key = purchase_session_key(
            memory.algorithm,
            memory.card_key("DPK"),
            random=transaction.random,
            counter=memory.purse.purchase_counter,
            terminal_serial=SERIAL,
        )
        amounts = PurchaseAmounts(account=AMOUNT)
        code = purchase_mac1(memory.algorithm, key, amounts=amounts, terminal_number=TERMINAL, time=TIME)
    code = code[:3] + bytes([code[3] ^ wrong])
    return bytes.fromhex("B02C01000F") + SERIAL + TIME + code + b"\x00"


def under(*rights: str, command: str) -> Builder:
    def build(scene: Scene) -> bytes:
        scene.grant(*rights)
        return bytes.fromhex(command)

    return build


def plain(command: str) -> Builder:
    return lambda _scene: bytes.fromhex(command)


def get_response(scene: Scene) -> bytes:
    waiting = scene.card.session.waiting if scene.card.session else b""
    return bytes((0x00, 0xC0, 0x00, 0x00, len(waiting) or 1))


LOAD = b"\x01" + AMOUNT.to_bytes(4, "big") + TERMINAL
PURCHASE = b"\x01" + PurchaseAmounts(account=AMOUNT).encode() + TERMINAL
