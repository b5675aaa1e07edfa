"""An adapter program: a child process that speaks JSON lines on its standard input and output.

One request is one line, one answer is one line, in UTF-8, each an object; nothing is sent before the
answer to the last request came. Bytes are hexadecimal text, an even number of digits, upper or lower case.

==================================================================  =======================================
request                                                             answer
==================================================================  =======================================
``{"do":"hello","protocol":1}``                                     ``{"name":"…","faces":["contact"],
                                                                    "fresh":false,"tears":false,
                                                                    "hot_plug":false}``
``{"do":"prepare","case":"…","personality":"…","face":"contact"}``  ``{}``
``{"do":"reset"}``                                                  ``{"atr":"3B…"}``
``{"do":"transmit","command":"00A4…"}``                             ``{"response":"…9000"}``
``{"do":"tear","command":"00D6…","after_bytes":5}``                 ``{"response":""}``
``{"do":"remove"}``                                                 ``{}``
``{"do":"insert"}``                                                 ``{"atr":"3B…"}``
``{"do":"bye"}``                                                    ``{}``, or nothing; then the end
==================================================================  =======================================

* ``name`` is a text of one line; ``faces`` is at least one of ``contact`` and ``contactless``. The other
  three may be left out, and are then false.
* ``prepare`` is sent only to an adapter that said ``fresh``: it gets a new card of this personality ready,
  without power. ``tear`` is sent only after ``tears``: the power fails when the card has written so many
  bytes. ``remove`` and ``insert`` are sent only after ``hot_plug``.
* ``reset`` is a cold reset. An empty ``atr`` or ``response`` says that the card is there and gave no answer;
  else a response is data and status word.
* ``{"gone":true}`` answers any request but the first and the last when there is no card.
* ``{"error":"…"}`` answers any request that the adapter itself cannot carry out.
* What goes to standard error is kept, its last lines, for the person who looks for the fault.

An answer later than the limit, no line, too long a line, no JSON, another field or another type, and the end
of the program are errors of the adapter. It is then killed with all that it started in its process group, and
started again for the next case, :data:`STARTS` times in all. Before ``bye`` nothing makes it end.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec

from onecard.conformance.adapters.child import Child, ChildError
from onecard.conformance.adapters.port import AdapterError, CardGoneError, Traits
from onecard.conformance.model.case import FaceName
from onecard.sim.errors import EnvironmentLacksError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

__all__ = ["STARTS", "CommandPort"]

PROTOCOL = 1
STARTS = 4
"""How often the program is started in a run, the first time included."""
_LONGEST_RESPONSE = 2 * (65536 + 2)

Hexadecimal = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9A-Fa-f]{2})*\Z", max_length=_LONGEST_RESPONSE)]


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    gone: Literal[True] | None = None
    error: str | None = None


class _Hello(_Answer, frozen=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]*\Z", max_length=200)]
    faces: Annotated[list[FaceName], msgspec.Meta(min_length=1, max_length=2)]
    fresh: bool = False
    tears: bool = False
    hot_plug: bool = False


class _Reset(_Answer, frozen=True):
    atr: Hexadecimal | None = None


class _Response(_Answer, frozen=True):
    response: Hexadecimal | None = None


A = TypeVar("A", bound=_Answer)


class CommandPort:
    """See :class:`~onecard.conformance.adapters.port.CardPort`.

    Args:
        command: the command line, in shell's words; no shell runs it.
        limit_s: how long an answer may take, in seconds.

    Raises:
        InputError: that is no command line, or the program does not say hello.
        EnvironmentLacksError: there is no such program.
    """

    def __init__(self, command: str, *, limit_s: float) -> None:
        self.name = f"cmd:{command}"
        self._words = _words(command)
        self._limit_s = limit_s
        self._starts = 0
        self._child: Child | None = None
        try:
            self.traits, self.says = self._start()
        except AdapterError as error:
            notes = "; ".join(getattr(error, "__notes__", ()))
            what = f"{error} ({notes})" if notes else str(error)
            raise InputError(what, where="IUT cmd:", value=command, allowed="see its protocol") from error
        except OSError as error:
            raise EnvironmentLacksError(
                f"{self._words[0]} cannot be started ({error.strerror})", remedy="the program, with its path"
            ) from error

    def prepare(self, case: str, personality: str, face: str) -> None:
        """Start the program if it was killed, and let it get a card ready if it can."""
        if self._child is None:
            self._start_again()
        if self.traits.fresh:
            self._ask({"do": "prepare", "case": case, "personality": personality, "face": face}, _Answer)

    def reset(self) -> bytes:
        """Cold reset."""
        return self._bytes(self._ask({"do": "reset"}, _Reset).atr, "atr")

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        asked = {"do": "transmit", "command": command.hex().upper()}
        return self._response(self._ask(asked, _Response))

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        action()

    def tear(self, command: bytes, after_bytes: int) -> bytes:
        """Exchange one APDU; the power fails."""
        asked = {"do": "tear", "command": command.hex().upper(), "after_bytes": after_bytes}
        return self._response(self._ask(asked, _Response))

    def remove(self) -> None:
        """Take the card out."""
        self._ask({"do": "remove"}, _Answer)

    def insert(self) -> bytes:
        """Put it back."""
        return self._bytes(self._ask({"do": "insert"}, _Reset).atr, "atr")

    def close(self) -> None:
        """Say bye and end the program, by force if it must be."""
        child, self._child = self._child, None
        if child is not None:
            child.end(msgspec.json.encode({"do": "bye"}))

    def _start(self) -> tuple[Traits, str]:
        self._starts += 1
        self._child = Child(self._words, limit_s=self._limit_s)
        hello = self._ask({"do": "hello", "protocol": PROTOCOL}, _Hello)
        traits = Traits(
            fresh=hello.fresh, faces=frozenset(hello.faces), tears=hello.tears, hot_plug=hello.hot_plug
        )
        return traits, hello.name

    def _start_again(self) -> None:
        if self._starts >= STARTS:
            raise AdapterError(f"the adapter broke {STARTS} times and is not started again")
        try:
            traits, says = self._start()
        except OSError:
            raise AdapterError("the adapter cannot be started again") from None
        if (traits, says) != (self.traits, self.says):
            self._break("the adapter says another hello than before")

    def _ask(self, request: dict[str, Any], kind: type[A]) -> A:
        if self._child is None:
            raise AdapterError("the adapter broke earlier in this case")
        try:
            line = self._child.ask(msgspec.json.encode(request))
        except ChildError as error:
            self._break(str(error))
        try:
            answer = msgspec.json.decode(line, type=kind)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            self._break(f"the adapter's answer to {request['do']} is not of the protocol", line)
        if answer.error is not None:
            self._break(f"the adapter reports that it cannot {request['do']}", answer.error.encode())
        if answer.gone:
            raise CardGoneError("the adapter says that the card is gone")
        return answer

    def _response(self, answer: _Response) -> bytes:
        response = self._bytes(answer.response, "response")
        if len(response) == 1:
            self._break("the adapter's response is shorter than a status word")
        return response

    def _bytes(self, text: str | None, field: str) -> bytes:
        if text is None:
            self._break(f"the adapter's answer has no {field}")
        return bytes.fromhex(text)

    def _break(self, what: str, shown: bytes = b"") -> NoReturn:
        """Kill the program; what differs from machine to machine goes into the error's note."""
        error = AdapterError(what)
        child, self._child = self._child, None
        if shown:
            error.add_note(f"it said: {shown[:200].decode(errors='backslashreplace')}")
        if child is not None:
            child.kill()
            if child.last_words:
                error.add_note(f"its standard error: {child.last_words}")
        raise error from None


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"not a command line ({error})", where="IUT cmd:", value=command) from None
    if not words or "\0" in command:
        raise InputError("not a command line", where="IUT cmd:", value=command, allowed="cmd:PROGRAM [WORD]…")
    return words
