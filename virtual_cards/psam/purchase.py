"""INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE: the PSAM's half of a purchase (facts: card.md §13, §14).

The PSAM numbers its purchases: INIT SAM adds one to the terminal serial and writes it before MAC1 leaves
(ours: the facts do not say when). So no number is ever used twice, also when power fails in between; a
purchase that came to nothing leaves a gap. Wrong or right, a MAC2 ends the purchase.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.key_record import PURCHASE_KEY
from onecard.virtual_cards.psam.rule import Answer
from onecard.virtual_cards.psam.session import SamPurchase
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.cryptograms import purchase_mac1, purchase_mac2, purchase_session_key

if TYPE_CHECKING:
    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.key_record import PsamKey
    from onecard.virtual_cards.psam.rule import Command
    from onecard.virtual_cards.psam.session import PsamSession
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["credit_sam_for_purchase", "init_sam_for_purchase"]

_FIXED_PART = 0x1C
_FACTOR_SIZE = 8
_MOST_FACTORS = 3
_MAC_SIZE = 4
_LAST_SERIAL = 0xFFFF_FFFF


def init_sam_for_purchase(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Give terminal serial 4 and MAC1 4.

    Data: the card's random 4 and counter 2, amounts 4 + 4 + 4, type 1, date 4, time 3, key version 1,
    algorithm 1, then one to three factors (card, city, province).
    """
    session.purchase = None
    if session.environment is None or not session.in_application:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    data, factors = command.data[:_FIXED_PART], command.data[_FIXED_PART:]
    if len(data) < _FIXED_PART or len(factors) % _FACTOR_SIZE or len(factors) > _MOST_FACTORS * _FACTOR_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    algorithm = session.environment.algorithm
    root = _root(contents, algorithm, data[26], data[27])
    if len(factors) != _FACTOR_SIZE * root.levels:
        raise Refusal(status.WRONG_DATA)
    terminal_serial = _next_serial(contents)
    key = purchase_session_key(
        algorithm,
        contents.card_key(root, factors),
        random=data[:4],
        counter=int.from_bytes(data[4:6], "big"),
        terminal_serial=terminal_serial,
    )
    amounts = PurchaseAmounts.parse(data[6:18])
    mac1 = purchase_mac1(
        algorithm,
        key,
        amounts=amounts,
        terminal_number=contents.terminal_number,
        time=data[19:26],
        kind=data[18:19],
    )
    session.purchase = SamPurchase(algorithm, key, amounts)
    return Answer(terminal_serial + mac1)


def _root(contents: PsamContents, algorithm: Algorithm, version: int, wanted_algorithm: int) -> PsamKey:
    """Find the purchase root of a version, in the environment of the card's algorithm."""
    if wanted_algorithm != algorithm.identifier:
        raise Refusal(status.WRONG_DATA)
    root = contents.key(algorithm, PURCHASE_KEY, version)
    if root is None:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    return root


def _next_serial(contents: PsamContents) -> bytes:
    """Count the terminal serial on and write it."""
    serial = contents.terminal_serial + 1
    if serial > _LAST_SERIAL:
        raise Refusal(status.COUNTER_AT_MAXIMUM)
    contents.commit(Change("terminal_serial", None, serial))
    return serial.to_bytes(4, "big")


def credit_sam_for_purchase(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Check the card's MAC2, from DEBIT FOR PURCHASE or from GET TRANSACTION PROOF."""
    if len(command.data) != _MAC_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    purchase, session.purchase = session.purchase, None
    if purchase is None:
        raise Refusal(status.INVALID_STATE)
    expected = purchase_mac2(purchase.algorithm, purchase.key, amounts=purchase.amounts)
    if not hmac.compare_digest(command.data, expected):
        raise Refusal(contents.wrong_mac2)
    return Answer(b"")
