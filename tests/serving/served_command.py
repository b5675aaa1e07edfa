"""``onecard serve settlement`` as a process of its own, started as a user starts it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from onecard.sim.authority.statuses import CardStatus
from onecard.sim.nation import Nation
from onecard.sim.serving.server import Served
from onecard.sim.settlement.clients.dialogue import Credential
from onecard.sim.settlement.registry import InsuredPerson


@contextlib.contextmanager
def command(
    log: Path, *words: str, tiers: int
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Served]]]:
    """Run the command until it serves; unless it was killed, it is stopped as a user stops it."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "onecard.cli", "serve", "settlement", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(tiers)]
        served = [msgspec.json.decode(line, type=Served) for line in lines if line]
        assert len(served) == tiers, log.read_text()
        yield process, {each.tier: each for each in served}
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def card_holders(nation: Nation, city: str) -> list[InsuredPerson]:
    """Return who is insured in a city and has a card that can be used."""
    registry = nation.registries[city]
    size = next(model.people for model in nation.model.cities if model.admdvs == city)
    found = []
    for person in filter(None, map(registry.insured, range(size))):
        card = registry.card(person.card_number) if person.card_number else None
        if card is not None and card.status is CardStatus.NORMAL and card.expires > nation.model.date:
            found.append(person)
    return found


def shown(person: InsuredPerson) -> Credential:
    """Return what somebody shows who has the card at hand."""
    return Credential(
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_sn,
        certno=person.certno,
        psn_name=person.psn_name,
    )
