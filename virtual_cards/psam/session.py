"""What a PSAM forgets at power-off: where it stands, what it has derived, what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.psam.environments import Environment
    from onecard.virtual_cards.purse.amounts import PurchaseAmounts
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["DeliveredKey", "PsamSession", "SamPurchase"]


@dataclass(frozen=True, slots=True)
class DeliveredKey:
    """A session key in the working register, with what its root's type allows."""

    algorithm: Algorithm
    value: bytes
    type: int


@dataclass(frozen=True, slots=True)
class SamPurchase:
    """A purchase whose MAC1 has been given and whose MAC2 has not come yet."""

    algorithm: Algorithm
    key: bytes
    """SESPK."""
    amounts: PurchaseAmounts


@dataclass(slots=True)
class PsamSession:
    """Volatile side, new at each power-on."""

    environment: Environment | None
    random_bytes: Callable[[int], bytes]
    """Source of challenges."""
    in_application: bool = False
    current_file: int | None = None
    """File identifier."""
    delivered: DeliveredKey | None = None
    chain: bytes | None = None
    purchase: SamPurchase | None = None
    challenge: bytes = b""
    pending: bytes = b""

    def enter(self, environment: Environment | None, *, in_application: bool) -> None:
        """Change directory: file, delivered key, running MAC, purchase and challenge are forgotten."""
        self.environment = environment
        self.in_application = in_application
        self.current_file = self.delivered = self.chain = self.purchase = None
        self.challenge = b""

    def take_challenge(self) -> bytes:
        """Return the challenge and forget it."""
        challenge, self.challenge = self.challenge, b""
        return challenge
