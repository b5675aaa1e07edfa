"""Cards in slots while ``onecard card serve`` runs, and the lines by which its user moves them.

Slots are numbered from 1. What touches a card's memory while it is served runs in the slots' thread.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.cli.card_log import ApduLog
from onecard.cli.card_source import card_of, image_path, open_image, write_image_file
from onecard.cli.card_target import faulty
from onecard.sim.errors import InputError, one_line
from onecard.virtual_cards.readers.slots import SlotError, SlotEvent, SlotEventKind, SlotHost

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress
    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.readers.slots import Slot

__all__ = ["COMMANDS", "CardSlots", "ServedMemory"]

_MOST_DIGITS = 24
"""Of a slot's number that are read; Python refuses to read some thousands."""
_SHOWN = 200
"""Characters of a wrong line that are repeated."""
COMMANDS = "list; remove [SLOT]; insert [SLOT] [IMAGE]; swap [SLOT] IMAGE; save; quit"
_TOLD = {
    SlotEventKind.INSERTED: "inserted 已插入",
    SlotEventKind.REMOVED: "removed 已取出",
    SlotEventKind.SWAPPED: "swapped 已更换",
    SlotEventKind.MUTE: "did not answer 无应答",
    SlotEventKind.WAITING: "waits for the driver 等待驱动",
    SlotEventKind.FAILED: "failed 失败",
}


@dataclass(slots=True)
class ServedMemory:
    """A card that can stand in a slot."""

    memory: CardMemory
    title: str
    path: Path | None = None
    """Where it is saved; ``None``: it did not come from an image."""


class CardSlots:
    """Slots, and the cards that are or were in them.

    Args:
        addresses: the slots of the daemon.
        face: shown by every card.
        faults: put round every card.
        seed: of the challenges.
        log: takes every APDU.
        say: tells the user about events, and answers lines.
    """

    def __init__(
        self,
        addresses: Sequence[SlotAddress],
        *,
        face: Face,
        faults: Sequence[str],
        seed: int,
        log: ApduLog,
        say: Callable[[str], None],
    ) -> None:
        self.host = SlotHost(observer=self._observe)
        self.slots = [self.host.open(address.port, name=address.reader) for address in addresses]
        self.cards: dict[int, ServedMemory] = {}
        """The card that is, or was last, in each slot, by number."""
        self._loaded: dict[Path, ServedMemory] = {}
        """Every card that came from an image: its memory is kept when it is taken out."""
        self._numbers = {slot: number for number, slot in enumerate(self.slots, start=1)}
        self._face, self._faults, self._seed = face, faults, seed
        self._log, self._say = log, say

    def fill(self, cards: Sequence[ServedMemory]) -> None:
        """Put cards into the first slots, all at once, and wait until the driver sees them all."""
        for number, card in enumerate(cards, start=1):
            self._slot(number).insert(self._powered(card), self._face)
            self._keep(number, card)
        for number in self.cards:
            self._slot(number).wait()

    def title(self, number: int) -> str:
        """Say which card is in a slot; empty if none is."""
        return self.cards[number].title if self._slot(number).card is not None else ""

    def insert(self, number: int, card: ServedMemory | None = None) -> None:
        """Put a card into a slot, or put back the one that was there, and wait until the driver sees it.

        Raises:
            SlotError: the slot holds a card, or the driver does not come.
            InputError: there was no card to put back, or the image is in another slot.
        """
        card = card or self.cards.get(number)
        if card is None:
            raise InputError("no card was in this slot", value=number, allowed=f"insert {number} IMAGE")
        self._refuse_twice(number, card)
        self._slot(number).insert(self._powered(card), self._face)
        self._keep(number, card)
        self._slot(number).wait()

    def swap(self, number: int, card: ServedMemory) -> None:
        """Change the card behind a slot (raises as :meth:`insert`)."""
        self._refuse_twice(number, card)
        self._slot(number).swap(self._powered(card))
        self._keep(number, card)

    def save(self) -> list[Path]:
        """Write the images of all cards that came from one; return their files."""
        for path, card in self._loaded.items():
            write_image_file(card.memory, path)
        return list(self._loaded)

    def close(self) -> None:
        """Take all cards out and end the thread."""
        self.host.close()

    def obey(self, line: str) -> bool:
        """Carry out one line of the user; ``False`` to stop. What is wrong is said, and nothing happens."""
        words = line.split()
        try:
            return self._carry_out(words[0].lower(), words[1:]) if words else True
        except (InputError, SlotError) as error:
            self._say(f"{one_line(line)[:_SHOWN]}: {error}")
            return True

    def _carry_out(self, verb: str, words: list[str]) -> bool:
        number = self._number(words.pop(0)) if words and words[0].isdecimal() else 1
        image = " ".join(words)
        if verb in ("quit", "exit"):
            return False
        if verb == "list":
            self.list()
        elif verb == "remove":
            self._slot(number).remove()
        elif verb == "insert":
            self.insert(number, self._from_image(image) if image else None)
        elif verb == "swap":
            self.swap(number, self._from_image(image))
        elif verb == "save":
            saved = self.host.loop.call(self.save)
            self._say(f"saved 已保存: {', '.join(map(str, saved)) or 'nothing, no card came from an image'}")
        else:
            raise InputError("unknown command", value=verb, allowed=COMMANDS)
        return True

    def list(self) -> None:
        """Say what is in each slot."""
        for number, slot in enumerate(self.slots, start=1):
            self._say(f"  {number}  {slot.name}: {self.title(number) or 'empty 空'}")

    def _from_image(self, text: str) -> ServedMemory:
        """Return an image's card; one that was served before is as it was left."""
        path = image_path(text)
        known = self._loaded.get(path.resolve())
        return known or ServedMemory(open_image(path), f"image {path}", path.resolve())

    def _keep(self, number: int, card: ServedMemory) -> None:
        self.cards[number] = card
        if card.path is not None:
            self._loaded[card.path] = card

    def _powered(self, card: ServedMemory) -> PoweredCard:
        return faulty(card_of(card.memory, seed=self._seed), self._faults)

    def _number(self, text: str) -> int:
        number = int(text[:_MOST_DIGITS])
        if not 1 <= number <= len(self.slots):
            raise InputError("no such slot", value=number, allowed=f"1 to {len(self.slots)}")
        return number

    def _slot(self, number: int) -> Slot:
        return self.slots[number - 1]

    def _refuse_twice(self, number: int, card: ServedMemory) -> None:
        """One card cannot be in two slots."""
        for other, present in self.cards.items():
            if present is card and other != number and self._slot(other).card is not None:
                raise InputError("this card is in another slot", value=card.title, allowed=f"remove {other}")

    def _observe(self, event: SlotEvent) -> None:
        number = self._numbers.get(event.slot, 0)
        self._log.observe(event, f"slot{number}")
        if event.kind in _TOLD:
            detail = f" ({event.detail})" if event.detail else ""
            self._say(f"slot {number} {event.slot.name}: {_TOLD[event.kind]}{detail}")
            sys.stdout.flush()
