"""What defects of commands with a MAC have in common: the MAC checked again, in a wrong way."""

from __future__ import annotations

from onecard.conformance.defects.wrong import WrongCard
from onecard.virtual_cards.security.messages import mac, session_key

__all__ = ["REFUSED", "AnyKey", "OtherMac", "instruction"]

REFUSED = bytes.fromhex("6988")
_MAC_SIZE = 4


def instruction(command: bytes) -> int:
    """Return CLA and INS of a command as one number; ``-1``: it has none."""
    return int.from_bytes(command[:2], "big") if len(command) >= 2 else -1


class OtherMac(WrongCard):
    """A MAC that is refused is looked at again, and the command carried out if it fits in another way."""

    latest = b""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Keep the challenge, which the card uses up."""
        self.latest = self.session.challenge
        return command, None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Look again."""
        return self.accept(command) if response == REFUSED and self.fits(command) else response

    def fits(self, command: bytes) -> bool:
        """Tell whether the MAC is taken after all."""
        return any(self.expected(command, key) == command[-_MAC_SIZE:] for key in self.keys())

    def keys(self) -> list[str]:
        """Name the keys that are tried."""
        return [slot.name for slot in self.session.application.keys if slot.use == "mac"]

    def expected(self, command: bytes, key: str) -> bytes:
        """Compute the MAC that would be taken."""
        memory = self.memory
        session = session_key(memory.algorithm, memory.card_key(key), self.latest)
        return mac(memory.algorithm, session, self.covered(command))

    def covered(self, command: bytes) -> bytes:
        """Return what the MAC covers."""
        return command[:-_MAC_SIZE]

    def accept(self, command: bytes) -> bytes:
        """Carry the command out."""
        if command[1] == 0x1E:
            blocked = self.memory.blocked_applications | {self.session.application.name}
            self.memory.write(blocked_applications=blocked)
            return bytes.fromhex("9000")
        if command[1] == 0x16:
            self.memory.write(card_blocked=True)
            return bytes.fromhex("9000")
        head = bytes((0x00, *command[1:4], command[4] - _MAC_SIZE))
        return self.card.transmit(head + command[5:-_MAC_SIZE])


class AnyKey(OtherMac):
    """The STK of any application does."""

    def keys(self) -> list[str]:
        """Name all of them."""
        return [name for name, slot in self.memory.layout.keys.items() if slot.use == "mac"]
