"""``onecard conformance``: the group of commands that judge implementations."""

from __future__ import annotations

from onecard.cli.commands import group_of

CONFORMANCE_COMMANDS = {
    "card": "Judge a card: virtual, in a PC/SC reader, over TCP, or behind an adapter process.",
    "qualify": "Prove that the harness works: null battery, seeded defects, deletion, tamper, recheck.",
    "report": "Write the report of a bundle: HTML in English and Chinese, JUnit, JSON.",
    "diff": "Say what changed between two bundles: verdicts, and the frames that differ.",
    "cases": "List the cases that a statement asks for.",
    "clauses": "List the clauses, each with its source, certainty and disposition.",
    "statement": "Print a statement to begin with, or check one.",
}

conformance = group_of("conformance", CONFORMANCE_COMMANDS)
