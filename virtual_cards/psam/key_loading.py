"""CREATE KEY and CHANGE KEY, and how a PSAM's issuer builds them (facts: card.md §14).

Data: the key record, enciphered, and a MAC. Both are made with the master key of the environment itself;
the challenge is the MAC's initial value, padded right with ``00`` to a block. The MAC is over the header
with the final Lc and the enciphered record, padded as always; four bytes as in §9.4 (ours, as is the whole
choice of status words: the facts give the form of the data only).

A key id belongs to one of the three key files by its range (§9.1); the PSAM's own ids ``00`` to ``07`` may
be written through any of them.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.ciphering import shorten
from onecard.virtual_cards.psam.files import KEY_FILES, key_file_of
from onecard.virtual_cards.psam.key_record import MASTER_KEY, PsamKey
from onecard.virtual_cards.psam.rule import Answer
from onecard.virtual_cards.security.messages import decrypt_data, encrypt_data, pad_always

if TYPE_CHECKING:
    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.rule import Command
    from onecard.virtual_cards.psam.session import PsamSession
    from onecard.virtual_cards.security.ciphers import Algorithm

__all__ = ["CHANGE", "CREATE", "create_or_change_key", "key_command"]

CREATE, CHANGE = 0x00, 0x01

_CLASS, _INSTRUCTION = 0x84, 0xD4
_MAC_SIZE = 4
_MASTER_ID = 0x00


def create_or_change_key(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Write a key that is not there yet (P1 = 00) or one that is (01) into the key file P2."""
    if session.environment is None or not session.in_application:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    algorithm = session.environment.algorithm
    challenge = session.take_challenge()
    master = contents.key(algorithm, MASTER_KEY, _MASTER_ID)
    if master is None:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    key = _opened(algorithm, master.value, challenge, command)
    present = key.name in contents.keys
    if command.p1 == CREATE and present:
        raise Refusal(status.CONDITIONS_NOT_SATISFIED)
    if command.p1 == CHANGE and not present:
        raise Refusal(status.REFERENCE_NOT_FOUND)
    contents.commit(Change("keys", key.name, key.record()))
    return Answer(b"")


def _opened(algorithm: Algorithm, master: bytes, challenge: bytes, command: Command) -> PsamKey:
    """Check the MAC, decipher the record, and see that it is a key of this environment and file."""
    if not challenge or len(challenge) > algorithm.block_size:
        raise Refusal(status.REFERENCE_NOT_USABLE)
    enciphered, given = command.data[:-_MAC_SIZE], command.data[-_MAC_SIZE:]
    if not enciphered or len(enciphered) % algorithm.block_size:
        raise Refusal(status.WRONG_LENGTH)
    expected = _mac(algorithm, master, challenge, command.p1, command.p2, enciphered)
    if not hmac.compare_digest(given, expected):
        raise Refusal(status.MAC_WRONG)
    record = decrypt_data(algorithm, master, enciphered)
    try:
        key = PsamKey.parse(record or b"")
        home = key_file_of(key.identifier)
    except ValueError:
        raise Refusal(status.WRONG_DATA) from None
    if key.algorithm is not algorithm or home not in (None, command.p2):
        raise Refusal(status.WRONG_DATA)
    return key


def key_command(
    master: PsamKey, key: PsamKey, *, challenge: bytes, create: bool, file: int | None = None
) -> bytes:
    """Build the command that writes a key.

    Args:
        master: master key of the key's environment.
        key: what is to be written.
        challenge: the PSAM's latest, 4, 8 or (for 16-byte blocks) 16 bytes.
        create: whether the key is new.
        file: key file; by default that of the key's id, ``0011`` for the PSAM's own.

    Raises:
        ValueError: the key's id belongs to no level, or the challenge is longer than a block.
    """
    algorithm = master.algorithm
    if len(challenge) > algorithm.block_size:
        raise ValueError(
            f"PSAM challenge of {len(challenge)} bytes: at most {algorithm.block_size} are allowed"
        )
    p1 = CREATE if create else CHANGE
    p2 = file or key_file_of(key.identifier) or KEY_FILES[0]
    enciphered = encrypt_data(algorithm, master.value, key.record())
    mac = _mac(algorithm, master.value, challenge, p1, p2, enciphered)
    return bytes((_CLASS, _INSTRUCTION, p1, p2, len(enciphered) + _MAC_SIZE)) + enciphered + mac


def _mac(algorithm: Algorithm, master: bytes, challenge: bytes, p1: int, p2: int, enciphered: bytes) -> bytes:
    header = bytes((_CLASS, _INSTRUCTION, p1, p2, len(enciphered) + _MAC_SIZE))
    initial = challenge.ljust(algorithm.block_size, b"\0")
    blocks = pad_always(header + enciphered, algorithm.block_size)
    return shorten(algorithm.cbc_last_block(master, blocks, initial))
