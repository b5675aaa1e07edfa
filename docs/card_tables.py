"""Pages about what the card does: its commands, its security states, its faults."""

from __future__ import annotations

from collections.abc import Collection

from markdown_tables import table

from onecard.virtual_cards.commands.rule import STANDARD_STATUS, CommandRule
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.faults import describe_faults
from onecard.virtual_cards.iso7816.status import family
from onecard.virtual_cards.payment.status import describe
from onecard.virtual_cards.states import regions, render

SHOWN_VALUES = 4


def commands_page() -> str:
    parts = [
        "# Commands\n\nThe card's command tables, one for each side of the firewall (card.md §10, §15)."
        " Besides the status words of its row each command may answer "
        + ", ".join(f"`{word:04X}`" for word in sorted(STANDARD_STATUS))
        + ".\n"
    ]
    for environment, rules in ENVIRONMENTS.items():
        rows = ((rule.name, *_form(rule), _words(rule)) for rule in rules)
        head = ("command", "CLA", "INS", "P1 P2", "Lc", "status words of its own")
        parts.append(f"\n## {environment.capitalize()} side\n\n" + table(head, rows))
    words = sorted({word for rules in ENVIRONMENTS.values() for rule in rules for word in rule.status_words})
    parts.append(
        "\n## Status words\n\n"
        + table(
            ("status word", "meaning"),
            ((f"`{_word(word)}`", describe(word)[5:]) for word in sorted({*words, *STANDARD_STATUS})),
        )
    )
    return "".join(parts)


def _form(rule: CommandRule) -> tuple[str, str, str, str]:
    parameters = " or ".join(f"{_bytes(first)} {_bytes(second)}" for first, second in rule.parameters)
    return _bytes(rule.classes), f"`{rule.instruction:02X}`", parameters, _bytes(rule.data_lengths)


def _bytes(values: Collection[int]) -> str:
    """Show a few values, or the first and the last of many."""
    ordered = sorted(values)
    if len(ordered) <= SHOWN_VALUES:
        return "/".join(f"`{value:02X}`" for value in ordered)
    return f"`{ordered[0]:02X}`…`{ordered[-1]:02X}` ({len(ordered)})"


def _words(rule: CommandRule) -> str:
    return " ".join(f"`{_word(word)}`" for word in sorted(rule.status_words)) or "none"


def _word(word: int) -> str:
    """Name a status word, or the family that it stands for."""
    row = family(word)
    return row.name if row else f"{word:04X}"


def states_page() -> str:
    head = (
        "# Security states\n\nThe security state machine of card.md §11, with the purse (§13) and the payment"
        " application (§15), as closed tables: every event of a region stands beside each of its states,"
        " allowed or forbidden (✗), with the status word and, after an arrow, the next state. The tests drive"
        " each row on cards of all versions and faces.\n"
    )
    return head + "".join(
        f"\n## {region.title} {region.chinese}\n\nSide: {region.side}."
        f" Versions: {', '.join(region.versions)}; faces: {', '.join(region.faces)}.\n\n{render(region)}\n"
        for region in regions().values()
    )


def faults_page() -> str:
    rows = [
        (f"`{form}`", meaning, "; ".join(f"{name}: {what} ({allowed})" for name, what, allowed in parameters))
        for form, meaning, parameters in describe_faults()
    ]
    return (
        "# Card faults\n\nCards that are wrong in exactly one way, named by it. A fault is put round a card:"
        ' `parse_fault("torn-at-frame:3")(card)`; on the command line `onecard card serve --fault …`.\n\n'
        + table(("fault", "the card …", "parameters"), rows)
    )
