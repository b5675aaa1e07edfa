"""Make the events of the state tables happen to a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from payment_driver import external_authenticate, generate_ac, options, put_data
from payment_driver import read_record as read_bank_record
from payment_samples import AAC, ARQC, SELECT_ADF, TC
from state_files import (
    by_name,
    current_record,
    other_when_blocking,
    read_binary,
    read_record,
    select,
    some_file,
    update_binary,
    update_binary_with_mac,
    update_record,
    update_record_with_mac,
)
from state_purse import LOAD, PURCHASE, Builder, begin, credit, debit, get_response, plain, under
from state_rights import (
    application_block,
    card_block,
    change_pin,
    external,
    other_key,
    puk_change,
    this_key,
    unblock,
    verify,
)
from state_scene import Scene

from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.states import Transition

__all__ = ["BUILDERS", "POWER", "Scene", "happen", "walk"]


def _reset(scene: Scene) -> str:
    return "ATR" if scene.card.power_on(scene.face) else "-"


def _power_off(scene: Scene) -> str:
    scene.card.power_off()
    return scene.card.transmit(bytes.fromhex("0084000008")).hex() or "-"


POWER: dict[str, Callable[[Scene], str]] = {
    "reset": _reset,
    "power off": _power_off,
    "power off and on": lambda scene: (_power_off(scene), _reset(scene))[1],
}


def happen(scene: Scene, event: str) -> str | None:
    """Make an event happen; return the status word, ``ATR``, ``-``, or ``None`` if it cannot happen."""
    if event in POWER:
        return POWER[event](scene)
    command = BUILDERS[event](scene)
    if command is None:
        return None
    answer = scene.card.transmit(command)
    return answer[-2:].hex().upper() or "-"


def walk(scene: Scene, path: tuple[Transition, ...]) -> str:
    """Make a path's events happen; say what was not as the table says, empty if nothing."""
    for step in path:
        status = happen(scene, step.event.name)
        if status is None or not step.answers(status) or scene.state != step.after:
            return f"{step.event.name!r} gave {status} and {scene.state!r}"
    return ""


