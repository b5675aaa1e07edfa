"""Productions of the medical purse: loads and purchases with a host's and a PSAM's MACs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.fuzz.vocabulary import apdu
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.cryptograms import purchase_mac1, purchase_session_key
from onecard.virtual_cards.purse.host import authorise_load, parse_load_offer, parse_purchase_offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.bench.fuzz.speaker import Speaker

__all__ = ["load", "purchase", "purse_questions"]

_TERMINAL = bytes.fromhex("519900000001")
_PSAM_SERIAL = bytes.fromhex("00000007")
_TIMES = tuple(bytes.fromhex(text) for text in ("20250601120000", "20260101000000", "20270228235959"))
_AMOUNTS = (0, 1, 100, 99_999, 0xFFFF_FFFF)


def _purse_ready(speaker: Speaker) -> Iterator[bytes]:
    yield from speaker.enter("DF04")
    if PIN not in speaker.subject.rights:
        yield from speaker.verify()


def load(speaker: Speaker) -> Iterator[bytes]:
    """Load the medical purse."""
    yield from _purse_ready(speaker)
    amount, time, index = speaker.one(_AMOUNTS), speaker.one(_TIMES), speaker.one((1, 1, 1, 2, 0))
    yield apdu(0xB0, 0x28, 0, 1, bytes((index,)) + amount.to_bytes(4, "big") + _TERMINAL, b"\x00")
    answer = speaker.subject.response[:-2]
    if len(answer) != 16:
        return
    offer = parse_load_offer(answer)
    dlk = speaker.subject.card_key("DLK", offer.key_version)
    algorithm = speaker.subject.memory.algorithm
    data = authorise_load(algorithm, dlk, offer, amount=amount, terminal_number=_TERMINAL, time=time)
    if speaker.often(0.2):
        yield apdu(0xB0, 0x26, 0, 1, le=b"\x04")
    yield apdu(0xB0, 0x2A, 0, 0, speaker.spoilt((data or bytes(11))[::-1])[::-1], speaker.one((b"", b"\x00")))
    yield apdu(0xB0, 0x2E, 0, 0x31, offer.counter.to_bytes(2, "big"), b"\x08")


def purchase(speaker: Speaker) -> Iterator[bytes]:
    """Pay from the medical purse."""
    yield from _purse_ready(speaker)
    amounts = PurchaseAmounts(
        account=speaker.one(_AMOUNTS[:-1]), self_pay=speaker.one(_AMOUNTS), pooled=speaker.one(_AMOUNTS)
    )
    if speaker.often(0.5):
        amounts = PurchaseAmounts(account=amounts.account)
    time, index = speaker.one(_TIMES), speaker.one((1, 1, 1, 2, 9))
    yield apdu(0xB0, 0x28, 1, 1, bytes((index,)) + amounts.encode() + _TERMINAL, b"\x00")
    answer = speaker.subject.response[:-2]
    if len(answer) != 22:
        return
    offer = parse_purchase_offer(answer)
    algorithm = speaker.subject.memory.algorithm
    key = purchase_session_key(
        algorithm,
        speaker.subject.card_key("DPK", offer.key_version),
        random=offer.random,
        counter=offer.counter,
        terminal_serial=_PSAM_SERIAL,
    )
    proof = purchase_mac1(algorithm, key, amounts=amounts, terminal_number=_TERMINAL, time=time)
    le = speaker.one((b"", b"\x00", b"\x08", b"\x04"))
    yield apdu(0xB0, 0x2C, 1, 0, _PSAM_SERIAL + time + speaker.spoilt(proof), le)
    yield apdu(0xB0, 0x2E, 0, 0x32, offer.counter.to_bytes(2, "big"))


def purse_questions(speaker: Speaker) -> Iterator[bytes]:
    """Ask for amounts and proofs, and set the starting day."""
    yield from _purse_ready(speaker)
    yield apdu(0xB0, 0x26, 0, speaker.one((1, 2, 3, 4)), le=speaker.one((b"\x04", b"\x06", b"\x00", b"")))
    yield apdu(0xB0, 0x56, 1, 0, le=speaker.one((b"\x02", b"\x00", b"")))
    if speaker.often(0.3):
        yield from speaker.authenticate("DSK") if speaker.often(0.8) else ()
        yield apdu(0xB0, 0x56, 0, 0, speaker.one((b"\x01\x01", b"\x04\x01", b"\x13\x01", b"\xaa\x01")))
