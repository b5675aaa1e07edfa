"""What productions of the grammar speak with: words of the card, draws, and a terminal's computations."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from onecard.bench.fuzz.vocabulary import apdu, application_words
from onecard.virtual_cards.security.key_table import key_row
from onecard.virtual_cards.security.messages import authentication_data, encrypt_data, mac, session_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from onecard.bench.fuzz.subject import Subject

__all__ = ["SHOW_TRIES", "Speaker"]

_T = TypeVar("_T")

SHOW_TRIES = bytes.fromhex("0020000000")
_ORIGINAL = bytes.fromhex("A1A2A3A4A5A6A7A8")
_CHALLENGES = (apdu(0, 0x84, 0, 0, le=b"\x08"),) * 6 + tuple(
    apdu(0, 0x84, 0, 0, le=size) for size in (b"\x04", b"\x10", b"\x00")
)
_SPOILT_SHARE = 0.08
"""How often a proof, MAC or PIN is made wrong on purpose."""


class Speaker:
    """What productions speak with: the card's words, draws, computations of a terminal and its host."""

    def __init__(self, subject: Subject, rng: Random) -> None:
        self.subject = subject
        self.rng = rng
        self.words = application_words(subject.memory)
        self.social = [words for words in self.words if words.application.environment == "social"]
        self.by_name = {words.application.name: words for words in self.words}

    def one(self, choices: Sequence[_T]) -> _T:
        """Draw one."""
        return choices[int(self.rng.random() * len(choices))]

    def often(self, share: float) -> bool:
        """Draw yes with this share."""
        return self.rng.random() < share

    def enter(self, name: str) -> Iterator[bytes]:
        """Make an application current, mostly; now and then it is taken for granted."""
        if self.subject.application.name != name or self.often(0.2):
            yield self.one(self.by_name[name].selects)

    @property
    def challenge(self) -> bytes:
        """The card's latest challenge, as it came back."""
        return self.subject.response[:-2] or b"\x00" * 8

    def spoilt(self, data: bytes) -> bytes:
        """Return the data, now and then with one bit changed."""
        if data and self.often(_SPOILT_SHARE):
            return bytes((data[0] ^ 1,)) + data[1:]
        return data

    def authenticate(self, name: str) -> Iterator[bytes]:
        """Ask for a challenge and prove a key."""
        slot = self.subject.layout.keys[name]
        yield self.one(_CHALLENGES)
        version = int(self.rng.random() * (key_row(name).groups + 1)) if self.often(0.3) else None
        key = self.subject.card_key(name, version or 1)
        challenge = self.challenge[: self.subject.memory.algorithm.block_size]
        proof = authentication_data(self.subject.memory.algorithm, key, challenge, _ORIGINAL)
        data = self.spoilt(proof) + _ORIGINAL + (b"" if version is None else bytes((version,)))
        yield apdu(0, 0x82, 0, slot.key_id or 0, data)

    def secured(
        self, key_name: str, header: bytes, plain: bytes, *, encipher: bool = False
    ) -> Iterator[bytes]:
        """Ask for a challenge and send a command with its MAC, enciphered if asked for."""
        yield self.one(_CHALLENGES)
        algorithm = self.subject.memory.algorithm
        key = session_key(algorithm, self.subject.card_key(key_name), self.challenge[: algorithm.block_size])
        data = encrypt_data(algorithm, key, plain) if encipher and plain else plain
        head = header + bytes((len(data) + 4,))
        yield head + data + self.spoilt(mac(algorithm, key, head + data))

    def verify(self) -> Iterator[bytes]:
        """Ask for the tries, and give the PIN, mostly the right one."""
        if self.often(0.3):
            yield SHOW_TRIES
        pin = self.subject.memory.pin
        yield apdu(0, 0x20, 0, 0, self.spoilt(pin) if pin else b"\x12\x34\x56")
