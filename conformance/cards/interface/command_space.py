"""The whole command space: every class and instruction, and the forms of each command (facts: card.md §10).

Pairs are swept with ``P1 P2 = FF FF`` and nothing after: a form that no command of the table has, so what the
card knows is refused as well and nothing is carried out. Over T=0 instructions ``6X`` and ``9X`` and class
``FF`` cannot be sent (clause ``card/transport/other-classes``). A card with both faces is asked over the
contactless one for those, and for the classes that it knows; so all 65 536 pairs are sent to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.interface.command_space_forms import form_cases
from onecard.conformance.cards.interface.command_space_table import KNOWN, LISTED, REFUSALS
from onecard.conformance.cards.security_steps import ASK_TRIES, pin_right, tries_left, verify_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.checks import Shows

__all__ = ["cases"]

_CLASSES = sorted({cla for cla, _ in KNOWN})
_INSTRUCTIONS = {ins for _, ins in KNOWN}
_UNKNOWN_WORDS = ("6D00", "6E00")
_PAYMENT = {(0x80, 0xA8), (0x80, 0xAE), (0x80, 0xCA), (0x04, 0xDA)}
"""Commands of the bank's side: a card may know them on this side of the firewall too."""
_NOWHERE = 0xE0


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for cla in _CLASSES:
        yield known_class(context, cla)
    for nibble in range(0x10):
        yield unknown_classes(context, nibble)
    yield classes_of_an_instruction(context)
    yield ordinary_commands(context)
    yield from form_cases(context)


class _State:
    """What a card knows before a sweep, and how it is looked for after it."""

    def __init__(self, c: CaseBuilder) -> None:
        self.c = c
        self.pin = c.context.pin
        if self.pin:
            c.must(verify_command(self.pin))
            self.tries = tries_left(c)
        c.must("00A4020002 EF05")
        self.record = c.must("00B2010400")

    def judge(self, shows: Shows) -> None:
        """Look whether it is all as before."""
        c = self.c
        c.send("00B2010400")
        c.data(f"{{{self.record}}}", rule="card/commands/keeps-selection", shows=shows)
        if self.pin:
            c.send(ASK_TRIES)
            c.counter(self.tries, 0, rule="card/commands/keeps-tries", shows=shows)
            pin_right(c)
            c.status("9000", rule="card/commands/keeps-pin", shows=shows)


_NOT_OVER_T0 = tuple(ins for ins in range(0x100) if ins >> 4 in (0x6, 0x9))


def _instructions(context: Context) -> str:
    """Return the instructions that the face can carry."""
    skipped = _NOT_OVER_T0 if context.face == "contact" else ()
    return bytes(ins for ins in range(0x100) if ins not in skipped).hex().upper()


def _left_to(context: Context, cla: int) -> str:
    """Return the instructions of an unknown class that no other face of the card is asked for."""
    if context.face == "contact" or "contact" not in context.statement.card.faces or cla == 0xFF:
        return _instructions(context)
    return bytes(_NOT_OVER_T0).hex().upper()


def known_class(context: Context, cla: int) -> Case:
    """Sweep a class of the command table: what it knows, what it does not."""
    c = CaseBuilder(f"card/commands/space/{cla:02X}", f"Every instruction of class {cla:02X}.", context)
    state = _State(c)
    c.sweep(f"{cla:02X}{{#}}FFFF", _instructions(context))
    known = {ins for known_cla, ins in KNOWN | _PAYMENT if known_cla == cla}
    own = {f"{ins:02X}": REFUSALS for ins in known}
    elsewhere = {f"{ins:02X}": ("6E00",) for ins in _INSTRUCTIONS - known}
    c.swept(*_UNKNOWN_WORDS, others=own, rule="card/commands/unknown-instruction")
    c.swept("6D00", others=elsewhere | own, rule="card/commands/which-refusal")
    c.swept(*LISTED, rule="card/commands/listed-words")
    state.judge("forbidden")
    return c.case()


def unknown_classes(context: Context, nibble: int) -> Case:
    """Sweep the other classes with one high nibble, each with every instruction."""
    name = f"{nibble:X}X"
    c = CaseBuilder(f"card/commands/space/{name}", f"Instructions of unknown classes {name}.", context)
    state = _State(c)
    for cla in range(nibble << 4, (nibble + 1) << 4):
        if cla in _CLASSES or (cla == 0xFF and context.face == "contact"):
            continue
        c.sweep(f"{cla:02X}{{#}}FFFF", _left_to(context, cla))
        c.swept("6E00", "6D00", rule="card/commands/unknown-class")
    state.judge("forbidden")
    return c.case()


def classes_of_an_instruction(context: Context) -> Case:
    """SELECT, and an instruction that nothing has, in every class."""
    c = CaseBuilder(
        "card/commands/space/classes", "SELECT and an unknown instruction in every class.", context
    )
    for rule in ("unknown-class", "unknown-instruction", "which-refusal"):
        c.send(SELECT_SSSE)
        c.status("9000", rule=f"card/commands/{rule}")
    classes = bytes(range(0xFF if context.face == "contact" else 0x100)).hex().upper()
    others: dict[str, tuple[str, ...]] = {f"{cla:02X}": ("6D00",) for cla in _CLASSES}
    c.sweep("{#}A4FFFF", classes)
    c.swept("6E00", others={"00": REFUSALS}, rule="card/commands/which-refusal")
    c.sweep(f"{{#}}{_NOWHERE:02X}FFFF", classes)
    c.swept("6E00", others=others, rule="card/commands/which-refusal")
    return c.case()


def ordinary_commands(context: Context) -> Case:
    """Send what leaves the state as it is; every word is of the list."""
    c = CaseBuilder(
        "card/commands/state/01", "Ordinary commands leave the state, with listed words.", context
    )
    state = _State(c)
    for command in ("0084000008", "00B2010400", "00B2FE0400", "00C0000010", f"0088000010{'11' * 16}"):
        c.send(command)
        c.status(*LISTED, rule="card/commands/listed-words")
    state.judge("conforming")
    return c.case()
