"""How fast the virtual card answers: in process, and in a real PC/SC slot beside two peers in the same run.

The peers are a card that answers ``9000`` to everything, so that what the card itself costs can be seen, and
the same card served the usual way, without the socket options (see ``virtual_cards.readers.card_socket``).
Rounds of the cards alternate, each card first in every other one, with the same number of APDUs; the best of
each counts, for a machine that is shared.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, TypeAlias

from onecard.bench.rows import Row, at_least, best_rate
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.pcsc_stack.parts import require_pyscard
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise
from onecard.virtual_cards.readers.slots import SlotHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.virtual_cards.faces import Face

__all__ = ["card_rows", "in_process", "through_pcsc"]

IN_PROCESS_BUDGET = 40_000
"""APDUs per second, architecture §9."""
PCSC_BUDGET = 5_000
PEER_SHARE_BUDGET = 0.6
"""Share of the empty card's rate."""
Rate: TypeAlias = "Callable[[str, bytes, int], float]"
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_CARD_NUMBER = bytes.fromhex("00B2072C0B")
SUCCESS = b"\x90\x00"
ROUNDS = 7
APDUS = 3_000
USUAL_APDUS = 40
"""For the card that takes some 50 ms an APDU."""
EMPTY, USUAL = "a card that answers 9000", "the same card without the socket options"


class EmptyCard:
    """A card that answers ``9000`` to everything."""

    def power_on(self, face: Face | None = None) -> bytes:
        """Return a short ATR."""
        return b"\x3b\x00" if face is None or not face.contactless else b""

    def power_off(self) -> None:
        """Do nothing."""

    def transmit(self, command: bytes) -> bytes:
        """Answer success."""
        return SUCCESS if command else b""


def card_rows() -> list[Row]:
    """Measure READ RECORD on a 3.00 card, in process and through PC/SC.

    Raises:
        PcscLacksError: a part of real PC/SC is missing.
    """
    return [in_process(), *through_pcsc()]


def _reading_card() -> Card:
    profile = CardProfile(
        version="3.00",
        issuing_area="310000",
        serial=bytes.fromhex("000001AC"),
        card_number="A00000019",
        issue_date="20190101",
        valid_until="20290101",
    )
    holder = Holder(social_security_number="519900199001010015", name="测试甲")
    return Card(personalise(profile, holder), random_bytes=bytes)


def in_process() -> Row:
    """Measure READ RECORD on a 3.00 card by calls."""
    card = _reading_card()
    card.power_on()
    card.transmit(SELECT_SSSE)
    if not card.transmit(READ_CARD_NUMBER).endswith(SUCCESS):
        raise RuntimeError("the card does not answer READ RECORD with 9000")
    rate = best_rate(lambda: card.transmit(READ_CARD_NUMBER), repeats=20_000, rounds=5)
    return at_least("READ RECORD in process, 3.00 card", round(rate), "APDU/s", IN_PROCESS_BUDGET)


def through_pcsc(*, rounds: int = ROUNDS, apdus: int = APDUS, usual_apdus: int = USUAL_APDUS) -> list[Row]:
    """Measure READ RECORD on a 3.00 card through pyscard, pcscd and the virtual reader driver.

    Args:
        rounds: how often each card is measured.
        apdus: exchanges in a round.
        usual_apdus: exchanges with the card that is served without socket options.

    Raises:
        PcscLacksError: a part of real PC/SC is missing.
    """
    require_pyscard()
    with PrivatePcscd(entries=2) as daemon, SlotHost() as tuned, SlotHost(tuned=False) as usual:
        ours, empty, slow = daemon.slots[:3]
        cards = ((tuned, ours, _reading_card()), (tuned, empty, EmptyCard()), (usual, slow, _reading_card()))
        for host, address, card in cards:
            host.open(address.port, name=address.reader).insert(card)
        for slot in tuned.slots + usual.slots:
            slot.wait()
        with _client(daemon) as rate:
            for address in (ours, empty, slow):
                rate(address.reader, SELECT_SSSE, 1)
            best = dict.fromkeys((ours.reader, empty.reader), 0.0)
            for number in range(rounds):
                for reader in best if number % 2 else reversed(best):
                    best[reader] = max(best[reader], rate(reader, READ_CARD_NUMBER, apdus))
            usual_rate = rate(slow.reader, READ_CARD_NUMBER, usual_apdus)
    return _rows(best[ours.reader], best[empty.reader], usual_rate)


def _rows(ours: float, empty: float, usual: float) -> list[Row]:
    share = ours / empty
    return [
        at_least("READ RECORD through PC/SC, 3.00 card", round(ours), "APDU/s", PCSC_BUDGET),
        Row(
            name="READ RECORD through PC/SC, beside a card that does nothing",
            value=round(ours),
            unit="APDU/s",
            peer=EMPTY,
            peer_value=round(empty),
            ratio=round(share, 3),
            budget=f"ratio >= {PEER_SHARE_BUDGET:g}",
            met=share >= PEER_SHARE_BUDGET,
        ),
        Row(
            name="READ RECORD through PC/SC, beside the usual socket options",
            value=round(ours),
            unit="APDU/s",
            peer=USUAL,
            peer_value=round(usual, 1),
            ratio=round(ours / usual, 1),
            budget="",
            met=True,
        ),
    ]


@contextlib.contextmanager
def _client(daemon: PrivatePcscd) -> Iterator[Rate]:
    """Start the client program and give a function: reader, command, count -> APDUs per second."""
    with subprocess.Popen(
        [sys.executable, "-m", "onecard.bench.pcsc_client"],
        env={**os.environ, **daemon.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        requests, answers = process.stdin, process.stdout
        if requests is None or answers is None:
            raise RuntimeError("the client program has no pipes")

        def rate(reader: str, command: bytes, count: int) -> float:
            requests.write(f"{reader}\t{command.hex()}\t{count}\n")
            requests.flush()
            answer = answers.readline()
            if not answer:
                raise RuntimeError("the client program of the measurement has ended")
            return count / float(answer)

        yield rate
        requests.close()
