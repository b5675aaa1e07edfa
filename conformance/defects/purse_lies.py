"""How cards lie about their purse: what the defects of the purse are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.defects.lies import SUCCESS, Maker, answers, is_, preparing, succeeded
from onecard.conformance.defects.wrong import WrongCard
from onecard.virtual_cards.purse.state import PurseState

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = [
    "BALANCE",
    "CREDIT",
    "DEBIT",
    "INIT_LOAD",
    "INIT_PURCHASE",
    "LOG",
    "PROOF",
    "BalanceEndsTransaction",
    "ProofIsForgotten",
    "RandomRepeats",
    "any_mac",
    "elsewhere",
    "granted",
    "keeping",
    "other_part",
    "shorter",
    "spoiling",
]

INIT_LOAD, INIT_PURCHASE, CREDIT, DEBIT = "B0280001", "B0280101", "B02A", "B02C"
BALANCE, PROOF, LOG = "B026", "B02E", "00B20144"

Fields = Callable[[PurseState], dict[str, object]]


def _set(card: WrongCard, fields: Fields) -> None:
    purse = card.memory.purse
    assert purse is not None  # noqa: S101 - these lies are told by cards with a purse
    card.memory.purse = msgspec.structs.replace(purse, **fields(purse))


def spoiling(head: str, fields: Fields, word: str = "9000") -> Maker:
    """Change fields of the purse after a command that answered this status word."""

    def after(card: WrongCard, command: bytes, response: bytes) -> bytes:
        if is_(command, head) and response[-2:].hex() == word:
            _set(card, fields)
        return response

    return answers(after)


class _Keeping(WrongCard):
    """Puts a transaction back that the reference has given up."""

    def __init__(self, card: PoweredCard, heads: tuple[str, ...]) -> None:
        super().__init__(card)
        self._heads = heads

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU and put back what was begun before it."""
        pending = self.session.purse
        response = super().transmit(command)
        if pending is not None and response and is_(command, *self._heads):
            self.session.purse = pending
        return response


def keeping(*heads: str) -> Maker:
    """Keep a transaction over these commands."""
    return lambda card: _Keeping(card, heads)


class RandomRepeats(WrongCard):
    """Draws one random and gives it for ever."""

    def __init__(self, card: PoweredCard) -> None:
        super().__init__(card)
        self._first: dict[bytes, bytes] = {}

    def after(self, command: bytes, response: bytes) -> bytes:
        """Give the first answer again."""
        if is_(command, INIT_LOAD, INIT_PURCHASE) and succeeded(response):
            return self._first.setdefault(command[:4], response)
        return response


class BalanceEndsTransaction(WrongCard):
    """GET BALANCE leaves the purse idle."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Forget what was begun."""
        if is_(command, BALANCE):
            self.session.purse = None
        return response


class ProofIsForgotten(WrongCard):
    """Proofs are kept in working memory."""

    def power_off(self) -> None:
        """Lose them with the power."""
        _set(self, lambda _purse: {"load_proof": None, "purchase_proof": None})
        super().power_off()


def granted(head: str, right: str) -> Maker:
    """Give a right before a command that needs it."""

    def before(card: WrongCard, command: bytes) -> None:
        if is_(command, head):
            card.session.rights.add(right)

    return preparing(before)


def other_part(head: str, start: int, value: str) -> Maker:
    """Put other bytes into what a successful command answers."""
    new = bytes.fromhex(value)

    def after(_card: WrongCard, command: bytes, response: bytes) -> bytes:
        if is_(command, head) and succeeded(response) and len(response) > start + len(new) + 1:
            return response[:start] + new + response[start + len(new) :]
        return response

    return answers(after)


def any_mac(head: str, size: int) -> Maker:
    """Finish a transaction whatever its MAC."""

    def before(card: WrongCard, command: bytes) -> bytes | None:
        if not is_(command, head) or card.session.purse is None:
            return None
        card.session.purse = None
        return bytes(size) + SUCCESS

    return preparing(before)


def elsewhere(_card: WrongCard, command: bytes, response: bytes) -> bytes:
    """Tell a balance where there is no purse."""
    return bytes(4) + SUCCESS if is_(command, BALANCE) and response.hex() == "6985" else response


def shorter(_card: WrongCard, command: bytes, response: bytes) -> bytes:
    """Tell a total without its year."""
    if is_(command, BALANCE + "0002", BALANCE + "0003") and len(response) == 8:
        return response[:4] + response[-2:]
    return response
