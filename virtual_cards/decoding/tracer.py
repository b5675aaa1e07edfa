"""A dialogue followed exchange by exchange: each is explained in the light of those before it.

Under T=0 an answer comes in two steps: ``61xx``, then GET RESPONSE. The tracer explains what GET RESPONSE
brings as the answer to the command that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onecard.virtual_cards.decoding.answer_to_reset import explain_atr
from onecard.virtual_cards.decoding.commands import command_name, explain_command
from onecard.virtual_cards.decoding.context import Context, follow, referenced_file
from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.decoding.fields import explain_fields
from onecard.virtual_cards.decoding.forms import form_of
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.apdu import parse_command

__all__ = ["Exchange", "Tracer", "explain_response", "explain_status"]

_UNTAGGED = 0x80
"""Tag of a payment command's answer that has no tags inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A command and its response, explained; either may be missing from a log."""

    command: Explanation | None
    response: Explanation | None
    place: str
    """Where the dialogue stands after it: ``"SSSE/EF05"``; empty when nothing is known."""

    def tree(self) -> dict[str, Any]:
        """Return the exchange for JSON."""
        return {
            "command": self.command.tree() if self.command else None,
            "response": self.response.tree() if self.response else None,
            "place": self.place,
        }


class Tracer:
    """Follows one dialogue with one card.

    Args:
        version: specification version that is assumed until the card tells its own.
    """

    def __init__(self, *, version: str = "3.00") -> None:
        self.context = Context.of(version)

    def reset(self, atr: bytes) -> Explanation:
        """Explain an answer to reset; the dialogue begins again."""
        self.context = Context(layout=self.context.layout)
        return explain_atr(atr)

    def exchange(self, command: bytes | None, response: bytes | None) -> Exchange:
        """Explain one exchange.

        Args:
            command: ``None`` if the log does not have it.
            response: data and status word; ``None`` if the log does not have it, empty if the card was mute.
        """
        before = self.context
        if command is not None and response is not None:
            self.context = follow(before, command, response)
        return Exchange(
            command=explain_command(command, before) if command is not None else None,
            response=explain_response(response, command, before, self.context)
            if response is not None
            else None,
            place=_place(self.context),
        )


def explain_response(
    response: bytes, command: bytes | None, before: Context, after: Context | None = None
) -> Explanation:
    """Explain a response APDU.

    Args:
        response: data and status word.
        command: what it answers; ``None`` if that is not known.
        before: where the dialogue stood before the command.
        after: where it stands now; it knows the card's version when the answer itself told it.
    """
    names = ("response", "应答")
    if not response:
        return Explanation(
            english=names[0], chinese=names[1], meaning=("the card did not answer", "卡片无应答")
        )
    if len(response) == 1:
        return malformed(*names, response, "shorter than a status word")
    data = response[:-2]
    parts = _answer(data, command, before, after or before)
    return Explanation(
        english=names[0],
        chinese=names[1],
        raw=response,
        value=hexadecimal(response),
        parts=(*parts, explain_status(response[-2:])),
    )


def explain_status(word: bytes) -> Explanation:
    """Explain a status word; families tell their number: ``63C2``, two tries left."""
    value = int.from_bytes(word, "big")
    row = status.family(value)
    english, chinese = (row.english, row.chinese) if row else ("not in the standard's list", "标准未列出")
    if row is not None and row.mask != 0xFFFF:
        number = value & ~row.mask & 0xFFFF
        english = english.replace("xx ", f"{number} ", 1).replace("x tries", f"{number} tries")
        english = english.replace("xx is", f"{number} is")
        chinese = chinese.replace("xx", str(number)).replace("x次", f"{number}次")
    return Explanation(
        english="status", chinese="状态字", raw=word, value=hexadecimal(word), meaning=(english, chinese)
    )


def _answer(data: bytes, command: bytes | None, before: Context, after: Context) -> tuple[Explanation, ...]:
    """Explain response data as the answer to the command, or to the one that GET RESPONSE fetches for."""
    if not data:
        return ()
    answered = command
    if command is not None and command_name(command, before) == "GET RESPONSE":
        answered = before.pending or None
    apdu = parse_command(answered) if answered is not None else None
    form = form_of(apdu.ins, apdu.p1, before.environment) if apdu is not None else None
    if apdu is None or form is None or not form.answer:
        return (Explanation(english="data", chinese="数据", raw=data, value=hexadecimal(data)),)
    fields = form.answer
    if form.untagged_answer and data[0] == _UNTAGGED and data[1:2] == bytes((len(data) - 2,)):
        fields, data = form.untagged_answer, data[2:]
    file = referenced_file(after, apdu) or referenced_file(before, apdu)
    return explain_fields(fields, data, file=file, context=before)


def _place(context: Context) -> str:
    if context.file is not None:
        return "/".join(context.file.path)
    return context.name
