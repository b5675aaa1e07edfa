"""A PC/SC context, and what PC/SC's results mean in our exceptions.

pyscard is needed (``pip install onecard[pcsc]``) and is imported when the first context is made.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.parts import INSTALL_PYSCARD
from onecard.virtual_cards.pcsc_stack.system_pcscd import ALLOW_USER, RESTART, START, daemon_listens
from onecard.virtual_cards.readers.bounded_calls import BoundedCalls
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CALL_LIMIT_S", "PcscContext", "code_of", "list_readers"]

CALL_LIMIT_S = 65.0
"""Longest wait for one PC/SC call: more than the slowest card that a slot serves takes for a command."""

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
    """A PC/SC context; ended with its owner.

    Args:
        limit_s: how long one call may take, in seconds.

    Raises:
        PcscLacksError: pyscard is missing, or no daemon answers.
    """

    __slots__ = ("_bounded", "handle", "scard")

    def __init__(self, limit_s: float = CALL_LIMIT_S) -> None:
        self.handle: int | None = None
        self.scard = _scard()
        self._bounded = BoundedCalls(limit_s)
        result, handle = self._establish()
        if result:
            self._bounded.end()
            raise self._unavailable(result)
        self.handle = handle

    def call(self, name: str, *arguments: Any, reader: str, longer_s: float = 0) -> Any:
        """Make a PC/SC call and return what it returns.

        Args:
            name: of the function.
            arguments: of the function.
            reader: name for the message.
            longer_s: how much longer than the limit it may take.

        Raises:
            CardConnectionException: it did not come back in time.
        """
        try:
            return self._bounded(getattr(self.scard, name), *arguments, longer_s=longer_s)
        except TimeoutError:
            raise self._late(reader, self._bounded.limit_s + longer_s) from None

    def together(self, action: Callable[[], None], *, reader: str) -> None:
        """Carry out an action of many calls in less time than one by one (raises as :meth:`call`)."""
        try:
            self._bounded.together(action)
        except TimeoutError:
            raise self._late(reader, self._bounded.limit_s) from None

    def _late(self, reader: str, limit_s: float) -> CardConnectionException:
        return CardConnectionException(
            f"reader {reader!r}: no answer within {limit_s:g} s; another program"
            " holds the card in a transaction, or the PC/SC daemon is stopped"
        )

    def _unavailable(self, result: int) -> PcscLacksError:
        if daemon_listens():  # it took us and let go of us: its result differs with the moment
            what = f"the PC/SC daemon hung up: it refuses this user, or is ending ({self.text(result)})"
            return PcscLacksError(what, remedy=ALLOW_USER)
        return PcscLacksError(f"no PC/SC daemon answers ({self.text(result)})", remedy=START)

    def _establish(self) -> tuple[int, int]:
        try:
            established: tuple[int, int] = self._bounded(
                self.scard.SCardEstablishContext, self.scard.SCARD_SCOPE_USER
            )
        except TimeoutError:
            self._bounded.end()
            what = f"the PC/SC daemon does not answer within {self._bounded.limit_s:g} s"
            raise PcscLacksError(what, remedy=RESTART) from None
        return established

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
        if self.handle is None:
            return
        handle, self.handle = self.handle, None
        if not self._bounded.stuck:  # called here: when Python ends, no other thread runs any more
            self.scard.SCardReleaseContext(handle)
        elif not sys.is_finalizing():
            # Without its context a call that waits for a transaction comes back; this one may itself block.
            threading.Thread(target=self.scard.SCardReleaseContext, args=(handle,), daemon=True).start()
        self._bounded.end()

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
        result, names = context.call("SCardListReaders", context.handle, [], reader="of any name")
        if code_of(result) == _NO_READERS:
            return []
        if result:
            raise PcscError(f"the readers cannot be listed ({context.text(result)})")
        return [str(name) for name in names]
    except CardConnectionException as error:
        raise PcscError(f"the readers cannot be listed ({error})") from None
    finally:
        context.release()
