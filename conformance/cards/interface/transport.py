"""61xx, GET RESPONSE, 6Cxx, Le on both faces (facts: card.md §10, §21 Q15 and Q16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_GET = "00C00000"
_READ = "00B2012C"
"""Record 1 of EF05, 18 bytes."""
_SHORT = "05"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases: those of every face, then those of this one."""
    yield nothing_waits(context)
    yield short_le(context)
    yield le_given(context)
    yield read_short(context)
    yield read_long(context)
    if context.habits.waits_with_61:
        yield from _waiting_answers(context)
    else:
        yield direct(context)
        yield all_of_it(context)


def _waiting_answers(context: Context) -> Iterator[Case]:
    """Where the standard lets answers wait; elsewhere they do by the project's choice only."""
    yield waiting(context)
    yield waiting_proof(context)
    yield nothing_waits_after_an_answer(context)
    yield whole(context)
    yield asked_for_all(context)
    yield asked_for_too_much(context)
    yield in_parts(context)
    yield lost_after_another_command(context)
    yield lost_after_a_reset(context)
    yield right_length(context)


def _leave_waiting(c: CaseBuilder) -> tuple[str, str]:
    """Leave the FCI of the SSSE waiting; returns the hole of the whole, and that of its length."""
    whole = c.alive()
    c.send(SELECT_SSSE, raw=True, name="told")
    c.status("61xx")
    return "{" + whole + "}", "{told.sw[1:2]}"


def nothing_waits(context: Context) -> Case:
    """Right after a reset."""
    rule = "card/transport/nothing-waits"
    c = CaseBuilder(f"{rule}/01", "GET RESPONSE answers 6F00 when nothing waits.", context)
    c.reset()
    for le in ("00", "10"):
        c.send(_GET + le, raw=True)
        c.status("6F00", rule=rule, shows="forbidden")
    return c.case()


def nothing_waits_after_an_answer(context: Context) -> Case:
    """After a command whose answer came at once there is nothing; after one that waits there is."""
    rule = "card/transport/nothing-waits"
    c = CaseBuilder(f"{rule}/02", "GET RESPONSE answers 6F00 after an answer that was given.", context)
    c.must("0084000008")
    c.send(_GET + "08", raw=True)
    c.status("6F00", rule=rule, shows="forbidden")
    _, size = _leave_waiting(c)
    c.send(_GET + size, raw=True)
    c.status("9000", rule=rule)
    return c.case()


def whole(context: Context) -> Case:
    """Once, and no second time."""
    rule = "card/transport/get-response"
    c = CaseBuilder(f"{rule}/01", "GET RESPONSE with the told length gives the whole answer, once.", context)
    answer, size = _leave_waiting(c)
    c.send(_GET + size, raw=True)
    c.status("9000", rule=rule)
    c.data(answer, rule=rule)
    c.send(_GET + size, raw=True)
    c.status("6F00", rule=rule, shows="forbidden")
    return c.case()


def asked_for_all(context: Context) -> Case:
    """Le = 00 while an answer waits."""
    rule = "card/transport/get-response-zero"
    c = CaseBuilder(f"{rule}/01", "GET RESPONSE with Le = 00 is told the right length.", context)
    answer, size = _leave_waiting(c)
    c.send(_GET + "00", raw=True, name="zero")
    c.status("6Cxx", rule=rule, shows="forbidden")
    c.length(0, rule=rule, shows="forbidden")
    c.send(_GET + "{zero.sw[1:2]}", raw=True)
    c.status("9000", rule=rule)
    c.data(answer, rule=rule)
    c.value_in(0, 1, size, of="{zero.sw[1:2]}", rule=rule)
    return c.case()


def asked_for_too_much(context: Context) -> Case:
    """One byte more than waits, and the most."""
    rule = "card/transport/get-response-long"
    c = CaseBuilder(f"{rule}/01", "GET RESPONSE with too long an Le is told the right length.", context)
    answer, size = _leave_waiting(c)
    more = c.let("add", size, "01")
    for le in (more, "FF"):
        c.send(_GET + le, raw=True)
        c.status("6Cxx", rule=rule, shows="forbidden")
        c.value_in(0, 1, size, of="{" + c.last + ".sw[1:2]}", rule=rule, shows="forbidden")
    c.send(_GET + size, raw=True)
    c.data(answer, rule=rule)
    return c.case()


def in_parts(context: Context) -> Case:
    """Five bytes, then the rest."""
    rule = "card/transport/get-response-parts"
    c = CaseBuilder(f"{rule}/01", "GET RESPONSE with a short Le gives a part and tells the rest.", context)
    answer, size = _leave_waiting(c)
    rest = c.let("subtract", size, _SHORT)
    c.send(_GET + _SHORT, raw=True, name="part")
    c.status("61xx", rule=rule)
    c.data(answer[:-1] + "[:5]}", rule=rule)
    c.value_in(0, 1, rest, of="{part.sw[1:2]}", rule=rule)
    c.send(_GET + rest, raw=True)
    c.status("9000", rule=rule)
    c.data(answer[:-1] + "[5:]}", rule=rule)
    return c.case()


