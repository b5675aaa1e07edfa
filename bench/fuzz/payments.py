"""Productions of the payment side: whole transactions, with a terminal's data and an issuer's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.fuzz.vocabulary import apdu
from onecard.virtual_cards.payment.applications import ADF, payment_rules, pdol_of, references
from onecard.virtual_cards.payment.cryptograms import CIPHERS, mac, response_cryptogram, session_key
from onecard.virtual_cards.payment.data_objects import amount_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.bench.fuzz.speaker import Speaker

__all__ = ["look_at_account", "pay"]

_QUALIFIERS = (b"\x20\x00\x00\x00", b"\x28\x00\x00\x00", b"\x20\x80\x00\x00", b"\x40\x00\x00\x00", bytes(4))
_AMOUNTS = (1, 100, 100, 5_000, 200_000)
_TC, _ARQC, _AAC = 0x40, 0x80, 0x00
_SCRIPT_TAGS = (0x9F79, 0x9F79, 0x9F77, 0x9F78, 0x9F6D, 0x9F36)
_DATA_TAGS = (0x9F79, 0x9F77, 0x9F78, 0x9F6D, 0x9F36, 0x9F13, 0x9F17, 0x9F4F, 0x9F51, 0xDF4F, 0x9F99)
_NUMBER = 0x04


def _terminal_values(speaker: Speaker) -> dict[int, bytes]:
    return {
        0x9F66: speaker.one(_QUALIFIERS),
        0x9F7A: speaker.one((b"\x01", b"\x00")),
        0x9F02: amount_digits(speaker.one(_AMOUNTS)) if speaker.often(0.95) else b"\xaa" * 6,
        0x9F1A: b"\x01\x56",
        0x5F2A: b"\x01\x56" if speaker.often(0.9) else b"\x08\x40",
        0x9A: b"\x25\x06\x01",
        0x9F37: speaker.rng.randbytes(4),
        0x9F21: b"\x12\x00\x00",
        0x8A: speaker.one((b"00", b"00", b"05", b"Y3", b"Z3")),
    }


def pay(speaker: Speaker) -> Iterator[bytes]:
    """Pay: options, records, cryptograms, the issuer's answer and its scripts."""
    if ADF not in speaker.by_name:
        yield bytes.fromhex("00A4040008A000000333010101")
        return
    application = speaker.by_name[ADF].application
    contactless = speaker.subject.card.session is not None and speaker.subject.recipe.interface.contactless
    pdol = pdol_of((contactless and application.fci_contactless) or application.fci)
    values = _terminal_values(speaker)
    yield apdu(0, 0xA4, 4, 0, application.aid, b"\x00")
    le = speaker.one((b"\x00", b"\x00", b"\x00", b"", b"\x08"))
    yield apdu(0x80, 0xA8, 0, 0, bytes((0x83, pdol.size)) + pdol.join(values), le)
    if speaker.often(0.8):
        yield from _records(speaker, "qpboc" if contactless else "electronic_cash")
    if speaker.often(0.2):
        yield apdu(0, 0x88, 0, 0, values[0x9F37], le)
    rules = payment_rules()
    asked = speaker.one((_TC, _TC, _ARQC, _ARQC, _AAC))
    yield apdu(0x80, 0xAE, asked, 0, rules.dol["cdol1"].join(values), le)
    if speaker.often(0.8):
        yield from _issuer(speaker)
    yield apdu(0x80, 0xAE, speaker.one((_TC, _AAC)), 0, rules.dol["cdol2"].join(values), b"\x00")


def _records(speaker: Speaker, afl: str) -> Iterator[bytes]:
    for sfi, number, _ in references(payment_rules().afl[afl]):
        read = apdu(0, 0xB2, number, sfi << 3 | _NUMBER)
        yield read + b"\x00"
        answer = speaker.subject.response
        if answer[:1] == b"\x6c":
            yield read + answer[1:2]


def _issuer(speaker: Speaker) -> Iterator[bytes]:
    """Answer the card's request, and set balance or limits."""
    transaction, state = speaker.subject.session.payment, speaker.subject.memory.payment
    if transaction is None or state is None or not transaction.cryptogram:
        return
    cipher, counter, code = CIPHERS[state.algorithm], state.transaction_counter, b"00"
    given = response_cryptogram(cipher, state.cryptogram_key, counter, transaction.cryptogram, code)
    yield apdu(0, 0x82, 0, 0, speaker.spoilt(given) + code)
    for _ in range(int(speaker.rng.random() * 3)):
        tag = speaker.one(_SCRIPT_TAGS).to_bytes(2, "big")
        digits = amount_digits(speaker.one((*_AMOUNTS, 99_999))) if speaker.often(0.95) else b"\xff" * 6
        head = b"\x04\xda" + tag + b"\x0a"
        covered = head + counter.to_bytes(2, "big") + transaction.cryptogram + digits
        proof = mac(cipher, session_key(cipher, state.script_key, counter), covered)[:4]
        yield head + digits + speaker.spoilt(proof)


def look_at_account(speaker: Speaker) -> Iterator[bytes]:
    """Read balance, limits and logs, blindly, as self-service terminals do."""
    sides = [words for words in speaker.words if words.application.environment == "payment"]
    if not sides:
        return
    words = speaker.one(sides)
    yield speaker.one(words.selects)
    for _ in range(int(speaker.rng.random() * 6)):
        draw = speaker.rng.random()
        if draw < 0.4:
            yield (
                bytes((0x80, 0xCA))
                + speaker.one(_DATA_TAGS).to_bytes(2, "big")
                + speaker.one((b"\x00", b"\x09"))
            )
        elif draw < 0.8 and words.files:
            yield speaker.one(speaker.one(words.files).reads)
        else:
            yield speaker.one(
                (b"\x00\x84\x00\x00\x00", b"\x00\x84\x00\x00\x08", b"\x00\x20\x00\x80\x03\x12\x34\x56")
            )
