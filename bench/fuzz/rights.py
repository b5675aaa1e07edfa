"""Whether a change of the session was the right one: rights, current application, challenge (card.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.fuzz.invariants import Breach
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.security.messages import authentication_data, mac, session_key

if TYPE_CHECKING:
    from onecard.bench.fuzz.subject import Subject
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.layouts.access import Access

__all__ = ["check_session", "is_met", "mac_is_right", "proof_is_right"]

SELECT, VERIFY, CHANGE_PIN, UNBLOCK, AUTHENTICATE, CHALLENGE = 0xA4, 0x20, 0x5E, 0x24, 0x82, 0x84
_ENDING = {VERIFY: {PIN}, CHANGE_PIN: {PIN}, UNBLOCK: {PIN, "PUK"}}
"""Rights that a command may end, beside EXTERNAL AUTHENTICATE, which may end the one that it asks for."""
_SUCCESS = 0x9000


def check_session(subject: Subject, session: Session, status_word: int) -> None:
    """Judge a command after which application, rights or challenge are others than before."""
    if session.application is not subject.application:
        _check_departure(subject, session, status_word)
        return
    rights = frozenset(session.rights)
    for right in rights - subject.rights:
        if not _was_earned(subject, right, status_word):
            raise Breach("rights come from the right command only", right)
    for right in subject.rights - rights:
        if not _may_end(subject, right):
            raise Breach("rights go by the commands that end them", right)
    if session.challenge and session.challenge is not subject.challenge:
        given = subject.command[1] == CHALLENGE and status_word == _SUCCESS
        if not given or subject.response[:-2] != session.challenge:
            raise Breach("a challenge comes from GET CHALLENGE and is used once", session.challenge.hex())


def _check_departure(subject: Subject, session: Session, status_word: int) -> None:
    if subject.command[1] != SELECT or status_word >> 8 not in (0x90, 0x61):
        raise Breach(
            "another application keeps no right but the PIN", "the application changed without SELECT"
        )
    if session.rights != subject.rights & {PIN} or session.challenge:
        raise Breach("another application keeps no right but the PIN", str(sorted(session.rights)))


def _was_earned(subject: Subject, right: str, status_word: int) -> bool:
    """Compute again whether the command had the right PIN or proof (the shadow knows the PIN by now)."""
    command = subject.command
    pin = subject.shadow.cells["pin"]
    if status_word != _SUCCESS:
        return False
    if right == PIN:
        return command[5:] == pin if command[1] == VERIFY else not pin and command[1] in (CHANGE_PIN, UNBLOCK)
    return proof_is_right(subject, right) and not subject.session.challenge


def _may_end(subject: Subject, right: str) -> bool:
    instruction = subject.command[1]
    if instruction == AUTHENTICATE:
        return subject.layout.keys[right].key_id == subject.command[3]
    return right in _ENDING.get(instruction, ())


def is_met(access: Access, rights: frozenset[str]) -> bool:
    """Tell whether rights meet a condition, without asking the card's own code."""
    return any(all(right in rights for right in needed) for needed in access.alternatives)


def proof_is_right(subject: Subject, key_name: str) -> bool:
    """Compute EXTERNAL AUTHENTICATE's proof again, from the challenge before the command."""
    command, challenge = subject.command, subject.challenge
    slot = subject.layout.keys.get(key_name)
    if slot is None or command[:3] != b"\x00\x82\x00" or command[3] != slot.key_id or not challenge:
        return False
    data = command[5 : 5 + command[4]]
    key = subject.card_key(key_name, data[16] if len(data) > 16 else 1)
    return data[:8] == authentication_data(subject.memory.algorithm, key, challenge, data[8:16])


def mac_is_right(subject: Subject, key_name: str) -> bool:
    """Compute a secured command's MAC again, from the challenge before the command."""
    command, challenge = subject.command, subject.challenge
    end = 5 + command[4]
    if not challenge or len(command) < end:
        return False
    algorithm = subject.memory.algorithm
    key = session_key(algorithm, subject.card_key(key_name), challenge)
    return command[end - 4 : end] == mac(algorithm, key, command[: end - 4])