def short_le(context: Context) -> Case:
    """SELECT with room for five bytes of its FCI."""
    rule = "card/transport/le-short"
    c = CaseBuilder(f"{rule}/01", "With too short an Le the answer waits behind 61xx.", context)
    answer = "{" + c.alive() + "}"
    c.send(f"{SELECT_SSSE}{_SHORT}", raw=True, name="told")
    c.status("61xx", rule=rule)
    c.length(0, rule=rule)
    c.send(_GET + "{told.sw[1:2]}", raw=True)
    c.data(answer, rule=rule)
    return c.case()


def le_given(context: Context) -> Case:
    """Le 00, and exactly as many as come."""
    rule = "card/transport/le-given"
    c = CaseBuilder(f"{rule}/01", "With Le enough the answer comes directly.", context)
    c.send(f"{SELECT_SSSE}00", raw=True)
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
    c.send(f"0088000010{'11' * 16}08", raw=True)
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def lost_after_another_command(context: Context) -> Case:
    """Three commands, one of them refused."""
    rule = "card/transport/answer-lost"
    c = CaseBuilder(f"{rule}/01", "Another command gives up the answer that waits.", context)
    for command in ("0084000008", "00A4020002 EF05", "00A4020002 EFEE"):
        c.send(SELECT_SSSE, raw=True)
        c.status("61xx")
        c.send(command, raw=True)
        c.send(_GET + "10", raw=True)
        c.status("6F00", rule=rule, shows="forbidden")
    _, size = _leave_waiting(c)
    c.send(_GET + size, raw=True)
    c.status("9000", rule=rule)
    return c.case()


def lost_after_a_reset(context: Context) -> Case:
    """Reset between the two."""
    rule = "card/transport/answer-ends-with-reset"
    c = CaseBuilder(f"{rule}/01", "A reset gives up the answer that waits.", context)
    _, size = _leave_waiting(c)
    c.send(_GET + size, raw=True)
    c.status("9000", rule=rule)
    c.send(SELECT_SSSE, raw=True)
    c.status("61xx")
    c.reset()
    c.send(_GET + "10", raw=True)
    c.status("6F00", rule=rule, shows="forbidden")
    return c.case()


def read_short(context: Context) -> Case:
    """Four bytes of eighteen."""
    rule = "card/transport/read-short"
    c = CaseBuilder(f"{rule}/01", "READ RECORD with a short Le is told the right length.", context)
    c.send(_READ + "04", raw=True)
    c.status("6C12", rule=rule)
    c.length(0, rule=rule)
    return c.case()


def read_long(context: Context) -> Case:
    """More than eighteen bytes."""
    rule = "card/transport/read-long"
    c = CaseBuilder(f"{rule}/01", "READ RECORD with a long Le answers as its face does.", context)
    for le in ("13", "FF"):
        c.send(_READ + le, raw=True)
        if context.habits.long_le_gets_6c:
            c.status("6C12", rule=rule)
            c.length(0, rule=rule)
        else:
            c.status("9000", rule=rule)
            c.length(18, rule=rule)
    return c.case()


def waiting(context: Context) -> Case:
    """SELECT without Le."""
    rule = "card/transport/waiting"
    c = CaseBuilder(f"{rule}/01", "SELECT without Le answers 61xx, and xx bytes wait.", context)
    answer = "{" + c.alive() + "}"
    c.send(SELECT_SSSE, raw=True, name="told")
    c.status("61xx", rule=rule)
    c.length(0, rule=rule)
    c.send(_GET + "{told.sw[1:2]}", raw=True)
    c.status("9000", rule=rule)
    c.data(answer, rule=rule)
    return c.case()


def waiting_proof(context: Context) -> Case:
    """Send INTERNAL AUTHENTICATE without Le."""
    rule = "card/transport/waiting"
    c = CaseBuilder(f"{rule}/02", "INTERNAL AUTHENTICATE without Le answers 6108.", context)
    c.send(f"0088000010{'11' * 16}", raw=True)
    c.status("6108", rule=rule)
    c.send(_GET + "08", raw=True)
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def right_length(context: Context) -> Case:
    """Le = 00, then the length that came."""
    rule = "card/transport/right-length"
    c = CaseBuilder(f"{rule}/01", "READ RECORD with Le = 00 answers 6Cxx with the true length.", context)
    c.send(_READ + "00", raw=True, name="told")
    c.status("6C12", rule=rule)
    c.length(0, rule=rule)
    c.send(_READ + "{told.sw[1:2]}", raw=True)
    c.status("9000", rule=rule)
    c.matches("0110" + ".." * 16, rule=rule)
    return c.case()


def direct(context: Context) -> Case:
    """SELECT and INTERNAL AUTHENTICATE, with and without Le."""
    rule = "card/transport/direct"
    c = CaseBuilder(f"{rule}/01", "Over the contactless face answers come without 61xx.", context)
    for le in ("", "00"):
        c.send(SELECT_SSSE + le, raw=True)
        c.status("9000", rule=rule)
        c.tlv("6F", "84", value=SSSE_NAME, rule=rule)
        c.send(f"0088000010{'11' * 16}{le}", raw=True)
        c.status("9000", rule=rule)
        c.length(8, rule=rule)
    return c.case()


def all_of_it(context: Context) -> Case:
    """READ RECORD with Le = 00."""
    rule = "card/transport/all"
    c = CaseBuilder(f"{rule}/01", "READ RECORD with Le = 00 gives the whole record.", context)
    c.send(_READ + "00", raw=True)
    c.status("9000", rule=rule)
    c.matches("0110" + ".." * 16, rule=rule)
    return c.case()
