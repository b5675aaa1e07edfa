"""What the identifiers of a conformance run are called, in both languages."""

from __future__ import annotations

import re
from types import MappingProxyType

from onecard.reports.labels import same
from onecard.reports.texts import Words, text

__all__ = [
    "CERTAINTY_TEXTS",
    "END_TEXTS",
    "KIND_TEXTS",
    "LEVEL_TEXTS",
    "NAME_TEXTS",
    "VERDICT_TEXTS",
    "certainty",
    "name",
    "reason",
]

VERDICT_TEXTS = MappingProxyType(
    {
        "pass": ("conf.verdict_pass", "conf.about_pass"),
        "fail": ("conf.verdict_fail", "conf.about_fail"),
        "error": ("conf.verdict_error", "conf.about_error"),
        "inconclusive": ("conf.verdict_inconclusive", "conf.about_inconclusive"),
        "review": ("conf.verdict_review", "conf.about_review"),
        "warn": ("conf.verdict_warn", "conf.about_warn"),
        "not applicable": ("conf.verdict_not_applicable", "conf.about_not_applicable"),
        "expected failures": ("conf.verdict_expected", "conf.about_expected"),
    }
)
"""Verdict → its name and what it means."""

CERTAINTY_TEXTS = MappingProxyType(
    {
        "S": "conf.certainty_s",
        "S-d": "conf.certainty_s_d",
        "M": "conf.certainty_m",
        "1": "conf.certainty_1",
        "?": "conf.certainty_q",
        "P": "conf.certainty_p",
    }
)
LEVEL_TEXTS = MappingProxyType({"MUST": "conf.must", "SHOULD": "conf.should", "MAY": "conf.may"})
END_TEXTS = MappingProxyType(
    {"mute": "conf.ended_mute", "gone": "conf.ended_gone", "broken": "conf.ended_broken"}
)
KIND_TEXTS = MappingProxyType(
    {
        "command": "conf.kind_command",
        "status word": "conf.kind_status_word",
        "file": "conf.kind_file",
        "record tag": "conf.kind_record_tag",
        "BER tag": "conf.kind_ber_tag",
        "state": "conf.kind_state",
    }
)
NAME_TEXTS = MappingProxyType(
    {
        "contact": "conf.contact",
        "contactless": "conf.contactless",
        "bank": "conf.bank",
        "purse": "conf.purse",
        "psam": "conf.psam",
    }
)

_REASONS = (
    (re.compile(r"option (?P<name>\S+) is not claimed"), "conf.why_option"),
    (re.compile(r"the (?P<name>\S+) face cannot be reached through this adapter"), "conf.why_face"),
    (re.compile(r"it needs the card (?P<needed>.+); the one at hand is (?P<there>.+)"), "conf.why_card"),
    (re.compile(r"power cannot be taken away in the middle .*"), "conf.why_power"),
    (re.compile(r"the card cannot be taken out through this adapter"), "conf.why_plug"),
    (re.compile(r"destructive, and not named in the statement"), "conf.why_unnamed"),
    (re.compile(r"it alters the card: .*"), "conf.why_alters"),
    (re.compile(r"it destroys the card: .*"), "conf.why_destroys"),
)
"""How the plan says why a case is not run."""


def name(identifier: str) -> Words:
    """Name a face or an option; anything else stands for itself."""
    key = NAME_TEXTS.get(identifier)
    return text(key) if key else same(identifier)


def certainty(mark: str) -> Words:
    """Say what a mark means."""
    return text(CERTAINTY_TEXTS[mark])


def reason(why: str) -> Words:
    """Say in both languages why a case was not run; what is not known stands for itself."""
    for pattern, key in _REASONS:
        match = pattern.fullmatch(why)
        if match:
            return text(key, **{field: name(value) for field, value in match.groupdict().items()})
    return same(why)
