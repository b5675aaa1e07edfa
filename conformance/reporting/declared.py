"""What a card of a statement can show: commands, words, tags, files and states that coverage looks for.

All of it is derived from the project's own tables of the specification version and options that are claimed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import COMMANDS, ENVIRONMENTS
from onecard.virtual_cards.decoding.forms import forms
from onecard.virtual_cards.decoding.tags import TAGS
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.states.document import regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.statement import Statement

__all__ = ["KINDS", "Declared", "declared_by"]

KINDS = ("command", "status word", "file", "record tag", "BER tag", "state")

_PURSE_INSTRUCTIONS = frozenset((0x28, 0x2A, 0x2C, 0x26, 0x2E, 0x56))
_PURSE_WORDS = frozenset(
    (
        status.PURSE_MAC_WRONG,
        status.INSUFFICIENT_BALANCE,
        status.COUNTER_AT_MAXIMUM,
        status.KEY_INDEX_NOT_SUPPORTED,
        status.PROOF_NOT_AVAILABLE,
    )
)
_FCI_TAGS = (0x6F, 0x84, 0xA5, 0x88, 0x9F0C, 0x86)
"""Of the social side (card.md §3.2)."""
_FROM_TERMINAL = frozenset(
    (0x8A, 0x91, 0x95, 0x9A, 0x9C, 0x5F2A, 0x9F02, 0x9F03, 0x9F1A, 0x9F21, 0x9F37, 0x9F4E, 0x9F66, 0x9F7A)
)
"""Objects that a terminal or an issuer sends to the card (card.md §15): no card answers with them."""
_STATE_REGIONS = ("selection", "pin", "challenge")
"""Regions whose state shows in the frames."""
_HIDDEN = ("not set",)
"""A card without PIN does not say so."""
_STATES_CHINESE = MappingProxyType(
    {
        ("selection", "MF"): "主文件",
        ("selection", "SSSE"): "社会保障系统环境，未选文件",
        ("selection", "DF"): "应用 DF01 至 DF07，未选文件",
        ("selection", "EF of SSSE"): "已选 SSSE 的文件",
        ("selection", "EF of DF"): "已选应用的文件",
        ("pin", "to verify"): "已设 PIN，未验证",
        ("pin", "verified"): "上电后已验证 PIN",
        ("pin", "locked"): "PIN 已锁定",
        ("challenge", "none"): "未取、已用或已失效",
        ("challenge", "fresh"): "已在本应用取得，尚未使用",
        ("challenge", "too long"): "8 字节分组的卡取了 16 字节，不能产生过程密钥",
    }
)


class Declared(NamedTuple):
    """One thing that can be seen."""

    kind: str
    """One of :data:`KINDS`."""
    name: str
    """``"READ RECORD"``, ``"6A82"``, ``"SSSE/EF05"``, ``"SSSE/EF05 07"``, ``"9F0C"``, ``"pin verified"``."""
    english: str = ""
    chinese: str = ""


def declared_by(statement: Statement) -> tuple[Declared, ...]:
    """Return what a card of this statement can show, by kind and in the order of the tables."""
    return tuple(
        dict.fromkeys(
            (
                *_commands(statement),
                *_status_words(statement),
                *_files_and_tags(statement),
                *_ber_tags(statement),
                *_states(statement),
            )
        )
    )


def _commands(statement: Statement) -> Iterator[Declared]:
    chinese = {form.name: form.chinese for form in forms()}
    names = [
        form.name
        for form in forms()
        if "social" in form.environments and _claimed(form.instruction, statement)
    ]
    if "bank" in statement.card.options:
        names += [rule.name for rule in ENVIRONMENTS["payment"]]
    if "psam" in statement.card.options:
        names += [form.name for form in forms() if "PSAM" in form.environments]
    for name in dict.fromkeys(names):
        yield Declared("command", name, "", chinese.get(name, ""))


def _claimed(instruction: int, statement: Statement) -> bool:
    return "purse" in statement.card.options or instruction not in _PURSE_INSTRUCTIONS


def _status_words(statement: Statement) -> Iterator[Declared]:
    words = set(STANDARD_STATUS)
    for rule in COMMANDS:
        if _claimed(rule.instruction, statement):
            words |= rule.status_words
    if "bank" in statement.card.options:
        words |= {word for rule in ENVIRONMENTS["payment"] for word in rule.status_words}
    if "purse" not in statement.card.options:
        words -= _PURSE_WORDS
    for row in status.STATUS_WORDS:
        if row.value in words:
            yield Declared("status word", row.name, row.english, row.chinese)


def _files_and_tags(statement: Statement) -> Iterator[Declared]:
    files = [
        file
        for application in load_layout(statement.card.specification).applications
        for file in application.files
    ]
    for file in files:
        yield Declared("file", "/".join(file.path), file.english, file.chinese)
    for file in files:
        if file.transparent or file.cyclic:
            continue
        for item in file.items:
            yield Declared("record tag", f"{'/'.join(file.path)} {item.tag:02X}", item.english, item.chinese)


def _ber_tags(statement: Statement) -> Iterator[Declared]:
    for tag, row in TAGS.items():
        algorithm = tag in (0x9F0C, 0x86) and statement.card.specification == "1.00"
        bank = "bank" in statement.card.options and tag not in _FROM_TERMINAL
        if bank or (tag in _FCI_TAGS and not algorithm):
            yield Declared("BER tag", f"{tag:X}", row.english, row.chinese)


def _states(statement: Statement) -> Iterator[Declared]:
    known = regions()
    for name in _STATE_REGIONS:
        for state, meaning in known[name].states.items():
            if state in _HIDDEN or (state == "too long" and statement.card.algorithm == "SM4"):
                continue
            yield Declared("state", f"{name}: {state}", meaning, _STATES_CHINESE[name, state])