BUILDERS: dict[str, Builder] = {
    "SELECT the same application": lambda scene: select(scene.application),
    "SELECT another application": other_when_blocking,
    "SELECT the blocked application": lambda _scene: select("DF01"),
    "SELECT the MF": lambda _scene: select("MF"),
    "SELECT SSSE by name": lambda scene: by_name(scene, "SSSE"),
    "SELECT a DF by name": lambda scene: by_name(scene, "DF01"),
    "SELECT a DF by identifier": lambda _scene: select("DF01"),
    "SELECT an EF": some_file,
    "SELECT what does not exist": plain("00A4020002EF7F"),
    "SELECT without Le": lambda _scene: select("SSSE", le=""),
    "READ RECORD": read_record,
    "READ RECORD under the right": lambda scene: read_record(scene, asks=True),
    "READ RECORD of the current EF": lambda scene: current_record(scene, write=False),
    "UPDATE RECORD": update_record,
    "UPDATE RECORD under the right": lambda scene: update_record(scene, asks=True),
    "UPDATE RECORD of the current EF": lambda scene: current_record(scene, write=True),
    "UPDATE RECORD with MAC": update_record_with_mac,
    "UPDATE RECORD with wrong MAC": lambda scene: update_record_with_mac(scene, wrong=True),
    "READ BINARY": read_binary,
    "READ BINARY under the right": lambda scene: read_binary(scene, asks=True),
    "READ BINARY of the current EF": plain("00B0000001"),
    "UPDATE BINARY": update_binary,
    "UPDATE BINARY under the right": lambda scene: update_binary(scene, asks=True),
    "UPDATE BINARY of the current EF": plain("00D6000001A5"),
    "UPDATE BINARY with MAC": update_binary_with_mac,
    "UPDATE BINARY with wrong MAC": lambda scene: update_binary_with_mac(scene, wrong=True),
    "VERIFY": verify,
    "VERIFY wrong": lambda scene: verify(scene, wrong=True),
    "VERIFY wrong at the last try": lambda scene: verify(scene, wrong=True, last=True),
    "VERIFY without data": plain("0020000000"),
    "CHANGE PIN": change_pin,
    "CHANGE PIN wrong": lambda scene: change_pin(scene, wrong=True),
    "CHANGE PIN wrong at the last try": lambda scene: change_pin(scene, wrong=True, last=True),
    "CHANGE PIN to none": lambda scene: change_pin(scene, b""),
    "PIN UNBLOCK": unblock,
    "PIN UNBLOCK with wrong MAC": lambda scene: unblock(scene, wrong=True),
    "PIN UNBLOCK with wrong MAC at the last try": lambda scene: unblock(scene, wrong=True, last=True),
    "PIN UNBLOCK when none is left": lambda scene: unblock(scene, none_left=True),
    "PIN CHANGE under PUK": puk_change,
    "PIN CHANGE under PUK to none": lambda scene: puk_change(scene, b""),
    "GET CHALLENGE": plain("0084000008"),
    "GET CHALLENGE of 16 bytes": plain("0084000010"),
    "EXTERNAL AUTHENTICATE": lambda scene: external(scene, other_key(scene)),
    "EXTERNAL AUTHENTICATE wrong": lambda scene: external(scene, other_key(scene), wrong=True),
    "EXTERNAL AUTHENTICATE of this key": this_key,
    "EXTERNAL AUTHENTICATE of this key, wrong": lambda scene: this_key(scene, wrong=True),
    "EXTERNAL AUTHENTICATE of this key, wrong at the last try": lambda scene: this_key(
        scene, wrong=True, last=True
    ),
    "EXTERNAL AUTHENTICATE of this key, unknown version": lambda scene: this_key(scene, version=4),
    "INTERNAL AUTHENTICATE": plain("0088000010" + "11" * 16 + "00"),
    "APPLICATION BLOCK": application_block,
    "APPLICATION BLOCK with wrong MAC": lambda scene: application_block(scene, wrong=True),
    "CARD BLOCK": card_block,
    "CARD BLOCK with wrong MAC": lambda scene: card_block(scene, wrong=True),
    "INITIALIZE FOR LOAD": begin("B0280001", LOAD),
    "INITIALIZE FOR PURCHASE": begin("B0280101", PURCHASE),
    "CREDIT FOR LOAD": credit,
    "CREDIT FOR LOAD with wrong MAC": lambda scene: credit(scene, wrong=True),
    "DEBIT FOR PURCHASE": debit,
    "DEBIT FOR PURCHASE with wrong MAC": lambda scene: debit(scene, wrong=True),
    "GET BALANCE": under(PIN, command="B026000104"),
    "GET TRANSACTION PROOF": plain("B02E0031020001" + "00"),
    "UPDATE STARTING DAY": under("DSK", command="B0560000020401"),
    "GET STARTING DAY": plain("B056010002"),
    "GET RESPONSE": get_response,
    "GET RESPONSE of a part": plain("00C0000001"),
    "GET RESPONSE of too many bytes": plain("00C00000FF"),
    "unknown instruction": plain("00FF0000"),
    "unknown class": plain("FF840000"),
    "malformed command": plain("0084"),
    "SELECT the bank application": plain(SELECT_ADF),
    "SELECT SSSE from the payment side": lambda scene: by_name(scene, "SSSE"),
    "GET PROCESSING OPTIONS": lambda _scene: options(),
    "READ RECORD of the bank application": lambda scene: read_bank_record(scene.card, 1, 1),
    "GET DATA": plain("80CA9F3605"),
    "GENERATE AC for TC": lambda scene: generate_ac(scene.card, TC),
    "GENERATE AC for ARQC": lambda scene: generate_ac(scene.card, ARQC),
    "GENERATE AC for AAC": lambda scene: generate_ac(scene.card, AAC),
    "EXTERNAL AUTHENTICATE of the issuer": lambda scene: external_authenticate(scene.card),
    "EXTERNAL AUTHENTICATE of the issuer, wrong": lambda scene: external_authenticate(scene.card, wrong=True),
    "INTERNAL AUTHENTICATE of the bank application": plain("00880000041E78EEBC00"),
    "PUT DATA": lambda scene: put_data(scene.card),
    "PUT DATA with wrong MAC": lambda scene: put_data(scene.card, wrong=True),
    "VERIFY of the bank PIN": plain("0020008008241234FFFFFFFFFF"),
    "GET CHALLENGE of the bank application": plain("0084000008"),
}
"""Every event that is a command, and what is none."""
