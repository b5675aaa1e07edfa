"""``onecard card``: the group of commands around one card."""

from __future__ import annotations

from onecard.cli.commands import group_of

CARD_COMMANDS = {
    "new": "Make the card of a person of the population, and save its image.",
    "show": "Show a card: applications, files, records in both languages, rights, counters.",
    "serve": "Put cards into reader slots, where any PC/SC program finds them.",
    "apdu": "Send APDUs to a card; explain commands and responses.",
    "trace": "Explain a log of APDUs, whoever wrote it.",
}

card = group_of("card", CARD_COMMANDS)
