"""A card in the initial state of a region of the state tables, and what events need of it.

What is in the way but not the region's business is put in order directly: rights are granted, a challenge
is put in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from card_samples import make_card, select
from payment_driver import enter_bank
from secured import with_mac

from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.purse.state import PurseProof, PurseState
from onecard.virtual_cards.states import observe

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Card
    from onecard.virtual_cards.layouts import ElementaryFile
    from onecard.virtual_cards.states import Region

__all__ = ["NEW_PIN", "WRONG_PIN", "Scene"]

CHALLENGE = bytes.fromhex("C1C2C3C4C5C6C7C8")
WRONG_PIN = bytes.fromhex("000000")
NEW_PIN = bytes.fromhex("654321")


class Scene:
    """A fresh card in a region's initial state, with what is needed to make events happen.

    Args:
        region: the region under test.
        version: version of the card.
        contactless: face.
        key: the key meant, in the regions of keys.
    """

    def __init__(self, region: Region, *, version: str, contactless: bool = False, key: str = "") -> None:
        self.region = region
        self.key = key
        self.face = CONTACTLESS if contactless else CONTACT
        self.card: Card = make_card(version, face=self.face)
        memory = self.card.memory
        if region.name == "purse":
            proof = PurseProof(counter=1, mac=bytes(4), tac=bytes(4))
            equip_purse(memory, PurseState(balance=9999, load_proof=proof, purchase_proof=proof))
        home = memory.layout.keys[key].scope if key else region.home
        if region.name == "payment":
            enter_bank(self.card)
        elif region.name == "selection":
            self.card.power_on(self.face)
        elif home != "SSSE":
            select(self.card, home or "DF01")
        assert self.card.session is not None
        self.card.session.waiting = b""

    @property
    def state(self) -> str:
        """The region's present state."""
        return observe(self.card, self.region.name, key=self.key)

    @property
    def conditions(self) -> frozenset[str]:
        """Conditions of rows that hold for this card and key."""
        blocks = f"{self.card.memory.algorithm.block_size}-byte blocks"
        return frozenset({"", blocks, self.key[:2]})

    # What the builders need.

    @property
    def application(self) -> str:
        """Name of the current application; of the one that was, without power."""
        return self.card.session.application.name if self.card.session else self.region.home or "DF01"

    def grant(self, *rights: str) -> None:
        """Hold rights, but never the one that the region is about."""
        about = {"pin": PIN}.get(self.region.name, self.key)
        if self.card.session is not None:
            self.card.session.rights |= {right for right in rights if right != about}

    def challenge(self) -> bytes:
        """Have a challenge fresh, unless the region is about it."""
        session = self.card.session
        if session is None:
            return CHALLENGE
        if self.region.name != "challenge":
            session.challenge = CHALLENGE
        return session.challenge[: self.card.memory.algorithm.block_size] or CHALLENGE

    def secured(self, header: str, data: bytes = b"", *, key: str, wrong: bool = False) -> bytes:
        """Build a command with MAC."""
        return with_mac(self.card, header, data, challenge=self.challenge(), key=key, flip=int(wrong))

    def stk(self) -> str | None:
        """Name the current application's maintenance key."""
        df = self.card.memory.layout.by_name.get(self.application)
        names = [slot.name for slot in df.keys if slot.use == "mac"] if df and df.keys else ["STK"]
        return names[0] if names else None

    def file(self, *, transparent: bool, write: bool, asks: bool = False) -> ElementaryFile | None:
        """Find a file here that does (not) ask for the region's right, and hold the other rights for it."""
        about = {"pin": PIN}.get(self.region.name, self.key)
        memory = self.card.memory
        df = memory.layout.by_name.get(self.application)
        for file in df.files if df else ():
            if file.transparent != transparent or not (transparent or write or memory.records(file)):
                continue
            for rights in (file.write if write else file.read).alternatives:
                if (about in rights) == asks:
                    self.grant(*rights)
                    return file
        return None
