"""The volatile state of a card: what exists between power-on and power-off, and nowhere else.

Rules of the security state (facts: card.md §11, §21 Q29), all of them here:

* ``PIN`` is a right until power-off; it survives the selection of other applications.
* A key's right lasts until power-off or until the current application changes; selecting the same
  application again, or EFs, keeps it.
* A challenge is used once, in the application in which it was asked for; a new one replaces it.
* A card whose PIN is not set holds the right ``PIN`` from power-on (§10, VERIFY: "PIN empty → 9000"), until
  one is set (ours).
* A failed VERIFY or EXTERNAL AUTHENTICATE takes away the right that it asked for (ours: the text is silent).
* A purse or payment transaction in progress ends when an application is selected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile
    from onecard.virtual_cards.payment.transaction import PaymentTransaction
    from onecard.virtual_cards.purse.transaction import PurseTransaction

__all__ = ["Session"]

_ENVIRONMENT = "SSSE"


class Session:
    """One powered period of one card, as command handlers see it.

    Args:
        memory: the card's non-volatile state.
        face: the interface in use.
        random_bytes: source of challenges, ``size -> bytes``.
    """

    __slots__ = (
        "application",
        "challenge",
        "face",
        "file",
        "memory",
        "partial_name",
        "partial_position",
        "payment",
        "purse",
        "random_bytes",
        "record",
        "rights",
        "waiting",
    )

    def __init__(self, memory: CardMemory, face: Face, random_bytes: Callable[[int], bytes]) -> None:
        self.memory = memory
        self.face = face
        self.random_bytes = random_bytes
        self.application: DedicatedFile = memory.layout.master
        self.file: ElementaryFile | None = None
        self.record = 0
        """Number of the current record, ``0``: none."""
        self.rights: set[str] = set() if memory.pin else {PIN}
        self.challenge = b""
        self.waiting = b""
        """Answer that waits for GET RESPONSE."""
        self.partial_name = b""
        """Name of the last SELECT by name, for "next"."""
        self.partial_position = -1
        self.purse: PurseTransaction | None = None
        """Load or purchase that INITIALIZE began; ``None``: idle."""
        self.payment: PaymentTransaction | None = None
        """Payment that GET PROCESSING OPTIONS began; ``None``: none."""

    def select_application(self, application: DedicatedFile) -> None:
        """Make an application current; another one than before ends the rights of keys and the challenge."""
        if application is not self.application:
            self.application = application
            self.rights &= {PIN}
            self.challenge = b""
        self.file = None
        self.record = 0
        self.purse = None
        self.payment = None

    def select_file(self, file: ElementaryFile) -> None:
        """Make an EF current, with no current record."""
        self.file = file
        self.record = 0

    def take_challenge(self) -> bytes:
        """Return the challenge and forget it."""
        challenge, self.challenge = self.challenge, b""
        return challenge

    def is_blocked(self, application: DedicatedFile) -> bool:
        """Tell whether an application is blocked, or the environment around it is (ours: it is a DDF)."""
        blocked = self.memory.blocked_applications
        if not blocked:
            return False
        return application.name in blocked or (
            _ENVIRONMENT in blocked and application.environment == "social" and application.name != "MF"
        )
