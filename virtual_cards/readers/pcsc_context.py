"""A PC/SC context, and what PC/SC's results mean in our exceptions.

pyscard is needed (``pip install onecard[pcsc]``) and is imported when the first context is made.
"""

from __future__ import annotations

from typing import Any

from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.parts import INSTALL_PYSCARD
from onecard.virtual_cards.pcsc_stack.system_pcscd import START
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException

__all__ = ["PcscContext", "code_of", "list_readers"]

_NO_CARD = frozenset({0x8010000C, 0x80100069})
"""SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD."""
_NO_SERVICE = frozenset({0x8010001D, 0x8010001E, 0x80100013, 0x80100014, 0x8010006A})
"""SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED, SCARD_F_COMM_ERROR, SCARD_F_UNKNOWN_ERROR, and what pcsc-lite
says when the daemon hangs up: SCARD_W_SECURITY_VIOLATION."""
_NO_READERS = 0x8010002E
"""SCARD_E_NO_READERS_AVAILABLE."""
_RESET = 0x80100068
"""SCARD_W_RESET_CARD."""


def _scard() -> Any:
    try:
        from smartcard import scard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PcscLacksError("real PC/SC needs the Python package pyscard", remedy=INSTALL_PYSCARD) from error
    return scard


def code_of(result: int) -> int:
    """Return a PC/SC result as the unsigned number of the tables."""
    return result & 0xFFFFFFFF


class PcscContext:
    """A PC/SC context; ended with its owner."""

    __slots__ = ("handle", "scard")

    def __init__(self) -> None:
        self.scard = _scard()
        result, self.handle = self.scard.SCardEstablishContext(self.scard.SCARD_SCOPE_USER)
        if result:
            self.handle = None
            raise PcscLacksError(f"no PC/SC daemon answers ({self.text(result)})", remedy=START)

    def text(self, result: int) -> str:
        """Return PC/SC's words for a result."""
        return f"{self.scard.SCardGetErrorMessage(result)} 0x{code_of(result):08X}".replace(". ", " ")

    def check(self, result: int, reader: str) -> None:
        """Raise what a PC/SC result means; nothing for success.

        Args:
            result: of a PC/SC call.
            reader: name for the message.
        """
        if not result:
            return
        code = code_of(result)
        text = f"reader {reader!r}: {self.text(result)}"
        if code in _NO_CARD:
            raise NoCardException(text)
        if code == _RESET:
            raise CardConnectionException(f"{text}; another program reset the card: reset() and begin again")
        if code in _NO_SERVICE:
            raise CardConnectionException(f"{text}; the PC/SC daemon has gone, or refuses this user")
        raise CardConnectionException(text)

    def release(self) -> None:
        """End the context; may be called again."""
        if self.handle is not None:
            self.scard.SCardReleaseContext(self.handle)
            self.handle = None

    def __del__(self) -> None:
        if getattr(self, "handle", None) is not None:
            self.release()


def list_readers() -> list[str]:
    """Return the names of the readers that the PC/SC daemon has.

    Raises:
        PcscLacksError: pyscard is missing, or no daemon answers.
    """
    context = PcscContext()
    try:
        result, names = context.scard.SCardListReaders(context.handle, [])
        if code_of(result) == _NO_READERS:
            return []
        if result:
            raise PcscError(f"the readers cannot be listed ({context.text(result)})")
        return [str(name) for name in names]
    finally:
        context.release()
