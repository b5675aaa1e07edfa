"""Field traces, from data files: replayed against our cards, each version and face to which they apply."""

from __future__ import annotations

from pathlib import Path

import pytest
from card_samples import Counter

from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.traces import Trace, Variant, issue_devices, read_traces, replay

TRACES = read_traces(Path(__file__).with_name("traces"))
CASES = [
    pytest.param(trace, variant, face, id=f"{trace.name}-{variant.version}-{face}-{number}")
    for trace in TRACES
    for number, variant in enumerate(trace.variant, start=1)
    for face in variant.faces
]


@pytest.mark.parametrize(("trace", "variant", "face"), CASES)
def test_our_card_answers_as_in_the_trace(trace: Trace, variant: Variant, face: str) -> None:
    devices = issue_devices(trace, variant, random_bytes=Counter())
    run = replay(
        trace,
        variant,
        FACES[face],
        devices={"card": devices.card} | ({"psam": devices.psam} if devices.psam else {}),
        keys=devices.keys,
    )
    assert run.mismatch is None, str(run.mismatch)


@pytest.mark.parametrize("section", ["12.1", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7"])
def test_every_section_of_the_facts_has_a_trace(section: str) -> None:
    assert any(section in trace.clause for trace in TRACES)


def test_traces_cover_every_version_and_both_faces() -> None:
    variants = [variant for trace in TRACES for variant in trace.variant]
    seen = {(variant.version, face) for variant in variants for face in variant.faces}
    assert seen == {("1.00", "contact"), ("2.00", "contact"), ("3.00", "contact"), ("3.00", "contactless")}
